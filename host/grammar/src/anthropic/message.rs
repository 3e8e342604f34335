//! A message, as a client has it at the end of an answer.

use serde_json::{Map, Value, json};

use crate::shape::{list, text};

/// What a client has at the end of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// From `message_start`.
    pub id: String,
    /// From `message_start`.
    pub model: String,
    /// The finished blocks; the input of calls parsed, or their text when it is no JSON object.
    pub content: Vec<Value>,
    /// Why it ended; null when it did not.
    pub stop_reason: Value,
    /// The sequence that ended it.
    pub stop_sequence: Value,
    /// As `message_start` gave it; null of a plain answer.
    pub first_usage: Value,
    /// As the end gave it.
    pub usage: Value,
    /// The error that ended the stream.
    pub error: Option<Value>,
    /// How many pings came.
    pub pings: usize,
    /// It ended well.
    pub complete: bool,
}

impl Message {
    /// That of a plain answer.
    pub fn of(document: &Value) -> Self {
        let member = |name: &str| document.get(name).cloned().unwrap_or_default();
        Self {
            id: text(document, "id").to_owned(),
            model: text(document, "model").to_owned(),
            content: list(document, "content").to_vec(),
            stop_reason: member("stop_reason"),
            stop_sequence: member("stop_sequence"),
            usage: member("usage"),
            complete: true,
            ..Self::default()
        }
    }

    /// All text.
    pub fn text(&self) -> String {
        self.content.iter().map(|block| text(block, "text")).collect()
    }

    /// All thinking.
    pub fn thinking(&self) -> String {
        self.content.iter().map(|block| text(block, "thinking")).collect()
    }

    /// The tool calls.
    pub fn calls(&self) -> Vec<Value> {
        let calls = self.content.iter().filter(|block| text(block, "type") == "tool_use");
        calls.cloned().collect()
    }

    /// What a plain and a streamed answer must share (rule B3): everything but the id.
    pub fn essence(&self) -> Value {
        let usage: Map<String, Value> = self
            .usage
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, value)| value.as_u64().is_some_and(|count| count > 0))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        json!({
            "model": self.model, "content": self.content, "stop_reason": self.stop_reason,
            "stop_sequence": self.stop_sequence, "usage": usage,
        })
    }
}
