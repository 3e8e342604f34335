//! A strict reader of answers: it panics at whatever the grammar does not allow.

use serde_json::{Value, json};

const STOP_REASONS: [&str; 7] = [
    "end_turn",
    "max_tokens",
    "stop_sequence",
    "tool_use",
    "pause_turn",
    "refusal",
    "model_context_window_exceeded",
];

/// What the client ends up with. A call whose input is no JSON has its text in `raw`.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) blocks: Vec<Value>,
    pub(super) stop_reason: String,
    pub(super) stop_sequence: Value,
    pub(super) usage: Value,
    pub(super) error: Option<Value>,
}

#[derive(PartialEq)]
enum At {
    Begin,
    Between,
    Block { filled: bool, signed: bool },
    Delta,
    Stop,
}

pub(super) fn stream(body: &str) -> Answer {
    let mut answer = Answer::default();
    let mut at = At::Begin;
    let mut input = String::new();
    assert!(body.is_empty() || body.ends_with("\n\n"), "the last event is not complete");
    for event in body.split_terminator("\n\n") {
        let (name, data) = event.split_once('\n').expect("two lines");
        let name = name.strip_prefix("event: ").expect("an event field");
        let data = data.strip_prefix("data: ").expect("a data field");
        let data: Value = serde_json::from_str(data).expect("one line of JSON");
        assert_eq!(data["type"], name);
        assert!(answer.error.is_none(), "A8: {name} after an error");
        match name {
            "ping" => continue,
            "error" => {
                answer.error = Some(error(&data));
                continue;
            }
            _ => assert!(at != At::Stop, "A1: {name} after message_stop"),
        }
        at = match (name, at) {
            ("message_start", At::Begin) => {
                start(&data["message"]);
                At::Between
            }
            ("content_block_start", At::Between) => {
                assert_eq!(data["index"], answer.blocks.len(), "A1");
                let block = data["content_block"].clone();
                let filled = block_start(&block);
                answer.blocks.push(block);
                input.clear();
                At::Block { filled, signed: false }
            }
            ("content_block_delta", At::Block { signed, .. }) => {
                assert!(!signed, "the signature is the last delta");
                assert_eq!(data["index"], answer.blocks.len() - 1, "A1");
                let signed = data["delta"]["type"] == "signature_delta";
                let block = answer.blocks.last_mut().expect("an open block");
                block_delta(block, &data["delta"], &mut input);
                At::Block { filled: true, signed }
            }
            ("content_block_stop", At::Block { filled, .. }) => {
                assert_eq!(data["index"], answer.blocks.len() - 1, "A1");
                assert!(filled, "A5: an empty block");
                if !input.is_empty() {
                    let block = answer.blocks.last_mut().expect("an open block");
                    match serde_json::from_str::<Value>(&input) {
                        Ok(value) if value.is_object() => block["input"] = value,
                        _ => block["raw"] = json!(input),
                    }
                }
                At::Between
            }
            ("message_delta", At::Between) => {
                end(&mut answer, &data["delta"], &data["usage"]);
                At::Delta
            }
            ("message_stop", At::Delta) => At::Stop,
            (name, _) => panic!("A1: {name} at a wrong place in {body}"),
        };
    }
    assert!(at == At::Stop || answer.error.is_some(), "A1: no message_stop in {body}");
    answer
}

pub(super) fn plain(body: &str) -> Answer {
    let document: Value = serde_json::from_str(body).expect("JSON");
    if document["type"] == "error" {
        return Answer { error: Some(error(&document)), ..Answer::default() };
    }
    identity(&document);
    let blocks = document["content"].as_array().expect("a list").clone();
    for block in &blocks {
        let member = |name: &str| block[name].as_str();
        match block["type"].as_str().expect("a type") {
            "text" => assert_ne!(member("text").unwrap(), "", "A5"),
            "thinking" => {
                let empty = (member("thinking"), member("signature")) == (Some(""), Some(""));
                assert!(!empty && member("signature").is_some(), "A5");
            }
            "tool_use" => call(block),
            _ => {}
        }
    }
    let mut answer = Answer { blocks, ..Answer::default() };
    end(&mut answer, &document, &document["usage"]);
    answer
}

/// Rule B3.
pub(super) fn same(streamed: &Answer, plain: &Answer) {
    assert_eq!(streamed.error, plain.error);
    if streamed.error.is_some() {
        return;
    }
    let blocks: Vec<Value> = streamed.blocks.iter().cloned().map(unparsed).collect();
    assert_eq!(blocks, plain.blocks);
    assert_eq!(streamed.stop_reason, plain.stop_reason);
    assert_eq!(streamed.stop_sequence, plain.stop_sequence);
    assert_eq!(streamed.usage, plain.usage);
}

fn unparsed(mut block: Value) -> Value {
    if let Some(raw) = block.as_object_mut().unwrap().remove("raw") {
        let len = raw.as_str().unwrap().encode_utf16().count();
        block["input"] = json!({"__unparsedToolInput": {"raw": raw, "len": len}});
    }
    block
}

fn identity(message: &Value) {
    assert_eq!(message["type"], "message", "A2");
    assert_eq!(message["role"], "assistant", "A2");
    assert!(message["id"].as_str().unwrap().starts_with("msg_"), "A15");
    assert!(!message["model"].as_str().unwrap().is_empty(), "A15");
}

fn start(message: &Value) {
    identity(message);
    assert_eq!(message["content"], json!([]), "A2");
    for name in ["stop_reason", "stop_sequence"] {
        assert_eq!(message.get(name), Some(&Value::Null), "A2");
    }
    counts(&message["usage"]);
    assert!(message["usage"]["input_tokens"].as_u64() > Some(0), "A9: no estimate");
}

fn counts(usage: &Value) {
    for name in
        ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"]
    {
        assert!(usage[name].is_u64(), "A9: {name} in {usage}");
    }
}

/// Whether the block is complete in its start.
fn block_start(block: &Value) -> bool {
    match block["type"].as_str().expect("a type") {
        "text" => assert_eq!(*block, json!({"type": "text", "text": ""}), "A2"),
        "thinking" => {
            assert_eq!(*block, json!({"type": "thinking", "thinking": "", "signature": ""}), "A2");
        }
        "redacted_thinking" => {
            assert!(!block["data"].as_str().unwrap().is_empty(), "A2");
            return true;
        }
        "tool_use" | "server_tool_use" | "mcp_tool_use" => {
            call(block);
            assert_eq!(block["input"], json!({}), "A2");
            return true;
        }
        _ => return true,
    }
    false
}

fn call(block: &Value) {
    let id = block["id"].as_str().unwrap();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    assert!(!id.is_empty() && id.bytes().all(plain), "A2: {id:?}");
    assert!(!block["name"].as_str().unwrap().is_empty(), "A2");
    assert!(block["input"].is_object(), "A2");
}

fn block_delta(block: &mut Value, delta: &Value, input: &mut String) {
    let kind = delta["type"].as_str().expect("a type");
    let (of, member) = match kind {
        "text_delta" => (["text"].as_slice(), "text"),
        "thinking_delta" => (["thinking"].as_slice(), "thinking"),
        "signature_delta" => (["thinking"].as_slice(), "signature"),
        "citations_delta" => (["text"].as_slice(), "citation"),
        "input_json_delta" => {
            (["tool_use", "server_tool_use", "mcp_tool_use"].as_slice(), "partial_json")
        }
        other => panic!("A1: {other}"),
    };
    assert!(of.contains(&block["type"].as_str().unwrap()), "A1: {kind} in {block}");
    if kind == "citations_delta" {
        assert!(delta[member].is_object());
        if block.get("citations").is_none() {
            block["citations"] = json!([]);
        }
        block["citations"].as_array_mut().unwrap().push(delta[member].clone());
        return;
    }
    let piece = delta[member].as_str().expect("text");
    assert!(!piece.is_empty(), "A5: an empty {kind}");
    if kind == "input_json_delta" {
        input.push_str(piece);
    } else {
        block[member] = json!(format!("{}{piece}", block[member].as_str().unwrap()));
    }
}

fn end(answer: &mut Answer, delta: &Value, usage: &Value) {
    answer.stop_reason = delta["stop_reason"].as_str().expect("A2: a stop reason").to_owned();
    answer.stop_sequence = delta.get("stop_sequence").expect("A2: stop_sequence").clone();
    answer.usage = usage.clone();
    counts(usage);
    assert!(STOP_REASONS.contains(&answer.stop_reason.as_str()), "A6: {}", answer.stop_reason);
    let mut ids = Vec::new();
    for block in answer.blocks.iter().filter(|block| block["type"] == "tool_use") {
        assert!(!ids.contains(&&block["id"]), "an id twice: {}", block["id"]);
        ids.push(&block["id"]);
        let broken = block.get("raw").is_some();
        let told = matches!(answer.stop_reason.as_str(), "max_tokens" | "refusal");
        assert!(!broken || told, "A7: {block} with {}", answer.stop_reason);
    }
    assert!(answer.stop_reason != "tool_use" || !ids.is_empty(), "A16");
}

fn error(document: &Value) -> Value {
    let error = &document["error"];
    assert!(error["type"].as_str().unwrap().ends_with("_error"), "D1: {error}");
    assert!(!error["message"].as_str().unwrap().is_empty());
    error.clone()
}
