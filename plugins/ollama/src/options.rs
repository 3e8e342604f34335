//! The settings of a request: the context window, limits, sampling and thinking (rules C7, C8,
//! C12).

use clasp_plugin::notes::Notes;
use clasp_plugin::{
    Abilities, Field, MediaKind, Part, Request, ResultPart, Target, effort, extra, json, size,
};
use serde_json::{Map, Value};

use crate::config::Config;

/// The smallest window that is asked for. Twice as many come next, and so on: a model is loaded
/// anew whenever its window changes, so it must not with each turn.
const SMALLEST: u32 = 8192;

/// The largest window that is asked for without being known to fit the model.
const LARGEST: u32 = 262_144;

/// Room for the answer to a request that sets no limit, in tokens.
const ANSWER: u64 = 4096;

/// Tokens that an image is taken to cost.
const IMAGE: u64 = 1536;

/// Options that clients of the OpenAI dialects may pass through.
const EXTRA: &[&str] = &["frequency_penalty", "presence_penalty", "seed"];

/// Members that they may pass through beside the options; servers before 0.12.11 pass over them.
const TOP: &[&str] = &["logprobs", "top_logprobs"];

/// Writes `options` and gives the context window that was asked for.
pub(crate) fn write(
    config: &Config,
    target: &Target,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Option<u32> {
    let mut options = Map::new();
    let num_ctx = match config.num_ctx {
        Some(0) => None,
        Some(set) => Some(set),
        None if in_cloud(target) => None,
        None => Some(window(config, target, request)),
    };
    if let Some(num_ctx) = num_ctx {
        options.insert("num_ctx".into(), num_ctx.into());
    }
    // What the operator set stands for what the client leaves open.
    options.extend(config.options.clone());
    if let Some(asked) = request.max_output_tokens {
        let most = target.max_output_tokens.unwrap_or(u32::MAX);
        if asked > most {
            let detail = format!("{} makes at most {most} tokens", target.model);
            notes.clamped("max_output_tokens", detail);
        }
        options.insert("num_predict".into(), asked.min(most).into());
    }
    if let Some(temperature) = request.temperature {
        options.insert("temperature".into(), temperature.into());
    }
    if let Some(top_p) = request.top_p {
        options.insert("top_p".into(), top_p.into());
    }
    if let Some(top_k) = request.top_k {
        options.insert("top_k".into(), top_k.into());
    }
    let stop = request.stop_sequences.iter().filter(|text| !text.is_empty());
    let stop: Vec<&str> = stop.map(String::as_str).collect();
    if !stop.is_empty() {
        options.insert("stop".into(), stop.into());
    }
    pass(request, &mut options, notes);
    if !options.is_empty() {
        writer.raw_member("options", &Value::Object(options.clone()).to_string());
    }
    let sent = options.get("num_ctx").and_then(Value::as_u64);
    sent.and_then(|sent| u32::try_from(sent).ok())
}

/// Writes what clients pass through beside the options.
pub(crate) fn top(request: &Request, writer: &mut json::Writer) {
    for field in extra::members(request).filter(|field| is_top(request, field)) {
        writer.raw_member(&field.name, &field.value);
    }
}

fn is_top(request: &Request, field: &Field) -> bool {
    extra::passes(request, TOP, &field.name)
}

/// Writes `think`. A server that is not told otherwise thinks with each model that can, so nothing
/// is said to a model of which that is not known: it would refuse.
pub(crate) fn think(
    config: &Config,
    target: &Target,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    if let Some(think) = &config.think {
        writer.raw_member("think", &think.to_string());
        return;
    }
    let Some(reasoning) = &request.reasoning else { return };
    let thinks = target.abilities.map(|abilities| abilities.contains(Abilities::THINKING));
    if thinks == Some(false) {
        if !effort::is_off(reasoning) {
            notes.dropped("reasoning", format!("{} does not think", target.model));
        }
        return;
    }
    let asked = effort::asked(reasoning);
    if has_levels(&target.model) {
        let asked = asked.unwrap_or("medium");
        let taken = effort::nearest(asked, &["low", "medium", "high"]).unwrap_or("medium");
        if taken != asked {
            notes.clamped("reasoning.effort", format!("{taken} is the nearest to {asked}"));
        }
        writer.string_member("think", taken);
    } else if effort::is_off(reasoning) {
        writer.raw_member("think", "false");
    } else {
        if let Some(asked) = asked {
            let detail = format!("thinking is on or off here, so {asked} means on");
            notes.clamped("reasoning", detail);
        }
        if thinks == Some(true) {
            writer.raw_member("think", "true");
        }
    }
}

/// Whether the model's thinking has levels and cannot be turned off.
fn has_levels(model: &str) -> bool {
    model.rsplit('/').next().unwrap_or(model).to_ascii_lowercase().starts_with("gpt-oss")
}

/// Models in the cloud have their full window always.
fn in_cloud(target: &Target) -> bool {
    let host = target.base_url.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    host == "ollama.com" || target.model.ends_with("-cloud") || target.model.ends_with(":cloud")
}

/// The window that the request needs with its answer, in steps, within what the model has.
fn window(config: &Config, target: &Target, request: &Request) -> u32 {
    let most = target.context_window.unwrap_or(LARGEST).min(config.num_ctx_max.unwrap_or(u32::MAX));
    let answer = request.max_output_tokens.map_or(ANSWER, u64::from);
    let needed = prompt(request) + answer;
    let mut step = SMALLEST;
    while u64::from(step) < needed && step < most {
        step = step.saturating_mul(2);
    }
    step.min(most)
}

/// Tokens of the prompt, estimated rather high.
fn prompt(request: &Request) -> u64 {
    let image = |kind: MediaKind| u64::from(kind == MediaKind::Image);
    let in_result = |part: &ResultPart| match part {
        ResultPart::Media(media) => image(media.kind),
        ResultPart::Text(_) | ResultPart::Other(_) => 0,
    };
    let in_part = |part: &Part| match part {
        Part::Media(media) => image(media.kind),
        Part::ToolResult(result) => result.content.iter().map(in_result).sum(),
        _ => 0,
    };
    let images: u64 = request.messages.iter().flat_map(|message| &message.parts).map(in_part).sum();
    size::text(request) as u64 / 3 + 16 * size::pieces(request) as u64 + IMAGE * images
}

fn pass(request: &Request, options: &mut Map<String, Value>, notes: &mut Notes) {
    for field in extra::members(request).filter(|field| !is_top(request, field)) {
        let value = serde_json::from_str::<Value>(&field.value).unwrap_or(Value::Null);
        match value {
            // No other API has a member of this name, so it means the same in each dialect.
            Value::Object(members) if field.name == "options" => options.extend(members),
            value if extra::passes(request, EXTRA, &field.name) => {
                options.insert(field.name.clone(), value);
            }
            _ => extra::drop(request, field, notes),
        }
    }
}
