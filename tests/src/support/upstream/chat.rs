//! Chat Completions answers, as their documentation shows them
//! (<https://platform.openai.com/docs/api-reference/chat>, seen 2026-11).

use serde_json::{Map, Value, json};

/// A successful answer, written as a stream or whole, as the request asks.
#[derive(Clone, Debug)]
pub struct Chat {
    items: Vec<Item>,
    finish: Option<String>,
    usage: Option<Usage>,
    usage_with_finish: bool,
    done: bool,
    piece_chars: usize,
    calls: Layout,
    frame_error: Option<Value>,
}

/// How several calls stand in a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One after the other.
    InTurn,
    /// A piece of each, round and round.
    Interleaved,
    /// Each in one chunk.
    Whole,
    /// Each in one chunk, all with index 0.
    WholeSameIndex,
}

/// The token counts that the provider claims.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// All prompt tokens.
    pub prompt: u64,
    /// Those of them that were cached.
    pub cached: u64,
    /// Tokens made.
    pub completion: u64,
}

#[derive(Clone, Debug)]
enum Item {
    Thinking(String),
    Text(String),
    Refusal(String),
    Call { id: String, name: String, arguments: String },
}

impl Chat {
    /// An empty answer that ends well.
    #[expect(clippy::new_without_default, reason = "an answer is always made on purpose")]
    pub fn new() -> Self {
        Self {
            items: Vec::new(),
            finish: None,
            usage: Some(Usage { prompt: 100, cached: 0, completion: 10 }),
            usage_with_finish: false,
            done: true,
            piece_chars: 16,
            calls: Layout::InTurn,
            frame_error: None,
        }
    }

    /// With text.
    pub fn text(mut self, text: &str) -> Self {
        self.items.push(Item::Text(text.to_owned()));
        self
    }

    /// With reasoning, as the providers send it that show theirs.
    pub fn thinking(mut self, text: &str) -> Self {
        self.items.push(Item::Thinking(text.to_owned()));
        self
    }

    /// With a refusal.
    pub fn refusal(mut self, text: &str) -> Self {
        self.items.push(Item::Refusal(text.to_owned()));
        self
    }

    /// With a tool call.
    pub fn call(self, id: &str, name: &str, arguments: &Value) -> Self {
        self.raw_call(id, name, &arguments.to_string())
    }

    /// With a tool call whose arguments are any text.
    pub fn raw_call(mut self, id: &str, name: &str, arguments: &str) -> Self {
        self.items.push(Item::Call {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        });
        self
    }

    /// With this finish reason, whatever the content.
    pub fn finish(mut self, reason: &str) -> Self {
        self.finish = Some(reason.to_owned());
        self
    }

    /// With these counts.
    pub fn usage(mut self, prompt: u64, cached: u64, completion: u64) -> Self {
        self.usage = Some(Usage { prompt, cached, completion });
        self
    }

    /// Without counts.
    pub fn no_usage(mut self) -> Self {
        self.usage = None;
        self
    }

    /// Counts in the chunk with the finish reason, not in one of their own.
    pub fn usage_with_finish(mut self) -> Self {
        self.usage_with_finish = true;
        self
    }

    /// Without the last `[DONE]`.
    pub fn no_done(mut self) -> Self {
        self.done = false;
        self
    }

    /// So many characters a chunk.
    pub fn pieces_of(mut self, chars: usize) -> Self {
        self.piece_chars = chars;
        self
    }

    /// Calls laid out so.
    pub fn calls(mut self, layout: Layout) -> Self {
        self.calls = layout;
        self
    }

    /// An error chunk after the content, instead of a finish.
    pub fn error_chunk(mut self, message: &str) -> Self {
        self.frame_error = Some(json!({"error": {
            "message": message, "type": "server_error", "param": null, "code": null,
        }}));
        self
    }

    fn finish_reason(&self) -> &str {
        let calls = self.items.iter().any(|item| matches!(item, Item::Call { .. }));
        match &self.finish {
            Some(reason) => reason,
            None if calls => "tool_calls",
            None => "stop",
        }
    }

    /// The events of the stream.
    pub fn frames(&self, request: &Value) -> Vec<String> {
        let wants_usage = request["stream_options"]["include_usage"] == true;
        let chunk = |choices: Value| {
            let mut chunk = json!({
                "id": "chatcmpl-scripted", "object": "chat.completion.chunk",
                "created": 1_760_000_000, "model": request["model"],
                "service_tier": "default", "system_fingerprint": "fp_scripted",
                "choices": choices,
            });
            if wants_usage {
                chunk["usage"] = Value::Null;
            }
            chunk
        };
        let delta = |delta: Value, finish: Option<&str>| {
            chunk(json!([{
                "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish,
            }]))
        };
        let mut chunks =
            vec![delta(json!({"role": "assistant", "content": "", "refusal": null}), None)];
        for item in &self.items {
            let (name, text) = match item {
                Item::Thinking(text) => ("reasoning_content", text),
                Item::Text(text) => ("content", text),
                Item::Refusal(text) => ("refusal", text),
                Item::Call { .. } => continue,
            };
            chunks.extend(self.pieces(text).into_iter().map(|piece| {
                delta(Value::Object(Map::from_iter([(name.to_owned(), json!(piece))])), None)
            }));
        }
        let calls = self.call_deltas();
        chunks.extend(calls.into_iter().map(|call| delta(json!({"tool_calls": [call]}), None)));
        if let Some(error) = &self.frame_error {
            chunks.push(error.clone());
        } else {
            let mut last = delta(json!({}), Some(self.finish_reason()));
            let usage = self.usage.map(usage_json);
            if let Some(usage) = usage.as_ref().filter(|_| self.usage_with_finish) {
                last["usage"] = usage.clone();
            }
            chunks.push(last);
            if let Some(usage) = usage.filter(|_| wants_usage && !self.usage_with_finish) {
                let mut last = chunk(json!([]));
                last["usage"] = usage;
                chunks.push(last);
            }
        }
        let mut frames: Vec<String> =
            chunks.iter().map(|chunk| format!("data: {chunk}\n\n")).collect();
        if self.done && self.frame_error.is_none() {
            frames.push("data: [DONE]\n\n".to_owned());
        }
        frames
    }

    /// The whole answer.
    pub fn whole(&self, request: &Value) -> Value {
        if let Some(error) = &self.frame_error {
            return error.clone();
        }
        let mut message = json!({"role": "assistant", "content": null, "refusal": null,
            "annotations": []});
        let mut calls = Vec::new();
        let mut append = |name: &str, text: &str| {
            let old = message[name].as_str().unwrap_or_default().to_owned();
            message[name] = json!(old + text);
        };
        for item in &self.items {
            match item {
                Item::Thinking(text) => append("reasoning_content", text),
                Item::Text(text) => append("content", text),
                Item::Refusal(text) => append("refusal", text),
                Item::Call { id, name, arguments } => calls.push(json!({
                    "id": id, "type": "function",
                    "function": {"name": name, "arguments": arguments},
                })),
            }
        }
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let mut whole = json!({
            "id": "chatcmpl-scripted", "object": "chat.completion",
            "created": 1_760_000_000, "model": request["model"],
            "service_tier": "default", "system_fingerprint": "fp_scripted",
            "choices": [{
                "index": 0, "message": message, "logprobs": null,
                "finish_reason": self.finish_reason(),
            }],
        });
        if let Some(usage) = self.usage {
            whole["usage"] = usage_json(usage);
        }
        whole
    }

    fn pieces(&self, text: &str) -> Vec<String> {
        pieces(text, self.piece_chars)
    }

    fn call_deltas(&self) -> Vec<Value> {
        let calls = self.items.iter().filter_map(|item| match item {
            Item::Call { id, name, arguments } => Some((id, name, arguments)),
            _ => None,
        });
        let first = |index: usize, id: &str, name: &str, arguments: &str| {
            json!({"index": index, "id": id, "type": "function",
                "function": {"name": name, "arguments": arguments}})
        };
        let next = |index: usize, arguments: &str| json!({"index": index, "function": {"arguments": arguments}});
        let mut out = Vec::new();
        let mut rest: Vec<Vec<Value>> = Vec::new();
        for (index, (id, name, arguments)) in calls.enumerate() {
            match self.calls {
                Layout::Whole => out.push(first(index, id, name, arguments)),
                Layout::WholeSameIndex => out.push(first(0, id, name, arguments)),
                Layout::InTurn | Layout::Interleaved => {
                    let pieces = self.pieces(arguments);
                    let mut deltas = vec![first(index, id, name, "")];
                    deltas.extend(pieces.iter().map(|piece| next(index, piece)));
                    rest.push(deltas);
                }
            }
        }
        if self.calls == Layout::InTurn {
            out.extend(rest.into_iter().flatten());
        } else {
            let longest = rest.iter().map(Vec::len).max().unwrap_or(0);
            for round in 0..longest {
                out.extend(rest.iter().filter_map(|deltas| deltas.get(round).cloned()));
            }
        }
        out
    }
}

/// A text in pieces of so many characters.
pub(super) fn pieces(text: &str, chars: usize) -> Vec<String> {
    let all: Vec<char> = text.chars().collect();
    all.chunks(chars).map(|piece| piece.iter().collect()).collect()
}

fn usage_json(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt, "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": {"cached_tokens": usage.cached, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0, "audio_tokens": 0,
            "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
        },
    })
}
