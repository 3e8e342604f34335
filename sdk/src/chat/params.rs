//! The settings of a request: limits, sampling, thinking, ids and what clients pass through
//! (rules C7, C8, C11, C12, C18).

use super::profile::{OutputLimit, Profile, ReasoningParam};
use crate::names::short_id;
use crate::notes::Notes;
use crate::types::{Dialect, Reasoning, Request, Target};
use crate::{effort, json};

/// Writes the settings and gives the stop sequences that were sent. `tools`: some are offered.
pub(crate) fn write(
    profile: &Profile,
    target: &Target,
    request: &Request,
    tools: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Vec<String> {
    limit(profile, target, request, notes, writer);
    sampling(profile, request, notes, writer);
    let stop = stop(profile, request, notes, writer);
    match (profile.tools_effort.filter(|_| tools), &request.reasoning) {
        (Some(only), reasoning) => {
            let asked = reasoning.as_ref().and_then(effort::asked);
            if asked.is_some_and(|asked| asked != only) {
                let why = format!("{} takes tools only with effort {only} here", target.model);
                notes.clamped("reasoning.effort", why);
            }
            writer.string_member("reasoning_effort", only);
        }
        (None, Some(reasoning)) => think(profile, target, reasoning, notes, writer),
        (None, None) => {}
    }
    if let Some(user) = &request.user {
        if profile.user {
            writer.string_member("user", &short_id(user, 64));
        } else {
            notes.dropped("user", "the provider takes no user id");
        }
    }
    if let Some(session) = request.session.as_deref().filter(|_| profile.cache_key) {
        writer.string_member("prompt_cache_key", &short_id(session, 64));
    }
    extra(profile, request, notes, writer);
    stop
}

fn limit(
    profile: &Profile,
    target: &Target,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Some(asked) = request.max_output_tokens else { return };
    let most = target.max_output_tokens.unwrap_or(u32::MAX);
    if asked > most {
        let detail = format!("{} makes at most {most} tokens", target.model);
        notes.clamped("max_output_tokens", detail);
    }
    writer.key(match profile.output_limit {
        OutputLimit::MaxTokens => "max_tokens",
        OutputLimit::MaxCompletionTokens => "max_completion_tokens",
    });
    writer.integer(u64::from(asked.min(most)));
}

fn sampling(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    if let Some(temperature) = request.temperature {
        if profile.sampling {
            let taken = temperature.clamp(0.0, profile.temperature_max);
            if taken != temperature {
                notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
            }
            writer.key("temperature");
            writer.number(taken);
        } else {
            notes.dropped("temperature", "the model takes none");
        }
    }
    if let Some(top_p) = request.top_p {
        if profile.sampling {
            writer.key("top_p");
            writer.number(top_p);
        } else {
            notes.dropped("top_p", "the model takes none");
        }
    }
    if let Some(top_k) = request.top_k {
        if profile.top_k {
            writer.key("top_k");
            writer.integer(u64::from(top_k));
        } else {
            notes.dropped("top_k", "the provider takes none");
        }
    }
}

fn stop(
    profile: &Profile,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Vec<String> {
    let asked = request.stop_sequences.iter().filter(|text| !text.is_empty());
    let taken: Vec<String> = asked.take(profile.stop_max).cloned().collect();
    if taken.len() < request.stop_sequences.len() {
        let detail = format!("at most {} stop sequences are taken", profile.stop_max);
        notes.dropped("stop_sequences", detail);
    }
    if !taken.is_empty() {
        writer.key("stop");
        writer.open_array();
        taken.iter().for_each(|text| writer.string(text));
        writer.close_array();
    }
    taken
}

fn think(
    profile: &Profile,
    target: &Target,
    reasoning: &Reasoning,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let off = effort::is_off(reasoning);
    match profile.reasoning {
        ReasoningParam::None => {
            if !off {
                notes.dropped("reasoning", format!("{} is not asked to think", target.model));
            }
        }
        ReasoningParam::Toggle(efforts) => {
            writer.key("thinking");
            writer.open_object();
            writer.string_member("type", if off { "disabled" } else { "enabled" });
            writer.close_object();
            if !off {
                write_effort(efforts, reasoning, notes, writer);
            }
        }
        ReasoningParam::Effort(efforts) => write_effort(efforts, reasoning, notes, writer),
    }
}

fn write_effort(
    known: &[&'static str],
    reasoning: &Reasoning,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Some(asked) = effort::asked(reasoning) else { return };
    let Some(taken) = effort::nearest(asked, known) else { return };
    if taken != asked {
        notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
    }
    writer.string_member("reasoning_effort", taken);
}

fn extra(profile: &Profile, request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    for field in request.extra.iter().filter(|field| field.value != "null") {
        // The same name may mean another thing in another dialect.
        let known = request.dialect != Dialect::AnthropicMessages
            && profile.extra.contains(&field.name.as_str());
        if known {
            writer.raw_member(&field.name, &field.value);
        } else {
            notes.dropped(field.name.clone(), "the provider knows no such member");
        }
    }
}
