//! The settings of a request: limits, sampling, thinking, the answer's form, ids and what clients
//! pass through (rules C7–C9, C11, C12, C18).

use super::profile::{Options, Profile, Thinks};
use crate::names::{Alphabet, NameRule, short_id};
use crate::notes::Notes;
use crate::types::{Dialect, OutputSchema, Reasoning, Request, Target};
use crate::{body, effort, json, schema};

/// Fewest tokens that the API takes for an output limit.
const LEAST_OUTPUT: u32 = 16;

/// Writes the settings. `search`: the provider's web search is offered.
pub(crate) fn write(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &Request,
    search: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    if let Some(limit) = body::output_limit(target, request, notes) {
        if limit < LEAST_OUTPUT {
            notes.clamped("max_output_tokens", format!("{LEAST_OUTPUT} is the least"));
        }
        writer.key("max_output_tokens");
        writer.integer(u64::from(limit.max(LEAST_OUTPUT)));
    }
    sampling(profile, request, notes, writer);
    let asked = thinking(profile, options, target, request, search, notes, writer);
    let mut include = Vec::new();
    if asked || matches!(profile.thinks, Thinks::Always(_)) {
        include.push("reasoning.encrypted_content");
    }
    if search {
        include.push("web_search_call.action.sources");
    }
    if !include.is_empty() {
        writer.key("include");
        writer.open_array();
        include.iter().for_each(|name| writer.string(name));
        writer.close_array();
    }
    writer.key("store");
    writer.bool(options.session);
    if let Some(threshold) = options.compact_threshold {
        let json = format!(r#"[{{"type":"compaction","compact_threshold":{threshold}}}]"#);
        writer.raw_member("context_management", &json);
    }
    format(profile, request, notes, writer);
    if let Some(user) = &request.user {
        match profile.user {
            Some(member) => writer.string_member(member, &short_id(user, 64)),
            None => notes.dropped("user", "the provider takes no user id"),
        }
    }
    if let Some(session) = request.session.as_deref().filter(|_| profile.cache_key) {
        writer.string_member("prompt_cache_key", &short_id(session, 64));
    }
    extra(profile, request, notes, writer);
}

fn sampling(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    match request.temperature {
        Some(temperature) if profile.sampling => {
            let taken = temperature.clamp(0.0, 2.0);
            if taken != temperature {
                notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
            }
            writer.key("temperature");
            writer.number(taken);
        }
        Some(_) => notes.dropped("temperature", "the model takes none"),
        None => {}
    }
    match request.top_p {
        Some(top_p) if profile.sampling => {
            writer.key("top_p");
            writer.number(top_p);
        }
        Some(_) => notes.dropped("top_p", "the model takes none"),
        None => {}
    }
    if request.top_k.is_some() {
        notes.dropped("top_k", "the provider takes none");
    }
    if !request.stop_sequences.is_empty() {
        notes.dropped("stop_sequences", "the provider takes none");
    }
}

/// Writes `reasoning`, and tells whether thinking was asked for.
fn thinking(
    profile: &Profile,
    options: &Options,
    target: &Target,
    request: &Request,
    search: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> bool {
    let Some(reasoning) = &request.reasoning else { return false };
    let off = effort::is_off(reasoning);
    if profile.thinks == Thinks::Never {
        if !off {
            notes.dropped("reasoning", format!("{} does not think", target.model));
        }
        return false;
    }
    let effort = effort(profile, reasoning, search, notes);
    let summary = options.summary.word().filter(|_| reasoning.visible && !off);
    if effort.is_some() || summary.is_some() {
        writer.key("reasoning");
        writer.open_object();
        if let Some(effort) = effort {
            writer.string_member("effort", effort);
        }
        if let Some(summary) = summary {
            writer.string_member("summary", summary);
        }
        writer.close_object();
    }
    !off
}

fn effort<'r>(
    profile: &Profile,
    reasoning: &'r Reasoning,
    search: bool,
    notes: &mut Notes,
) -> Option<&'r str> {
    let asked = effort::asked(reasoning)?;
    let taken = match profile.thinks {
        Thinks::Always(known) => effort::nearest(asked, known)?,
        Thinks::Asked | Thinks::Never => asked,
    };
    if search && taken == "minimal" {
        notes.clamped("reasoning.effort", "low is the least that goes with web search");
        return Some("low");
    }
    if taken != asked {
        notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
    }
    Some(taken)
}

/// Members of `text`, by the names that they have in a request's `extra`.
const TEXT: [(&str, &str); 2] = [("response_format", "format"), ("verbosity", "verbosity")];

/// The form of the answer's text.
pub(crate) fn format(
    profile: &Profile,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let schema = request.output_schema.as_ref();
    let passed = |(name, _): &(&str, &str)| {
        let field = request.extra.iter().find(|field| field.name == *name);
        field.filter(|field| is_known(profile, request, &field.name))
    };
    if schema.is_none() && TEXT.iter().all(|member| passed(member).is_none()) {
        return;
    }
    writer.key("text");
    writer.open_object();
    if let Some(output) = schema {
        write_schema(output, notes, writer);
    }
    for member in TEXT.iter().filter(|(name, _)| schema.is_none() || *name != "response_format") {
        if let Some(field) = passed(member) {
            writer.raw_member(member.1, &field.value);
        }
    }
    writer.close_object();
}

fn write_schema(output: &OutputSchema, notes: &mut Notes, writer: &mut json::Writer) {
    let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
    let name = output.name.as_deref().filter(|name| !name.is_empty()).unwrap_or("answer");
    let strict = output.strict && schema::qualifies_as_strict(&output.schema);
    if output.strict && !strict {
        let why = "the provider cannot keep strictly to this schema";
        notes.dropped("output_schema.strict", why);
    }
    writer.key("format");
    writer.open_object();
    writer.string_member("type", "json_schema");
    writer.string_member("name", &rule.apply(name));
    writer.raw_member("schema", &output.schema);
    writer.key("strict");
    writer.bool(strict);
    writer.close_object();
}

/// Whether a member without a name in the contract may be passed through. The same name may mean
/// another thing in another dialect.
fn is_known(profile: &Profile, request: &Request, name: &str) -> bool {
    request.dialect != Dialect::AnthropicMessages && profile.extra.contains(&name)
}

fn extra(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    for field in request.extra.iter().filter(|field| field.value != "null") {
        if TEXT.iter().any(|(name, _)| *name == field.name)
            && is_known(profile, request, &field.name)
        {
            continue;
        }
        // What was written already counts.
        let known = is_known(profile, request, &field.name)
            && !(request.user.is_some() && profile.user == Some(&field.name));
        if known {
            writer.raw_member(&field.name, &field.value);
        } else {
            notes.dropped(field.name.clone(), "the provider knows no such member");
        }
    }
}
