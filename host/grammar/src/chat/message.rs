//! A message that is whole: what stood in the document, or what a client put together.

use serde_json::Value;

use crate::openai;
use crate::shape::{Faults, Is, list, text};

pub(super) const FINISH: &[&str] =
    &["stop", "length", "tool_calls", "content_filter", "function_call"];

const DETAILS: &[&str] = &["reasoning.text", "reasoning.summary", "reasoning.encrypted"];

/// Checks a message and why it ended.
pub(super) fn whole(message: &Value, reason: &str, faults: &mut Faults<'_>) {
    let role = text(message, "role");
    faults.check(role == "assistant", format!("role is {role:?}"));
    let calls = list(message, "tool_calls");
    let function = message.get("function_call");
    let none = calls.is_empty() && function.is_none();
    if message.get("content").is_none_or(Value::is_null) {
        faults.check(!none, "content is null, and there is no call");
    } else if text(message, "content").is_empty() {
        faults.check(none, "content is empty beside a call");
    }
    let empty = |name: &str| {
        message.get(name).is_some_and(|value| value == "" || *value == Value::Array(Vec::new()))
    };
    for name in ["tool_calls", "reasoning_content", "reasoning_details"] {
        faults.check(!empty(name), format!("{name} is empty"));
    }
    let wanted = match (reason, none) {
        ("tool_calls", _) => !calls.is_empty() && function.is_none(),
        ("function_call", _) => function.is_some(),
        ("stop", none) => none,
        _ => true,
    };
    faults.check(wanted, format!("finish_reason is {reason}, with {} calls", calls.len()));
    let finished = matches!(reason, "tool_calls" | "function_call");
    let mut ids = Vec::new();
    for (index, call) in calls.iter().enumerate() {
        let mut faults = faults.within(format!("tool_calls[{index}]"));
        faults.required(call, &[("id", Is::Word), ("type", Is::OneOf(&["function", "custom"]))]);
        let id = text(call, "id");
        faults.check(!ids.contains(&id), format!("{id} is the id of another call"));
        ids.push(id);
        let kind = text(call, "type");
        let other = if kind == "custom" { "function" } else { "custom" };
        faults.check(call.get(other).is_none(), format!("{other} in a call of type {kind}"));
        let said = call.get(kind).unwrap_or(&Value::Null);
        if kind == "custom" {
            faults.within("custom").required(said, &[("name", Is::Word), ("input", Is::Text)]);
        } else {
            called(said, finished, &mut faults.within("function"));
        }
    }
    if let Some(function) = function {
        called(function, finished, &mut faults.within("function_call"));
    }
    let characters = text(message, "content").chars().count() as u64;
    for (index, annotation) in list(message, "annotations").iter().enumerate() {
        let mut faults = faults.within(format!("annotations[{index}]"));
        faults.required(annotation, &[("type", Is::OneOf(&["url_citation"]))]);
        let cited = annotation.get("url_citation").unwrap_or(&Value::Null);
        let mut faults = faults.within("url_citation");
        faults.required(cited, &[("start_index", Is::Count), ("end_index", Is::Count)]);
        faults.required(cited, &[("title", Is::Text), ("url", Is::Word)]);
        let index = |name: &str| cited.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX);
        let (start, end) = (index("start_index"), index("end_index"));
        let fits = start <= end && end <= characters;
        faults.check(fits, format!("{start} to {end} of {characters} characters"));
    }
    for (index, detail) in list(message, "reasoning_details").iter().enumerate() {
        let mut faults = faults.within(format!("reasoning_details[{index}]"));
        faults.required(detail, &[("type", Is::OneOf(DETAILS)), ("index", Is::Count)]);
        let said = detail.get("index").and_then(Value::as_u64);
        faults.check(said == Some(index as u64), format!("its index is {said:?}"));
        match text(detail, "type") {
            "reasoning.encrypted" => faults.required(detail, &[("data", Is::Word)]),
            "reasoning.text" => faults.required(detail, &[("text", Is::Text)]),
            _ => faults.required(detail, &[("summary", Is::Text)]),
        }
    }
}

/// A function's name and arguments; `finished`: the model said that they are whole.
fn called(function: &Value, finished: bool, faults: &mut Faults<'_>) {
    faults.required(function, &[("name", Is::Word), ("arguments", Is::Word)]);
    let arguments = text(function, "arguments");
    let object = arguments.trim_start().starts_with('{');
    let cut = object && serde_json::from_str::<Value>(arguments).is_err();
    faults.check(!(cut && finished), format!("arguments were cut: {arguments}"));
}

/// Checks the probabilities of a choice's tokens.
pub(super) fn logprobs(choice: &Value, faults: &mut Faults<'_>) {
    faults.nullable(choice, &[("logprobs", Is::Object)]);
    let Some(told) = choice.get("logprobs").filter(|told| told.is_object()) else { return };
    faults.nullable(told, &[("content", Is::Array), ("refusal", Is::Array)]);
    for name in ["content", "refusal"] {
        openai::logprobs(list(told, name), &mut faults.within(name));
    }
}

/// Checks token counts.
pub(super) fn usage(usage: &Value, faults: &mut Faults<'_>) {
    let counts = ["prompt_tokens", "completion_tokens", "total_tokens"];
    faults.required(usage, &counts.map(|name| (name, Is::Count)));
    let objects = ["prompt_tokens_details", "completion_tokens_details"];
    faults.required(usage, &objects.map(|name| (name, Is::Object)));
    let count = |path: &str| usage.pointer(path).and_then(Value::as_u64).unwrap_or_default();
    let (prompt, completion) = (count("/prompt_tokens"), count("/completion_tokens"));
    let total = prompt.saturating_add(completion);
    faults.check(count("/total_tokens") == total, "total_tokens is not the sum");
    let part = |path: &str, whole: u64, faults: &mut Faults<'_>| {
        let part = usage.pointer(path).and_then(Value::as_u64);
        faults.check(part.is_some_and(|part| part <= whole), format!("{path} is {part:?}"));
    };
    part("/prompt_tokens_details/cached_tokens", prompt, faults);
    part("/completion_tokens_details/reasoning_tokens", completion, faults);
}
