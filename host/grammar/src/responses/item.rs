//! Items of an answer's output, and their parts.

use serde_json::Value;

use crate::openai;
use crate::shape::{Faults, Is, list, text};

const STATUS: Is = Is::OneOf(&["in_progress", "completed", "incomplete"]);
const SEARCH_STATUS: Is =
    Is::OneOf(&["in_progress", "searching", "completed", "failed", "incomplete"]);
const INTERPRETER_STATUS: Is =
    Is::OneOf(&["in_progress", "completed", "incomplete", "interpreting", "failed"]);

pub(super) fn check(item: &Value, faults: &mut Faults<'_>) {
    faults.required(item, &[("type", Is::Word), ("id", Is::Word)]);
    let call = [("call_id", Is::Word)];
    match text(item, "type") {
        "message" => {
            faults.required(item, &[("content", Is::Array), ("status", STATUS)]);
            faults.required(item, &[("role", Is::OneOf(&["assistant"]))]);
            for (index, part) in list(item, "content").iter().enumerate() {
                self::part(part, &mut faults.within(format!("content[{index}]")));
            }
        }
        "reasoning" => reasoning(item, faults),
        "function_call" => {
            faults.required(item, &call);
            faults.required(item, &[("name", Is::Word), ("arguments", Is::Text)]);
            faults.optional(item, &[("namespace", Is::Word), ("status", STATUS)]);
        }
        "custom_tool_call" => {
            faults.required(item, &call);
            faults.required(item, &[("name", Is::Word), ("input", Is::Text)]);
            faults.optional(item, &[("namespace", Is::Word), ("status", STATUS)]);
        }
        "tool_search_call" => {
            faults.required(item, &[("arguments", Is::Object), ("status", STATUS)]);
            faults.required(item, &[("execution", Is::OneOf(&["server", "client"]))]);
            faults.nullable(item, &call);
        }
        "local_shell_call" => {
            faults.required(item, &call);
            faults.required(item, &[("action", Is::Object), ("status", STATUS)]);
            let action = item.get("action").unwrap_or(&Value::Null);
            let mut faults = faults.within("action");
            faults.required(action, &[("command", Is::Array), ("env", Is::Object)]);
            faults.required(action, &[("type", Is::OneOf(&["exec"]))]);
            faults.optional(action, &[("timeout_ms", Is::Count), ("user", Is::Text)]);
            faults.optional(action, &[("working_directory", Is::Text)]);
            texts(action, "command", &mut faults);
        }
        "shell_call" => {
            faults.required(item, &call);
            faults.required(item, &[("action", Is::Object), ("status", STATUS)]);
            let action = item.get("action").unwrap_or(&Value::Null);
            let mut faults = faults.within("action");
            faults.required(action, &[("commands", Is::Array)]);
            faults.nullable(action, &[("timeout_ms", Is::Count)]);
            faults.nullable(action, &[("max_output_length", Is::Count)]);
            texts(action, "commands", &mut faults);
        }
        "apply_patch_call" => {
            let status = Is::OneOf(&["in_progress", "completed"]);
            faults.required(item, &call);
            faults.required(item, &[("operation", Is::Object), ("status", status)]);
            let operation = item.get("operation").unwrap_or(&Value::Null);
            let kinds = Is::OneOf(&["create_file", "update_file", "delete_file"]);
            let mut faults = faults.within("operation");
            faults.required(operation, &[("type", kinds), ("path", Is::Text)]);
            if text(operation, "type") != "delete_file" {
                faults.required(operation, &[("diff", Is::Text)]);
            }
        }
        "web_search_call" => {
            faults.required(item, &[("action", Is::Object), ("status", SEARCH_STATUS)]);
            let action = item.get("action").unwrap_or(&Value::Null);
            faults.within("action").required(action, &[("type", Is::Word)]);
            if text(action, "type") == "search" {
                let mut faults = faults.within("action");
                faults.optional(action, &[("query", Is::Text), ("queries", Is::Array)]);
                texts(action, "queries", &mut faults);
                for source in list(action, "sources") {
                    let kind = Is::OneOf(&["url"]);
                    faults.within("sources").required(source, &[("type", kind), ("url", Is::Text)]);
                }
            }
        }
        "code_interpreter_call" => {
            faults.required(item, &[("container_id", Is::Text), ("status", INTERPRETER_STATUS)]);
            faults.nullable(item, &[("code", Is::Text), ("outputs", Is::Array)]);
        }
        kind => faults.add(format!("no item is a {kind}")),
    }
}

fn reasoning(item: &Value, faults: &mut Faults<'_>) {
    faults.required(item, &[("summary", Is::Array)]);
    faults.optional(item, &[("encrypted_content", Is::Text), ("content", Is::Array)]);
    faults.optional(item, &[("status", STATUS)]);
    for (member, kind) in [("summary", "summary_text"), ("content", "reasoning_text")] {
        for (index, part) in list(item, member).iter().enumerate() {
            let mut faults = faults.within(format!("{member}[{index}]"));
            faults.required(part, &[("type", Is::Word), ("text", Is::Text)]);
            faults.check(text(part, "type") == kind, format!("type is not {kind}"));
        }
    }
}

/// A part of a message.
pub(super) fn part(part: &Value, faults: &mut Faults<'_>) {
    match text(part, "type") {
        "output_text" => {
            faults.required(part, &[("text", Is::Text), ("annotations", Is::Array)]);
            faults.required(part, &[("logprobs", Is::Array)]);
            openai::logprobs(list(part, "logprobs"), faults);
            for (index, annotation) in list(part, "annotations").iter().enumerate() {
                let mut faults = faults.within(format!("annotations[{index}]"));
                self::annotation(annotation, text(part, "text"), &mut faults);
            }
        }
        "refusal" => faults.required(part, &[("refusal", Is::Text)]),
        kind => faults.add(format!("no part of a message is a {kind}")),
    }
}

pub(super) fn annotation(annotation: &Value, cited: &str, faults: &mut Faults<'_>) {
    faults.required(
        annotation,
        &[
            ("type", Is::OneOf(&["url_citation"])),
            ("start_index", Is::Count),
            ("end_index", Is::Count),
            ("url", Is::Word),
            ("title", Is::Text),
        ],
    );
    let at = |name: &str| annotation.get(name).and_then(Value::as_u64).unwrap_or_default();
    let length = cited.chars().count() as u64;
    let inside = at("start_index") <= at("end_index") && at("end_index") <= length;
    faults.check(inside, "it lies outside of its text");
}

fn texts(object: &Value, name: &str, faults: &mut Faults<'_>) {
    let good = list(object, name).iter().all(Value::is_string);
    faults.check(good, format!("{name} holds something that is no text"));
}
