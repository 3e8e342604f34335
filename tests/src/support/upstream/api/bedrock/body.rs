//! Whether a Converse request would be taken
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>, seen
//! 2026-11-21).

use serde_json::Value;

use super::super::{each, text, unknown};

const TOP: &[&str] = &[
    "additionalModelRequestFields",
    "guardrailConfig",
    "inferenceConfig",
    "messages",
    "outputConfig",
    "performanceConfig",
    "requestMetadata",
    "serviceTier",
    "system",
    "toolConfig",
];
const INFERENCE: &[&str] = &["maxTokens", "stopSequences", "temperature", "topP"];
const BLOCK: &[&str] =
    &["cachePoint", "document", "image", "reasoningContent", "text", "toolResult", "toolUse"];

/// What the service would say against a body.
pub(super) fn faults(body: &Value) -> Vec<String> {
    let field = |place: &str, name: &str| format!("extraneous key [{name}] at {place}");
    let mut faults = unknown(body, TOP, |name| field("#", name));
    faults.extend(unknown(&body["inferenceConfig"], INFERENCE, |name| {
        field("inferenceConfig", name)
    }));
    for tool in each(&body["toolConfig"]["tools"]) {
        let spec = &tool["toolSpec"];
        let known = ["description", "inputSchema", "name", "strict"];
        faults.extend(unknown(spec, &known, |name| field("toolSpec", name)));
        if spec.is_object() && spec["inputSchema"]["json"]["type"] != "object" {
            faults.push(format!("toolSpec.inputSchema.json.type of {}", spec["name"]));
        }
    }
    let messages: Vec<&Value> = each(&body["messages"]).collect();
    let mut expected = "user";
    let mut open: Vec<&str> = Vec::new();
    for (index, message) in messages.iter().enumerate() {
        let place = format!("messages.{index}");
        if message["role"] != expected {
            faults.push(format!("{place}: roles must alternate between user and assistant"));
        }
        expected = if expected == "user" { "assistant" } else { "user" };
        let mut answered = Vec::new();
        for block in each(&message["content"]) {
            faults.extend(unknown(block, BLOCK, |name| field(&place, name)));
            if block["text"].as_str().is_some_and(|text| text.trim().is_empty()) {
                let what = format!("The text field in the ContentBlock object at {place}");
                faults.push(format!("{what} is blank."));
            }
            if block["toolUse"].is_object() {
                open.push(text(&block["toolUse"], "toolUseId"));
            }
            if block["toolResult"].is_object() {
                answered.push(text(&block["toolResult"], "toolUseId"));
            }
        }
        if message["role"] == "user" && answered != std::mem::take(&mut open) {
            faults.push(format!("Expected toolResult blocks at {place}.content, in their order"));
        }
    }
    if messages.is_empty() || !open.is_empty() {
        faults.push("A conversation must start and end with a user message.".to_owned());
    }
    faults
}
