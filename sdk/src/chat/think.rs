//! How thinking is asked for, in each server's own way (rule C8).

use super::body::Body;
use super::profile::{ReasoningMembers, ReasoningParam};
use crate::effort;
use crate::types::{Abilities, Reasoning, Target};

/// Writes what asks for thinking, or for none. `limit` is the output limit that was sent.
pub(crate) fn write(
    body: &mut Body<'_>,
    target: &Target,
    reasoning: &Reasoning,
    limit: Option<u32>,
) {
    let off = effort::is_off(reasoning);
    let able = target.abilities.is_none_or(|known| known.contains(Abilities::THINKING));
    let param = if able { body.profile.reasoning } else { ReasoningParam::None };
    match param {
        ReasoningParam::None => {
            if !off {
                let why = format!("{} is not asked to think", target.model);
                body.notes.dropped("reasoning", why);
            }
        }
        ReasoningParam::Toggle(efforts) => {
            toggle(body, !off);
            if !off {
                write_effort(body, "reasoning_effort", efforts, reasoning);
            }
        }
        ReasoningParam::Effort(efforts) => {
            write_effort(body, "reasoning_effort", efforts, reasoning);
        }
        ReasoningParam::Object(efforts) => object(body, efforts, reasoning, limit),
        ReasoningParam::Members(members) => own(body, members, target, reasoning, limit),
    }
}

/// Turns thinking off, where that can be said.
pub(crate) fn off(body: &mut Body<'_>) {
    match body.profile.reasoning {
        ReasoningParam::None => {}
        ReasoningParam::Toggle(_) => toggle(body, false),
        ReasoningParam::Effort(efforts) => {
            if efforts.contains(&"none") {
                body.string("reasoning_effort", "none");
            }
        }
        ReasoningParam::Object(_) => body.raw("reasoning", r#"{"enabled":false}"#),
        ReasoningParam::Members(members) => {
            members.off.iter().for_each(|(name, value)| body.raw(name, value));
        }
    }
}

fn toggle(body: &mut Body<'_>, on: bool) {
    let value = if on { r#"{"type":"enabled"}"# } else { r#"{"type":"disabled"}"# };
    body.raw("thinking", value);
}

fn object(
    body: &mut Body<'_>,
    efforts: &[&'static str],
    reasoning: &Reasoning,
    limit: Option<u32>,
) {
    if effort::is_off(reasoning) {
        return off(body);
    }
    let word = reasoning.effort.as_deref().and_then(|asked| clamped(body, efforts, asked));
    let budget = budget(body, reasoning, limit).filter(|_| word.is_none());
    let Some(writer) = body.member("reasoning") else { return };
    writer.open_object();
    match (word, budget) {
        (Some(word), _) => writer.string_member("effort", word),
        (None, Some(budget)) => writer.raw_member("max_tokens", &budget.to_string()),
        (None, None) => writer.raw_member("enabled", "true"),
    }
    writer.close_object();
}

fn own(
    body: &mut Body<'_>,
    members: ReasoningMembers,
    target: &Target,
    reasoning: &Reasoning,
    limit: Option<u32>,
) {
    if effort::is_off(reasoning) {
        let says_none = members.efforts.contains(&"none");
        match members.effort.filter(|_| says_none && members.off.is_empty()) {
            Some(effort) => body.string(effort, "none"),
            None if members.off.is_empty() => {
                let why = format!("{} cannot be kept from thinking", target.model);
                body.notes.dropped("reasoning", why);
            }
            None => off(body),
        }
        return;
    }
    for (name, value) in members.on {
        body.raw(name, value);
    }
    if let Some(member) = members.effort {
        write_effort(body, member, members.efforts, reasoning);
    }
    if let Some(member) = members.budget
        && let Some(budget) = budget(body, reasoning, limit)
        && let Some(writer) = body.member(member)
    {
        writer.integer(u64::from(budget));
    }
}

/// The budget that is asked for, with room left for the answer.
fn budget(body: &mut Body<'_>, reasoning: &Reasoning, limit: Option<u32>) -> Option<u32> {
    let asked = reasoning.budget_tokens?;
    let most = limit.map_or(u32::MAX, |limit| limit.saturating_sub(1)).max(1);
    if asked > most {
        let why = format!("{most} is the most below the output limit");
        body.notes.clamped("reasoning.budget_tokens", why);
    }
    Some(asked.min(most))
}

fn write_effort(body: &mut Body<'_>, member: &str, known: &[&'static str], reasoning: &Reasoning) {
    let Some(asked) = effort::asked(reasoning) else { return };
    if let Some(taken) = clamped(body, known, asked) {
        body.string(member, taken);
    }
}

fn clamped(body: &mut Body<'_>, known: &[&'static str], asked: &str) -> Option<&'static str> {
    let taken = effort::nearest(asked, known)?;
    if taken != asked {
        body.notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
    }
    Some(taken)
}
