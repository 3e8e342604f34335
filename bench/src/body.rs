//! The requests of the load run, made the same on every machine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::scenario::{Answer, TOOL};

/// The model that clients ask for.
pub const MODEL: &str = "claude-sonnet-4-5";

const TOOLS: usize = 20;
const MESSAGES: usize = 60;
/// Bytes of the large request, within a few.
const LARGE: usize = 150 * 1024;
const IMAGES: usize = 4;
/// Bytes of all images as base64.
const IMAGE_BASE64: usize = 5 * 1024 * 1024;

/// Words that a session about code is made of; some need escapes in JSON.
const WORDS: [&str; 24] = [
    "the",
    "parser",
    "returns",
    "an",
    "error",
    "when",
    "\"input\"",
    "is",
    "empty,",
    "so",
    "callers",
    "must",
    "check",
    "its",
    "length",
    "first;\n",
    "let",
    "line",
    "=",
    "reader.next()?;\n",
    "match",
    "token",
    "{",
    "Größe",
];

/// A sequence of numbers that is the same on every machine.
struct Sequence(u64);

/// A request of some hundred bytes.
pub fn small(answer: Answer) -> Value {
    let mut request = json!({
        "model": MODEL, "max_tokens": 256,
        "messages": [{"role": "user", "content": format!("Hi {}", answer.marker())}],
    });
    if answer.stream() {
        request["stream"] = true.into();
    }
    if answer.calls_tool() {
        request["tools"] = json!([{
            "name": TOOL, "description": "Writes a file.",
            "input_schema": {"type": "object", "required": ["file_path", "content"], "properties":
                {"file_path": {"type": "string"}, "content": {"type": "string"}}},
        }]);
    }
    request
}

/// A session in the middle of its work: 20 tools, 60 messages with calls and results, 150 KB.
pub fn large(answer: Answer) -> Value {
    let mut sequence = Sequence(7);
    let tools: Vec<Value> = (0..TOOLS).map(|index| tool(index, &mut sequence)).collect();
    let mut request = json!({
        "model": MODEL, "max_tokens": 8192, "stream": answer.stream(), "temperature": 0.7,
        "system": [{"type": "text", "text": sequence.text(9000),
            "cache_control": {"type": "ephemeral"}}],
        "tools": tools, "messages": [],
    });
    let rest = LARGE.saturating_sub(request.to_string().len());
    let mut messages = vec![
        json!({"role": "user", "content": sequence.text(400)}),
        json!({"role": "user", "content": sequence.text(400)}),
    ];
    // Every turn is a call and its result; the last message asks for the answer.
    let turns = (MESSAGES - 4) / 2;
    let result_size = rest / turns * 4 / 5 - 500;
    for turn in 0..turns {
        let id = format!("toolu_{turn:024}");
        let input = json!({"path": format!("/src/part{turn}.rs"), "limit": 200,
            "pattern": sequence.text(60)});
        messages.push(json!({"role": "assistant", "content": [
            {"type": "text", "text": sequence.text(120)},
            {"type": "tool_use", "id": id, "name": format!("tool_{}", turn % TOOLS), "input": input},
        ]}));
        messages.push(json!({"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": id,
                "content": [{"type": "text", "text": sequence.text(result_size)}]},
        ]}));
    }
    messages.push(json!({"role": "assistant", "content": "Done so far."}));
    request["messages"] = messages.into();
    // The rest of the size is the last message's.
    let size = request.to_string().len() + r#",{"role":"user","content":""}"#.len();
    let mut last = format!("Go on. {}", answer.marker());
    while size + json!(last).to_string().len() + 60 < LARGE {
        last.insert_str(0, &sequence.text(40));
    }
    let missing = LARGE.saturating_sub(size + json!(last).to_string().len());
    last.insert_str(0, &"x".repeat(missing));
    if let Some(messages) = request["messages"].as_array_mut() {
        messages.push(json!({"role": "user", "content": last}));
    }
    request
}

/// Four images, 5 MB together.
pub fn images(answer: Answer) -> Value {
    let mut sequence = Sequence(11);
    let size = IMAGE_BASE64 / IMAGES / 4 * 3;
    let mut content: Vec<Value> = (0..IMAGES)
        .map(|_| {
            let bytes: Vec<u8> =
                (0..size.div_ceil(8)).flat_map(|_| sequence.next().to_le_bytes()).collect();
            let data = STANDARD.encode(bytes.get(..size).unwrap_or(&bytes));
            json!({"type": "image", "source":
                {"type": "base64", "media_type": "image/png", "data": data}})
        })
        .collect();
    content.push(json!({"type": "text", "text": format!("Compare them. {}", answer.marker())}));
    json!({"model": MODEL, "max_tokens": 1024, "messages": [{"role": "user", "content": content}]})
}

fn tool(index: usize, sequence: &mut Sequence) -> Value {
    let properties: serde_json::Map<String, Value> = (0..6)
        .map(|property| {
            let schema = match property % 3 {
                0 => json!({"type": "string", "description": sequence.text(110)}),
                1 => json!({"type": "integer", "minimum": 0, "description": sequence.text(70)}),
                _ => json!({"type": "array", "items": {"type": "string", "enum": ["a", "b", "c"]},
                    "description": sequence.text(90)}),
            };
            (format!("property_{property}"), schema)
        })
        .collect();
    json!({
        "name": format!("tool_{index}"), "description": sequence.text(900),
        "input_schema": {"type": "object", "additionalProperties": false,
            "required": ["property_0", "property_1"], "properties": properties},
    })
}

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Words of about `size` bytes.
    fn text(&mut self, size: usize) -> String {
        let mut text = String::with_capacity(size + 16);
        while text.len() < size {
            let pick = usize::try_from(self.next() % WORDS.len() as u64).unwrap_or_default();
            text.push_str(WORDS.get(pick).unwrap_or(&"the"));
            text.push(' ');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_have_the_sizes_that_they_are_named_after() {
        let size = small(Answer::Plain).to_string().len();
        assert!((90..130).contains(&size), "{size}");
        let request = large(Answer::Plain);
        let size = request.to_string().len();
        assert!((LARGE - 64..=LARGE + 64).contains(&size), "{size}");
        assert_eq!(request["messages"].as_array().map(Vec::len), Some(MESSAGES));
        assert_eq!(request["tools"].as_array().map(Vec::len), Some(TOOLS));
        let size = images(Answer::Plain).to_string().len();
        assert!((IMAGE_BASE64..IMAGE_BASE64 + 1024).contains(&size), "{size}");
    }
}
