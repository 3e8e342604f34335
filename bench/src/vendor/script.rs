//! The vendor's answers in the shape of OpenAI's Chat Completions
//! (<https://platform.openai.com/docs/api-reference/chat>, November 2026).

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::scenario::{
    self, CACHED_TOKENS, COMPLETION_TOKENS, PIECES, PLAIN_TEXT, PROMPT_TOKENS, TOOL,
};

const ID: &str = "chatcmpl-CfVq2yWw0bX8kZr5n1PdT7sLhG4aE";
const CREATED: u64 = 1_763_700_000;
const MODEL: &str = "gpt-4o-2024-08-06";
const FINGERPRINT: &str = "fp_b1d2a4c6e8";

/// Every answer, rendered once.
pub struct Script {
    /// A plain answer.
    pub plain: Bytes,
    /// The frames of a text stream.
    pub text: Arc<[Bytes]>,
    /// The frames of a tool-call stream.
    pub tool: Arc<[Bytes]>,
}

impl Script {
    /// Renders them.
    pub fn new() -> Self {
        let text = (0..PIECES).map(|index| json!({"content": scenario::text_piece(index)}));
        let tool = (0..PIECES).map(|index| {
            let function = json!({"arguments": scenario::argument_piece(index)});
            json!({"tool_calls": [{"index": 0, "function": function}]})
        });
        let call = json!({
            "index": 0, "id": "call_W3nVb8QyJ2xK7mRtP5sZc9Lf", "type": "function",
            "function": {"name": TOOL, "arguments": ""},
        });
        Self {
            plain: Self::answer(PLAIN_TEXT),
            text: stream(
                json!({"role": "assistant", "content": "", "refusal": null}),
                text,
                "stop",
            ),
            tool: stream(
                json!({"role": "assistant", "content": null, "tool_calls": [call], "refusal": null}),
                tool,
                "tool_calls",
            ),
        }
    }

    /// A plain answer that says `text`.
    pub fn answer(text: &str) -> Bytes {
        let message =
            json!({"role": "assistant", "content": text, "refusal": null, "annotations": []});
        let answer = json!({
            "id": ID, "object": "chat.completion", "created": CREATED, "model": MODEL,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"}],
            "usage": usage(), "service_tier": "default", "system_fingerprint": FINGERPRINT,
        });
        answer.to_string().into()
    }
}

fn stream(first: Value, pieces: impl Iterator<Item = Value>, finish: &str) -> Arc<[Bytes]> {
    let deltas = std::iter::once(first).chain(pieces).map(|delta| chunk(&delta, Value::Null));
    let mut last = base();
    last["choices"] = json!([]);
    last["usage"] = usage();
    deltas
        .chain([chunk(&json!({}), finish.into()), frame(&last)])
        .chain([Bytes::from_static(b"data: [DONE]\n\n")])
        .collect()
}

fn chunk(delta: &Value, finish: Value) -> Bytes {
    let mut chunk = base();
    chunk["choices"] =
        json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish}]);
    chunk["usage"] = Value::Null;
    frame(&chunk)
}

fn base() -> Value {
    json!({
        "id": ID, "object": "chat.completion.chunk", "created": CREATED, "model": MODEL,
        "service_tier": "default", "system_fingerprint": FINGERPRINT,
    })
}

fn frame(chunk: &Value) -> Bytes {
    format!("data: {chunk}\n\n").into()
}

fn usage() -> Value {
    json!({
        "prompt_tokens": PROMPT_TOKENS, "completion_tokens": COMPLETION_TOKENS,
        "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
        "prompt_tokens_details": {"cached_tokens": CACHED_TOKENS, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    })
}
