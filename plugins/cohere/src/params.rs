//! The settings of a request: limits, sampling, thinking and what clients pass through (rules C7,
//! C8, C12).

use clasp_plugin::notes::Notes;
use clasp_plugin::{Abilities, Reasoning, Request, Target, effort, extra, json};

use crate::config::Config;

/// Most stop sequences.
const STOPS: usize = 5;

/// Tokens that are to be left for the answer when thinking has a budget.
const ANSWER: u32 = 1000;

/// Members of the API's own that no other dialect has.
const OWN: &[&str] = &["citation_options", "documents", "priority", "safety_mode", "strict_tools"];

/// Members that clients of the OpenAI dialects may pass through.
const SHARED: &[&str] = &["frequency_penalty", "logprobs", "presence_penalty", "seed"];

/// Writes the settings. `cited`: `documents` are written already.
pub(crate) fn write(
    config: &Config,
    target: &Target,
    request: &Request,
    cited: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let limit = limit(target, request, notes, writer);
    sampling(request, notes, writer);
    stop(request, notes, writer);
    if let Some(reasoning) = &request.reasoning {
        think(target, reasoning, limit, notes, writer);
    }
    let passed = pass(request, cited, notes, writer);
    let own = |name: &str| !passed.contains(&name);
    if let Some(mode) = config.citations.as_deref().filter(|_| own("citation_options")) {
        writer.key("citation_options");
        writer.open_object();
        writer.string_member("mode", mode);
        writer.close_object();
    }
    if let Some(mode) = config.safety_mode.as_deref().filter(|_| own("safety_mode")) {
        writer.string_member("safety_mode", mode);
    }
    if let Some(priority) = config.priority.filter(|_| own("priority")) {
        writer.key("priority");
        writer.integer(u64::from(priority));
    }
}

/// Writes the output limit and gives it, or what is known of the model's.
fn limit(
    target: &Target,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Option<u32> {
    let Some(asked) = request.max_output_tokens else { return target.max_output_tokens };
    let taken = asked.min(target.max_output_tokens.unwrap_or(u32::MAX));
    if taken < asked {
        notes
            .clamped("max_output_tokens", format!("{} makes at most {taken} tokens", target.model));
    }
    writer.key("max_tokens");
    writer.integer(u64::from(taken));
    Some(taken)
}

fn sampling(request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    let within = |name: &str, value: f64, least: f64, most: f64, notes: &mut Notes| {
        let taken = value.clamp(least, most);
        if taken != value {
            notes.clamped(name, format!("{taken} is the nearest that is taken"));
        }
        taken
    };
    if let Some(temperature) = request.temperature {
        writer.key("temperature");
        writer.number(within("temperature", temperature, 0.0, 1.0, notes));
    }
    if let Some(top_p) = request.top_p {
        writer.key("p");
        writer.number(within("top_p", top_p, 0.01, 0.99, notes));
    }
    if let Some(top_k) = request.top_k {
        writer.key("k");
        writer.number(within("top_k", f64::from(top_k), 0.0, 500.0, notes));
    }
}

fn stop(request: &Request, notes: &mut Notes, writer: &mut json::Writer) {
    let asked = || request.stop_sequences.iter().filter(|text| !text.is_empty());
    if asked().count() > STOPS {
        notes.dropped("stop_sequences", format!("at most {STOPS} stop sequences are taken"));
    }
    let mut taken = asked().take(STOPS).peekable();
    if taken.peek().is_some() {
        writer.key("stop_sequences");
        writer.open_array();
        taken.for_each(|text| writer.string(text));
        writer.close_array();
    }
}

/// <https://docs.cohere.com/docs/reasoning>, as of 2026-11-21: thinking is on unless turned off, and
/// best without a budget; with one, a thousand tokens are to be left for the answer.
fn think(
    target: &Target,
    reasoning: &Reasoning,
    limit: Option<u32>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let off = effort::is_off(reasoning);
    if target.abilities.is_some_and(|able| !able.contains(Abilities::THINKING)) {
        if !off {
            notes.dropped("reasoning", format!("{} does not think", target.model));
        }
        return;
    }
    writer.key("thinking");
    writer.open_object();
    writer.string_member("type", if off { "disabled" } else { "enabled" });
    if let Some(asked) = budget(reasoning).filter(|_| !off) {
        let most = limit.map_or(u32::MAX, |limit| limit.saturating_sub(ANSWER).max(1));
        if asked > most {
            notes.clamped("reasoning.budget_tokens", "room is left for the answer");
        }
        writer.key("token_budget");
        writer.integer(u64::from(asked.min(most)));
    }
    writer.close_object();
}

/// The budget that is asked for; strong efforts are best without one.
fn budget(reasoning: &Reasoning) -> Option<u32> {
    match reasoning.effort.as_deref() {
        Some("high" | "xhigh" | "max") => reasoning.budget_tokens,
        _ => effort::budget(reasoning),
    }
}

/// Writes what clients pass through, and gives the names of the API's own among it.
fn pass(
    request: &Request,
    cited: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Vec<&'static str> {
    let mut passed = Vec::new();
    let mut penalised = false;
    for field in extra::members(request) {
        let name = field.name.as_str();
        if name == "documents" && cited {
            notes.dropped(name, "the documents of the messages are cited from");
            continue;
        }
        if let Some(own) = OWN.iter().find(|own| **own == name) {
            passed.push(*own);
            writer.raw_member(name, &field.value);
            continue;
        }
        if !extra::passes(request, SHARED, name) {
            extra::drop(request, field, notes);
            continue;
        }
        let penalty = name.ends_with("_penalty");
        if penalty && penalised {
            notes.dropped(name, "the provider takes one penalty, not two");
            continue;
        }
        penalised |= penalty;
        writer.raw_member(name, &field.value);
    }
    passed
}
