//! Anthropic Messages: its stream, its message and its errors.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>,
//! <https://platform.claude.com/docs/en/api/messages/create> and
//! <https://platform.claude.com/docs/en/api/errors>, as of 2026-11-21; as strict as the strictest
//! client (rules A1 to A16).

mod block;
mod message;
mod stream;
#[cfg(test)]
mod tests;

pub use self::message::Message;
pub use self::stream::Checker;

use serde_json::Value;

use crate::shape::{Faults, Is, list, text};

const STOP_REASONS: &[&str] = &[
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "compaction",
    "refusal",
    "model_context_window_exceeded",
];

/// Error types, and the statuses that each may come with (rule D1).
pub const STATUSES: &[(&str, &[u16])] = &[
    ("invalid_request_error", &[400]),
    ("authentication_error", &[401]),
    ("billing_error", &[402]),
    ("permission_error", &[403]),
    ("not_found_error", &[404, 405]),
    ("request_too_large", &[413]),
    ("rate_limit_error", &[429]),
    ("timeout_error", &[504]),
    ("overloaded_error", &[529]),
    ("api_error", &[500, 502, 503]),
];

/// Faults of an answer that came as one document.
pub fn plain(message: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut faults = Faults::at("message", &mut found);
    head(message, &mut faults);
    let content = list(message, "content");
    for (index, block) in content.iter().enumerate() {
        block::whole(block, &mut faults.within(format!("content[{index}]")));
    }
    stop(message, &mut faults);
    usage(message.get("usage").unwrap_or(&Value::Null), &mut faults.within("usage"));
    ending(content, text(message, "stop_reason"), &mut faults);
    found
}

/// Faults of an error document: `{"type": "error", "error": {"type", "message"}}`.
pub fn error(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut faults = Faults::at("error document", &mut found);
    faults.required(document, &[("type", Is::OneOf(&["error"])), ("error", Is::Object)]);
    faults.optional(document, &[("request_id", Is::Word)]);
    let error = document.get("error").unwrap_or(&Value::Null);
    let mut faults = faults.within("error");
    faults.required(error, &[("message", Is::Word), ("type", Is::Word)]);
    let kind = text(error, "type");
    let known = STATUSES.iter().any(|(name, _)| *name == kind);
    faults.check(known, format!("there is no type {kind:?}"));
    found
}

/// The members that a message has at its begin and at its end.
fn head(message: &Value, faults: &mut Faults<'_>) {
    let kinds = [("type", Is::OneOf(&["message"])), ("role", Is::OneOf(&["assistant"]))];
    faults.required(message, &kinds);
    faults.required(message, &[("id", Is::Word), ("model", Is::Word), ("content", Is::Array)]);
    let id = text(message, "id");
    faults.check(id.starts_with("msg_") && id.len() >= 8, format!("the id is {id:?}"));
}

/// Why a message ended.
fn stop(ended: &Value, faults: &mut Faults<'_>) {
    faults.required(ended, &[("stop_reason", Is::OneOf(STOP_REASONS))]);
    faults.nullable(ended, &[("stop_sequence", Is::Text)]);
}

/// Token counts.
fn usage(usage: &Value, faults: &mut Faults<'_>) {
    faults.required(usage, &[("input_tokens", Is::Count), ("output_tokens", Is::Count)]);
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"];
    faults.optional(usage, &cached.map(|name| (name, Is::Count)));
}

/// What the blocks and the stop reason say must agree (rules A6, A7, A16).
fn ending(content: &[Value], reason: &str, faults: &mut Faults<'_>) {
    let calls: Vec<&Value> =
        content.iter().filter(|block| text(block, "type") == "tool_use").collect();
    let mut ids = Vec::new();
    for call in &calls {
        let id = text(call, "id");
        faults.check(!ids.contains(&id), format!("{id} is the id of another call"));
        ids.push(id);
    }
    faults.check(reason != "tool_use" || !calls.is_empty(), "stop_reason tool_use without a call");
    if !matches!(reason, "max_tokens" | "refusal" | "model_context_window_exceeded") {
        let wanted = calls.is_empty() || reason == "tool_use";
        faults.check(wanted, format!("a call, and stop_reason {reason}"));
        for call in calls {
            let input = call.get("input").unwrap_or(&Value::Null);
            faults.check(input.is_object(), format!("the input of a call is {input}"));
        }
    }
}
