//! The `response` object.

use std::collections::HashSet;

use serde_json::Value;

use super::item;
use crate::shape::{Faults, Is, list, text};

const STATUSES: Is =
    Is::OneOf(&["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]);

pub(super) fn check(response: &Value, faults: &mut Faults<'_>) {
    faults.required(
        response,
        &[
            ("id", Is::Word),
            ("object", Is::OneOf(&["response"])),
            ("created_at", Is::Number),
            ("status", STATUSES),
            ("model", Is::Word),
            ("output", Is::Array),
            ("parallel_tool_calls", Is::Boolean),
            ("tool_choice", Is::Anything),
            ("tools", Is::Array),
        ],
    );
    faults.nullable(
        response,
        &[
            ("error", Is::Object),
            ("incomplete_details", Is::Object),
            ("instructions", Is::Anything),
            ("metadata", Is::Object),
            ("temperature", Is::Number),
            ("top_p", Is::Number),
            ("usage", Is::Object),
        ],
    );
    faults.optional(
        response,
        &[
            ("background", Is::Boolean),
            ("completed_at", Is::Number),
            ("max_output_tokens", Is::Count),
            ("max_tool_calls", Is::Count),
            ("previous_response_id", Is::Word),
            ("prompt_cache_key", Is::Text),
            ("reasoning", Is::Object),
            ("safety_identifier", Is::Text),
            ("service_tier", Is::Word),
            ("store", Is::Boolean),
            ("text", Is::Object),
            ("top_logprobs", Is::Count),
            ("truncation", Is::OneOf(&["auto", "disabled"])),
            ("user", Is::Text),
        ],
    );
    faults.check(text(response, "id").starts_with("resp_"), "id does not begin with resp_");
    if let Some(choice) = response.get("tool_choice") {
        let word = choice.as_str().is_some_and(|word| ["none", "auto", "required"].contains(&word));
        let object = choice.get("type").is_some_and(Value::is_string);
        faults.check(word || object, format!("tool_choice is {choice}"));
    }
    for (index, tool) in list(response, "tools").iter().enumerate() {
        let mut faults = faults.within(format!("tools[{index}]"));
        faults.required(tool, &[("type", Is::Word)]);
    }
    status(response, faults);
    output(response, faults);
    if let Some(usage) = response.get("usage").filter(|usage| !usage.is_null()) {
        self::usage(usage, &mut faults.within("usage"));
    }
}

/// What goes with which status.
fn status(response: &Value, faults: &mut Faults<'_>) {
    let is = |member: &str| response.get(member).is_some_and(|value| !value.is_null());
    let status = text(response, "status");
    faults.check(is("error") == (status == "failed"), "error goes with failed, and only with it");
    let incomplete = is("incomplete_details") == (status == "incomplete");
    faults.check(incomplete, "incomplete_details go with incomplete, and only with it");
    if let Some(error) = response.get("error").filter(|error| !error.is_null()) {
        faults.within("error").required(error, &[("code", Is::Word), ("message", Is::Word)]);
    }
    if let Some(details) = response.get("incomplete_details").filter(|details| !details.is_null()) {
        let reasons = Is::OneOf(&["max_output_tokens", "max_messages", "content_filter"]);
        faults.within("incomplete_details").required(details, &[("reason", reasons)]);
    }
    if matches!(status, "completed" | "incomplete") {
        faults.check(is("usage"), "an answer that ended well tells its usage");
    }
    if is("completed_at") {
        faults.check(status == "completed", "completed_at goes with completed");
    }
}

fn output(response: &Value, faults: &mut Faults<'_>) {
    let mut ids = HashSet::new();
    let mut calls = HashSet::new();
    let status = text(response, "status");
    for (index, item) in list(response, "output").iter().enumerate() {
        let mut faults = faults.within(format!("output[{index}]"));
        item::check(item, &mut faults);
        faults.check(ids.insert(text(item, "id")), "id is another item's too");
        let call = text(item, "call_id");
        faults.check(call.is_empty() || calls.insert(call), "call_id is another call's too");
        let open = text(item, "status") == "in_progress" && status != "in_progress";
        faults.check(!open, "the answer is over and the item is in progress");
        let cut = text(item, "status") == "incomplete" && status == "completed";
        faults.check(!cut, "the answer is complete and the item is not");
    }
}

fn usage(usage: &Value, faults: &mut Faults<'_>) {
    faults.required(
        usage,
        &[
            ("input_tokens", Is::Count),
            ("input_tokens_details", Is::Object),
            ("output_tokens", Is::Count),
            ("output_tokens_details", Is::Object),
            ("total_tokens", Is::Count),
        ],
    );
    let count = |object: &str, member: &str| {
        let object = usage.get(object).unwrap_or(usage);
        object.get(member).and_then(Value::as_u64).unwrap_or_default()
    };
    for (object, members) in [
        ("input_tokens_details", &["cached_tokens", "cache_write_tokens"][..]),
        ("output_tokens_details", &["reasoning_tokens"][..]),
    ] {
        let details = usage.get(object).unwrap_or(&Value::Null);
        for member in members {
            faults.within(object).required(details, &[(member, Is::Count)]);
        }
    }
    let (input, output) = (count("", "input_tokens"), count("", "output_tokens"));
    let total = input.saturating_add(output);
    faults.check(count("", "total_tokens") == total, "total_tokens is not the sum");
    let cached = count("input_tokens_details", "cached_tokens");
    faults.check(cached <= input, "more tokens are cached than there are");
    let reasoning = count("output_tokens_details", "reasoning_tokens");
    faults.check(reasoning <= output, "more tokens are reasoning than there are");
}
