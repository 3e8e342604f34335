//! Whether a Responses request would be taken
//! (<https://developers.openai.com/api/reference/resources/responses/methods/create>, seen
//! 2026-11-21).

use serde_json::Value;

use super::super::{each, text, unknown};

const TOP: &[&str] = &[
    "include",
    "input",
    "instructions",
    "max_output_tokens",
    "metadata",
    "model",
    "parallel_tool_calls",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "text",
    "tool_choice",
    "tools",
    "truncation",
];

/// What the provider would say against a body, for a model that reasons and stores nothing.
pub(in super::super) fn faults(body: &Value) -> Vec<String> {
    let mut faults = unknown(body, TOP, |name| format!("Unknown parameter: '{name}'."));
    if !body["model"].is_string() {
        faults.push("Missing required parameter: 'model'.".to_owned());
    }
    if text(body, "model").starts_with("gpt-4") && !body["reasoning"].is_null() {
        let what = "Unsupported parameter: 'reasoning.effort' is not supported with this model.";
        faults.push(what.to_owned());
    }
    if body["store"] != false {
        faults.push("store is on, though nobody asked for it".to_owned());
    }
    for name in ["prompt_cache_key", "safety_identifier"] {
        if text(body, name).len() > 64 {
            faults.push(format!("Invalid '{name}': string too long."));
        }
    }
    if body["max_output_tokens"].as_u64().is_some_and(|limit| limit < 16) {
        faults.push("Invalid 'max_output_tokens': integer below minimum value.".to_owned());
    }
    faults.extend(tools(&body["tools"]));
    match body["input"].as_array() {
        Some(input) if !input.is_empty() => faults.extend(items(input)),
        _ => faults.push("Invalid 'input': empty or no array".to_owned()),
    }
    faults
}

fn tools(tools: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, tool) in each(tools).enumerate() {
        let place = format!("tools[{index}]");
        let known = ["type", "name", "description", "parameters", "strict"];
        let fault = |name: &str| format!("Unknown parameter: '{place}.{name}'.");
        faults.extend(unknown(tool, &known, fault));
        if tool["type"] != "function" || text(tool, "name").is_empty() {
            faults.push(format!("Missing required parameter: '{place}.name'."));
        }
        if tool["parameters"]["type"] != "object" {
            faults.push(format!("Invalid schema for function '{}'", text(tool, "name")));
        }
        if tool["strict"] != false {
            faults.push(format!("{place}: strict is on by default, and was not asked for"));
        }
    }
    faults
}

fn items(input: &[Value]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (index, item) in input.iter().enumerate() {
        let id = text(item, "call_id");
        match text(item, "type") {
            "message" => faults.extend(message(index, item)),
            "function_call" => {
                open.push(id);
                let arguments = text(item, "arguments");
                if serde_json::from_str::<Value>(arguments).is_err() {
                    faults.push(format!("Invalid 'input[{index}].arguments': {arguments:?}"));
                }
                if id.is_empty() || id.len() > 64 {
                    faults.push(format!("Invalid 'input[{index}].call_id': {id:?}"));
                }
            }
            "function_call_output" => match open.iter().position(|open| *open == id) {
                Some(at) => drop(open.remove(at)),
                None => faults.push(format!(
                    "No tool call found for function call output with call_id {id}."
                )),
            },
            "reasoning" => {
                let fault =
                    |what: &str| format!("Item '{}' of type 'reasoning' {what}", item["id"]);
                let next = input.get(index + 1);
                let led = |next: &Value| {
                    ["reasoning", "function_call"].contains(&text(next, "type"))
                        || next["role"] == "assistant"
                };
                if !next.is_some_and(led) {
                    faults.push(fault("was provided without its required following item."));
                }
                if !item["summary"].is_array() {
                    faults.push(format!("Missing required parameter: 'input[{index}].summary'."));
                }
                if text(item, "encrypted_content").is_empty() {
                    faults.push(fault("not found. Items are not persisted when `store` is false."));
                }
            }
            other => faults.push(format!("Invalid value: '{other}' for input[{index}].type")),
        }
    }
    faults.extend(open.iter().map(|id| format!("No tool output found for function call {id}.")));
    faults
}

fn message(index: usize, item: &Value) -> Vec<String> {
    let kinds: &[&str] = match text(item, "role") {
        "assistant" => &["output_text", "refusal"],
        "user" | "system" | "developer" => &["input_text", "input_image", "input_file"],
        role => return vec![format!("Invalid value: '{role}' for input[{index}].role")],
    };
    let wrong = each(&item["content"]).filter(|part| !kinds.contains(&text(part, "type")));
    let mut faults: Vec<String> = wrong
        .map(|part| format!("Invalid value: {} for input[{index}].content", part["type"]))
        .collect();
    if each(&item["content"]).next().is_none() && !item["content"].is_string() {
        faults.push(format!("Invalid 'input[{index}].content': empty"));
    }
    faults
}
