//! Content blocks: as a stream begins them, and whole.

use serde_json::{Value, json};

use crate::shape::{Faults, Is, list, text};

/// Blocks that are complete in their start.
const OTHERS: &[&str] = &[
    "advisor_tool_result",
    "bash_code_execution_tool_result",
    "code_execution_tool_result",
    "compaction",
    "container_upload",
    "fallback",
    "mcp_tool_listing",
    "mcp_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
    "web_fetch_tool_result",
    "web_search_tool_result",
];

/// Deltas: what they are called, which blocks they fill, the member that has the piece.
pub(super) const DELTAS: &[(&str, &[&str], &str)] = &[
    ("text_delta", &["text"], "text"),
    ("citations_delta", &["text"], "citation"),
    ("thinking_delta", &["thinking"], "thinking"),
    ("signature_delta", &["thinking"], "signature"),
    ("input_json_delta", CALLS, "partial_json"),
    ("compaction_delta", &["compaction"], "content"),
];

/// Blocks that have an input.
pub(super) const CALLS: &[&str] = &["tool_use", "server_tool_use", "mcp_tool_use"];

/// A block as `content_block_start` has it: with nothing in what the deltas fill (rule A2).
pub(super) fn start(block: &Value, faults: &mut Faults<'_>) {
    faults.check(block.is_object(), "it is no object");
    let kind = text(block, "type");
    let empty: &[&str] = match kind {
        "text" => &["text"],
        "thinking" => &["thinking", "signature"],
        _ => &[],
    };
    for name in empty {
        let value = block.get(name);
        let is_empty = value.is_some_and(|value| value == "");
        faults.check(is_empty, format!("{name} is {value:?}, not empty"));
    }
    match kind {
        "text" => {
            faults.check(list(block, "citations").is_empty(), "it begins with citations");
            faults.optional(block, &[("citations", Is::Array)]);
        }
        "thinking" => {}
        "redacted_thinking" => faults.required(block, &[("data", Is::Word)]),
        _ if CALLS.contains(&kind) => {
            call(block, faults);
            let input = block.get("input");
            let is_empty = input.is_some_and(|input| *input == json!({}));
            faults.check(is_empty, format!("input is {input:?}, not empty"));
        }
        _ => other(block, faults),
    }
}

/// A block that is whole.
pub(super) fn whole(block: &Value, faults: &mut Faults<'_>) {
    let kind = text(block, "type");
    match kind {
        "text" => {
            faults.required(block, &[("text", Is::Word)]);
            faults.optional(block, &[("citations", Is::Array)]);
            let objects = list(block, "citations").iter().all(Value::is_object);
            faults.check(objects, "a citation is no object");
        }
        "thinking" => {
            faults.required(block, &[("thinking", Is::Text), ("signature", Is::Text)]);
            let none = text(block, "thinking").is_empty() && text(block, "signature").is_empty();
            faults.check(!none, "nothing is in it");
        }
        "redacted_thinking" => faults.required(block, &[("data", Is::Word)]),
        _ if CALLS.contains(&kind) => {
            call(block, faults);
            faults.required(block, &[("input", Is::Object)]);
        }
        _ => other(block, faults),
    }
}

fn call(block: &Value, faults: &mut Faults<'_>) {
    faults.required(block, &[("id", Is::Word), ("name", Is::Word)]);
    let id = text(block, "id");
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    faults.check(id.bytes().all(plain), format!("the id is {id:?}"));
}

fn other(block: &Value, faults: &mut Faults<'_>) {
    let kind = text(block, "type");
    // One that a model made. It is documented for requests alone, but there is no other place.
    if kind == "image" {
        return faults.required(block, &[("source", Is::Object)]);
    }
    faults.check(OTHERS.contains(&kind), format!("no block is of type {kind:?}"));
}
