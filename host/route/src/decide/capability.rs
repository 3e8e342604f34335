//! What models can do against what a request needs. What is not known rules nothing out.

use clasp_model::Abilities;

use super::{Candidate, Fault};
use crate::Query;
use crate::catalog::Facts;

/// Of a window, the most that is kept free for the answer: clients ask for far more output than
/// they use (Claude Code for 128,000 tokens), and who asks for a window's worth could go nowhere.
const ANSWER: u64 = 4;

/// Whether an input is larger than a window beyond doubt, which is twice as large: an estimate from
/// the length of texts may be off by half.
fn is_too_long(tokens: u64, window: u32) -> bool {
    tokens > u64::from(window).saturating_mul(2)
}

/// What a model is known not to be able to do.
pub(super) fn fault(query: &Query<'_>, facts: &Facts) -> Option<Fault> {
    if let (Some(tokens), Some(window)) = (query.tokens, facts.window)
        && is_too_long(tokens, window)
    {
        return Some(Fault::TooLong(window));
    }
    let can = facts.abilities?;
    let needs = &query.needs;
    let needed = [
        (needs.tools, can.tools, "call tools"),
        (needs.images, can.images, "see images"),
        (needs.documents, can.documents, "read documents"),
        (needs.audio, can.audio, "hear sound"),
        (needs.output_schema, can.output_schema, "keep to an output schema"),
    ];
    let missing = needed.into_iter().find(|(needed, can, _)| *needed && !can);
    missing.map(|(_, _, what)| Fault::Unable(what))
}

/// Whether input and answer together may be too much for a model: it still takes the request where
/// nothing larger does.
pub(super) fn tight(query: &Query<'_>, candidate: &Candidate<'_>) -> Option<Fault> {
    let (tokens, window) = (query.tokens?, candidate.facts.window?);
    let limits = [query.output, candidate.facts.output, candidate.most_output()];
    let wanted = limits.into_iter().flatten().min().map_or(0, u64::from);
    let wanted = wanted.min(u64::from(window) / ANSWER);
    (tokens.saturating_add(wanted) > u64::from(window)).then_some(Fault::Tight(window))
}

/// What `first` is known to be able to do and `other` is not.
pub(super) fn lacks(first: &Facts, other: &Facts) -> Option<String> {
    if let Some(window) = first.window {
        match other.window {
            Some(own) if own >= window => {}
            Some(own) => return Some(format!("a context window of {window} tokens (has {own})")),
            None => return Some(format!("a context window of {window} tokens (not known)")),
        }
    }
    let first = first.abilities?;
    let known = other.abilities.is_some();
    let missing = abilities(&first)
        .into_iter()
        .zip(abilities(&other.abilities.unwrap_or_default()))
        .find(|((_, first), (_, other))| *first && !other);
    missing.map(|((what, _), _)| match known {
        true => what.to_owned(),
        false => format!("{what} (not known)"),
    })
}

fn abilities(of: &Abilities) -> [(&'static str, bool); 8] {
    let Abilities {
        tools,
        parallel_tools,
        images,
        documents,
        audio,
        thinking,
        output_schema,
        prompt_cache,
    } = *of;
    [
        ("tools", tools),
        ("several tools at once", parallel_tools),
        ("images", images),
        ("documents", documents),
        ("sound", audio),
        ("thinking", thinking),
        ("output schemas", output_schema),
        ("prompt caching", prompt_cache),
    ]
}
