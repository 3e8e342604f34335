//! The settings of a request: limits, sampling, thinking, ids and what clients pass through
//! (rules C7, C8, C11, C12, C18).

use super::body::Body;
use super::profile::OutputLimit;
use super::think;
use crate::body::output_limit;
use crate::names::short_id;
use crate::types::{Dialect, Field, Request, Target, ToolChoice};
use crate::{effort, extra};

/// Writes the settings and gives the stop sequences that were sent. `tools`: some are offered.
pub(crate) fn write(
    body: &mut Body<'_>,
    target: &Target,
    request: &Request,
    tools: bool,
) -> Vec<String> {
    let profile = body.profile;
    let limit = limit(body, target, request);
    sampling(body, request);
    let stop = stop(body, request);
    let forced =
        tools && matches!(request.tool_choice, Some(ToolChoice::Any | ToolChoice::Named(_)));
    match (profile.tools_effort.filter(|_| tools), &request.reasoning) {
        (Some(only), reasoning) => {
            let asked = reasoning.as_ref().and_then(effort::asked);
            if asked.is_some_and(|asked| asked != only) {
                let why = format!("{} takes tools only with effort {only} here", target.model);
                body.notes.clamped("reasoning.effort", why);
            }
            body.string("reasoning_effort", only);
        }
        (None, reasoning) if forced && profile.forced_tools_stop_thinking => {
            if reasoning.as_ref().is_some_and(|reasoning| !effort::is_off(reasoning)) {
                let why = "the provider forces a tool only while it does not think";
                body.notes.dropped("reasoning", why);
            }
            think::off(body);
        }
        (None, Some(reasoning)) => think::write(body, target, reasoning, limit),
        (None, None) => {}
    }
    if let Some(user) = &request.user {
        if profile.user {
            body.string("user", &short_id(user, 64));
        } else {
            body.notes.dropped("user", "the provider takes no user id");
        }
    }
    if let Some(session) = request.session.as_deref().filter(|_| profile.cache_key)
        && let Some(writer) = body.own_member("prompt_cache_key")
    {
        writer.string(&short_id(session, 64));
    }
    pass(body, request);
    stop
}

/// Writes the output limit and gives it.
fn limit(body: &mut Body<'_>, target: &Target, request: &Request) -> Option<u32> {
    let taken = output_limit(target, request, &mut body.notes)?;
    let name = match body.profile.output_limit {
        OutputLimit::MaxTokens => "max_tokens",
        OutputLimit::MaxCompletionTokens => "max_completion_tokens",
    };
    body.member(name)?.integer(u64::from(taken));
    Some(taken)
}

fn sampling(body: &mut Body<'_>, request: &Request) {
    let profile = body.profile;
    if let Some(temperature) = request.temperature {
        if profile.sampling {
            // Bounds that a profile has the wrong way round leave the upper one.
            let taken = temperature.max(profile.temperature_min).min(profile.temperature_max);
            if taken != temperature {
                body.notes.clamped("temperature", format!("{taken} is the nearest that is taken"));
            }
            if let Some(writer) = body.member("temperature") {
                writer.number(taken);
            }
        } else {
            body.notes.dropped("temperature", "the model takes none");
        }
    }
    if let Some(top_p) = request.top_p {
        if !profile.sampling {
            body.notes.dropped("top_p", "the model takes none");
        } else if let Some(writer) = body.member("top_p") {
            writer.number(top_p);
        }
    }
    if let Some(top_k) = request.top_k {
        if !profile.top_k {
            body.notes.dropped("top_k", "the provider takes none");
        } else if let Some(writer) = body.member("top_k") {
            writer.integer(u64::from(top_k));
        }
    }
}

fn stop(body: &mut Body<'_>, request: &Request) -> Vec<String> {
    let most = body.profile.stop_max;
    let asked = request.stop_sequences.iter().filter(|text| !text.is_empty());
    let taken: Vec<String> = asked.take(most).cloned().collect();
    if taken.len() < request.stop_sequences.len() {
        let detail = format!("at most {most} stop sequences are taken");
        body.notes.dropped("stop_sequences", detail);
    }
    if taken.is_empty() {
        return taken;
    }
    let Some(writer) = body.member("stop") else { return Vec::new() };
    writer.open_array();
    taken.iter().for_each(|text| writer.string(text));
    writer.close_array();
    taken
}

fn pass(body: &mut Body<'_>, request: &Request) {
    let probabilities = probabilities(body, request);
    for field in extra::members(request) {
        if probabilities.is_some_and(|asked| is_told(asked, field)) {
            continue;
        }
        if extra::passes(request, body.profile.extra, &field.name) {
            body.raw(&field.name, &field.value);
        } else {
            extra::drop(request, field, &mut body.notes);
        }
    }
}

/// What a client of Responses includes for the probabilities of tokens.
const PROBABILITIES: &str = "message.output_text.logprobs";

/// A client of Responses includes the probabilities of tokens; here they are a member. Gives whether
/// it did, where that is for this server to know.
fn probabilities(body: &mut Body<'_>, request: &Request) -> Option<bool> {
    let responses = request.dialect == Dialect::OpenaiResponses;
    if !responses || !extra::passes(request, body.profile.extra, "logprobs") {
        return None;
    }
    let asked = extra::member(request, "include")
        .is_some_and(|field| included(field).iter().any(|wanted| wanted == PROBABILITIES));
    if asked {
        body.raw("logprobs", "true");
    }
    Some(asked)
}

/// Whether a member is said by `logprobs`, or says nothing without it: servers refuse a number of
/// alternatives to what was not asked for.
fn is_told(asked: bool, field: &Field) -> bool {
    match field.name.as_str() {
        "include" => {
            let others = |wanted: &String| {
                wanted != PROBABILITIES && !ALWAYS_INCLUDED.contains(&wanted.as_str())
            };
            asked && !included(field).iter().any(others)
        }
        "top_logprobs" => !asked,
        _ => false,
    }
}

/// What the host tells clients of Responses unasked.
const ALWAYS_INCLUDED: &[&str] = &["reasoning.encrypted_content", "web_search_call.action.sources"];

fn included(field: &Field) -> Vec<String> {
    serde_json::from_str(&field.value).unwrap_or_default()
}
