//! Chat chunks to Anthropic events: each block is started, filled and stopped before the next.

use std::borrow::Cow;

use bytes::{BufMut as _, BytesMut};
use serde::{Deserialize, Serialize};

use crate::native::answer::{Counts, Usage, stop_reason};

#[derive(Deserialize)]
struct Str<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    id: Option<Str<'a>>,
    #[serde(borrow, default)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
    #[serde(borrow, default)]
    error: Option<&'a serde_json::value::RawValue>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow, default)]
    finish_reason: Option<Str<'a>>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    content: Option<Str<'a>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(default)]
    index: u32,
    #[serde(borrow, default)]
    id: Option<Str<'a>>,
    #[serde(borrow, default)]
    function: Option<Function<'a>>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow, default)]
    name: Option<Str<'a>>,
    #[serde(borrow, default)]
    arguments: Option<Str<'a>>,
}

/// What of the stream is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    Text,
    Call(u32),
}

/// Writes one Anthropic stream.
pub struct Encoder {
    model: String,
    started: bool,
    ended: bool,
    open: Open,
    /// The open block's index, or the next one's.
    index: u32,
    called: bool,
    finish: Option<String>,
    usage: Usage,
}

#[derive(Serialize)]
struct Start<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: StartMessage<'a>,
}

#[derive(Serialize)]
struct StartMessage<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: &'a str,
    content: [(); 0],
    stop_reason: Option<&'a str>,
    stop_sequence: Option<&'a str>,
    usage: Counts,
}

#[derive(Serialize)]
struct BlockStart<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
    content_block: Block<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: Empty },
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct BlockDelta<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
    delta: Piece<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Piece<'a> {
    TextDelta { text: &'a str },
    InputJsonDelta { partial_json: &'a str },
}

#[derive(Serialize)]
struct BlockStop {
    #[serde(rename = "type")]
    kind: &'static str,
    index: u32,
}

#[derive(Serialize)]
struct Last<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    delta: LastDelta<'a>,
    usage: Counts,
}

#[derive(Serialize)]
struct LastDelta<'a> {
    stop_reason: &'a str,
    stop_sequence: Option<&'a str>,
}

impl Encoder {
    /// For a client that asked for `model`.
    pub fn new(model: String) -> Self {
        Self {
            model,
            started: false,
            ended: false,
            open: Open::Nothing,
            index: 0,
            called: false,
            finish: None,
            usage: Usage::default(),
        }
    }

    /// Whether the last event is written.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Reads one chunk and writes what it says.
    pub fn chunk(&mut self, data: &[u8], out: &mut BytesMut) {
        if self.ended {
            return;
        }
        if data == b"[DONE]" {
            return self.finish(out);
        }
        let chunk: Chunk<'_> = match serde_json::from_slice(data) {
            Ok(chunk) => chunk,
            Err(error) => return self.fail(&error.to_string(), out),
        };
        if let Some(error) = chunk.error {
            return self.fail(error.get(), out);
        }
        if !self.started {
            self.start(chunk.id.as_ref().map_or("", |id| &id.0), out);
        }
        if let Some(usage) = chunk.usage {
            self.usage = usage;
        }
        for choice in chunk.choices {
            if let Some(text) = choice.delta.content.filter(|text| !text.0.is_empty()) {
                if self.open != Open::Text {
                    self.block(Open::Text, Block::Text { text: "" }, out);
                }
                self.delta(Piece::TextDelta { text: &text.0 }, out);
            }
            for call in choice.delta.tool_calls.into_iter().flatten() {
                self.call(&call, out);
            }
            if let Some(finish) = choice.finish_reason {
                self.finish = Some(finish.0.into_owned());
            }
        }
    }

    /// Ends the stream with an error.
    pub fn fail(&mut self, message: &str, out: &mut BytesMut) {
        let error = serde_json::json!({
            "type": "error", "error": {"type": "api_error", "message": message},
        });
        event("error", &error, out);
        self.ended = true;
    }

    fn call(&mut self, call: &Call<'_>, out: &mut BytesMut) {
        let function = call.function.as_ref();
        let name = function.and_then(|function| function.name.as_ref()).map(|name| &*name.0);
        if self.open != Open::Call(call.index) {
            let id = call.id.as_ref().map_or("", |id| &id.0);
            let block = Block::ToolUse { id, name: name.unwrap_or_default(), input: Empty {} };
            self.block(Open::Call(call.index), block, out);
            self.called = true;
        }
        let arguments = function.and_then(|function| function.arguments.as_ref());
        if let Some(arguments) = arguments.filter(|arguments| !arguments.0.is_empty()) {
            self.delta(Piece::InputJsonDelta { partial_json: &arguments.0 }, out);
        }
    }

    fn start(&mut self, id: &str, out: &mut BytesMut) {
        self.started = true;
        let message = StartMessage {
            id: &format!("msg_{id}"),
            kind: "message",
            role: "assistant",
            model: &self.model,
            content: [],
            stop_reason: None,
            stop_sequence: None,
            usage: self.usage.counts(),
        };
        event("message_start", &Start { kind: "message_start", message }, out);
    }

    fn block(&mut self, open: Open, block: Block<'_>, out: &mut BytesMut) {
        self.close(out);
        self.open = open;
        let kind = "content_block_start";
        event(kind, &BlockStart { kind, index: self.index, content_block: block }, out);
    }

    fn delta(&mut self, delta: Piece<'_>, out: &mut BytesMut) {
        let kind = "content_block_delta";
        event(kind, &BlockDelta { kind, index: self.index, delta }, out);
    }

    fn close(&mut self, out: &mut BytesMut) {
        if self.open != Open::Nothing {
            let kind = "content_block_stop";
            event(kind, &BlockStop { kind, index: self.index }, out);
            self.open = Open::Nothing;
            self.index += 1;
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        if !self.started {
            self.start("", out);
        }
        self.close(out);
        let stop_reason = stop_reason(self.finish.as_deref(), self.called);
        let delta = LastDelta { stop_reason, stop_sequence: None };
        let usage = self.usage.counts();
        event("message_delta", &Last { kind: "message_delta", delta, usage }, out);
        out.put_slice(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
        self.ended = true;
    }
}

/// Writes one event.
fn event(name: &str, data: &impl Serialize, out: &mut BytesMut) {
    out.put_slice(b"event: ");
    out.put_slice(name.as_bytes());
    out.put_slice(b"\ndata: ");
    // Writing plain structs of strings into memory cannot fail.
    let _ = serde_json::to_writer(out.writer(), data);
    out.put_slice(b"\n\n");
}
