//! The grammar of an Anthropic Messages answer, as strict as the strictest client (rules A1–A16).

use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// Reads an event stream piece by piece.
#[derive(Debug, Default)]
pub struct Events {
    rest: Vec<u8>,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its `event:` field.
    pub name: String,
    /// Its data.
    pub data: Value,
}

/// What a client has at the end of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    /// From `message_start`.
    pub id: String,
    /// From `message_start`.
    pub model: String,
    /// The finished blocks; the input of calls parsed, or a string when it is no JSON.
    pub content: Vec<Value>,
    /// Why it ended; null when it did not.
    pub stop_reason: Value,
    /// The sequence that ended it.
    pub stop_sequence: Value,
    /// As `message_start` gave it.
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

/// Checks a stream as it comes.
#[derive(Debug, Default)]
pub struct Checker {
    message: Message,
    faults: Vec<String>,
    open: Option<(u64, Value, String)>,
    started: bool,
    delta: bool,
    stopped: bool,
}

/// Statuses that an error type may come with (rule D1).
pub const STATUSES: &[(&str, &[u16])] = &[
    ("invalid_request_error", &[400]),
    ("authentication_error", &[401]),
    ("billing_error", &[402]),
    ("permission_error", &[403]),
    ("not_found_error", &[404, 405]),
    ("request_too_large", &[413]),
    ("rate_limit_error", &[429]),
    ("timeout_error", &[504]),
    ("overloaded_error", &[529]),
    ("api_error", &[500, 502, 503]),
];

const STOP_REASONS: &[&str] = &[
    "end_turn",
    "max_tokens",
    "model_context_window_exceeded",
    "pause_turn",
    "refusal",
    "stop_sequence",
    "tool_use",
];

impl Events {
    /// The events that are complete with these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        self.rest.extend_from_slice(bytes);
        let mut events = Vec::new();
        while let Some(at) = self.rest.windows(2).position(|window| window == b"\n\n") {
            let block: Vec<u8> = self.rest.drain(..at + 2).collect();
            let text = std::str::from_utf8(&block).expect("the stream is UTF-8");
            let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name));
            let data = field("data: ").unwrap_or_else(|| panic!("no data in {text:?}"));
            assert_eq!(text.trim_end().lines().count(), 2, "an event of two lines: {text:?}");
            events.push(Event {
                name: field("event: ").unwrap_or_else(|| panic!("no name in {text:?}")).to_owned(),
                data: serde_json::from_str(data)
                    .unwrap_or_else(|error| panic!("{error} in {data:?}")),
            });
        }
        events
    }

    /// Whether the stream ended between two events.
    pub fn is_clean(&self) -> bool {
        self.rest.is_empty()
    }
}

impl Checker {
    /// Takes the next event.
    pub fn push(&mut self, event: &Event) {
        let data = &event.data;
        let kind = data["type"].as_str().unwrap_or_default();
        if kind != event.name {
            self.fault(format!("event {:?} holds type {kind:?}", event.name));
        }
        if self.stopped || self.message.error.is_some() {
            return self.fault(format!("{kind} after the last event"));
        }
        if !self.started && !matches!(kind, "message_start" | "ping") {
            self.fault(format!("{kind} before message_start"));
        }
        match kind {
            "ping" => self.message.pings += 1,
            "error" => self.error(&data["error"]),
            "message_start" => self.start(&data["message"]),
            "content_block_start" => self.block_start(data),
            "content_block_delta" => self.block_delta(data),
            "content_block_stop" => self.block_stop(data),
            "message_delta" => self.message_delta(data),
            "message_stop" => {
                if !self.delta || self.open.is_some() {
                    self.fault("message_stop too early");
                }
                self.stopped = true;
                self.message.complete = true;
            }
            _ => self.fault(format!("unknown event {kind:?}")),
        }
    }

    /// What came, and what was wrong with it.
    pub fn finish(mut self) -> (Message, Vec<String>) {
        if self.message.error.is_none() {
            if !self.stopped {
                self.fault("the stream ends without message_stop and without an error");
            }
            let calls = self.message.calls();
            let stop = self.message.stop_reason.clone();
            if stop == "tool_use" && calls.is_empty() {
                self.fault("stop_reason tool_use without a call");
            }
            if stop != "max_tokens" && stop != "refusal" {
                if !calls.is_empty() && stop != "tool_use" {
                    self.fault(format!("a call, and stop_reason {stop}"));
                }
                for call in calls {
                    if !call["input"].is_object() {
                        self.fault(format!("the input of a call is {}", call["input"]));
                    }
                }
            }
        }
        (self.message, self.faults)
    }

    fn fault(&mut self, text: impl Into<String>) {
        self.faults.push(text.into());
    }

    fn error(&mut self, error: &Value) {
        let kind = error["type"].as_str().unwrap_or_default();
        if !STATUSES.iter().any(|(name, _)| *name == kind) {
            self.fault(format!("unknown error type {kind:?}"));
        }
        if error["message"].as_str().is_none_or(str::is_empty) {
            self.fault("an error without a message");
        }
        self.message.error = Some(error.clone());
    }

    fn start(&mut self, message: &Value) {
        if std::mem::replace(&mut self.started, true) {
            self.fault("a second message_start");
        }
        let id = message["id"].as_str().unwrap_or_default();
        if !id.starts_with("msg_") || id.len() < 8 {
            self.fault(format!("the id is {id:?}"));
        }
        let fixed = [
            ("type", json!("message")),
            ("role", json!("assistant")),
            ("content", json!([])),
            ("stop_reason", Value::Null),
            ("stop_sequence", Value::Null),
        ];
        for (name, wanted) in fixed {
            if message.get(name) != Some(&wanted) {
                self.fault(format!("message_start: {name} is {:?}", message.get(name)));
            }
        }
        if message["usage"]["input_tokens"].as_u64().is_none_or(|count| count == 0)
            || !message["usage"]["output_tokens"].is_u64()
        {
            self.fault(format!("message_start: usage is {}", message["usage"]));
        }
        self.message.id = id.to_owned();
        self.message.model = message["model"].as_str().unwrap_or_default().to_owned();
        self.message.first_usage = message["usage"].clone();
    }

    fn block_start(&mut self, data: &Value) {
        let block = &data["content_block"];
        if self.open.is_some() || self.delta {
            self.fault(format!("a block starts out of place: {data}"));
        }
        if data["index"] != self.message.content.len() {
            self.fault(format!("index {}, not {}", data["index"], self.message.content.len()));
        }
        let kind = block["type"].as_str().unwrap_or_default();
        let fits = match kind {
            "text" => block["text"] == "",
            "thinking" => block["thinking"] == "" && block["signature"] == "",
            "redacted_thinking" => block["data"].as_str().is_some_and(|data| !data.is_empty()),
            "tool_use" => {
                let id = block["id"].as_str().unwrap_or_default();
                let name = block["name"].as_str().unwrap_or_default();
                let again = self.message.content.iter().any(|other| other["id"] == block["id"]);
                !id.is_empty()
                    && !again
                    && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
                    && !name.is_empty()
                    && block["input"] == json!({})
            }
            _ => false,
        };
        if !fits {
            self.fault(format!("a block starts as {block}"));
        }
        self.open =
            Some((data["index"].as_u64().unwrap_or(u64::MAX), block.clone(), String::new()));
    }

    fn block_delta(&mut self, data: &Value) {
        let Some((index, block, raw)) = self.open.as_mut() else {
            return self.fault("a delta while no block is open");
        };
        let delta = &data["delta"];
        let kind = delta["type"].as_str().unwrap_or_default();
        let (of, member) = match kind {
            "text_delta" => ("text", "text"),
            "thinking_delta" => ("thinking", "thinking"),
            "signature_delta" => ("thinking", "signature"),
            "input_json_delta" => ("tool_use", "partial_json"),
            _ => return self.fault(format!("unknown delta {kind:?}")),
        };
        let text = delta[member].as_str().unwrap_or_default();
        let misplaced = data["index"] != *index || block["type"] != of;
        if of == "tool_use" {
            raw.push_str(text);
        } else {
            block[member] = json!(block[member].as_str().unwrap_or_default().to_owned() + text);
        }
        if misplaced {
            self.fault(format!("a delta out of place: {data}"));
        }
        if text.is_empty() {
            self.fault(format!("an empty delta: {data}"));
        }
    }

    fn block_stop(&mut self, data: &Value) {
        let Some((index, mut block, raw)) = self.open.take() else {
            return self.fault("a stop while no block is open");
        };
        if data["index"] != index {
            self.fault(format!("index {} stops while {index} is open", data["index"]));
        }
        let empty = |member: &str| block[member].as_str().is_none_or(str::is_empty);
        if (block["type"] == "text" && empty("text"))
            || (block["type"] == "thinking" && empty("thinking") && empty("signature"))
        {
            self.fault(format!("an empty block: {block}"));
        }
        if block["type"] == "tool_use" && !raw.is_empty() {
            block["input"] = serde_json::from_str(&raw).unwrap_or(Value::String(raw));
        }
        self.message.content.push(block);
    }

    fn message_delta(&mut self, data: &Value) {
        if std::mem::replace(&mut self.delta, true) || self.open.is_some() {
            self.fault(format!("message_delta out of place: {data}"));
        }
        let delta = &data["delta"];
        if delta.get("stop_sequence").is_none() {
            self.fault("message_delta without stop_sequence");
        }
        if !delta["stop_reason"].as_str().is_some_and(|reason| STOP_REASONS.contains(&reason)) {
            self.fault(format!("stop_reason {}", delta["stop_reason"]));
        }
        if !data["usage"]["output_tokens"].is_u64() || !data["usage"]["input_tokens"].is_u64() {
            self.fault(format!("message_delta: usage is {}", data["usage"]));
        }
        self.message.stop_reason = delta["stop_reason"].clone();
        self.message.stop_sequence = delta["stop_sequence"].clone();
        self.message.usage = data["usage"].clone();
    }
}

impl Message {
    /// A plain answer; panics unless it is as it must be.
    pub fn plain(body: &Value) -> Self {
        let mut faults = Vec::new();
        let content = body["content"].as_array().cloned().unwrap_or_default();
        if body["type"] != "message" || body["role"] != "assistant" || !body["content"].is_array() {
            faults.push("no message");
        }
        if !body["id"].as_str().is_some_and(|id| id.starts_with("msg_")) {
            faults.push("id");
        }
        if !body["stop_reason"].as_str().is_some_and(|reason| STOP_REASONS.contains(&reason)) {
            faults.push("stop_reason");
        }
        if body.get("stop_sequence").is_none() {
            faults.push("stop_sequence");
        }
        if !body["usage"]["input_tokens"].is_u64() || !body["usage"]["output_tokens"].is_u64() {
            faults.push("usage");
        }
        for block in &content {
            let text = |member: &str| block[member].as_str().is_some_and(|text| !text.is_empty());
            let fits = match block["type"].as_str() {
                Some("text") => text("text"),
                Some("thinking") => {
                    block["signature"].is_string() && (text("thinking") || text("signature"))
                }
                Some("redacted_thinking") => text("data"),
                Some("tool_use") => text("id") && text("name") && block["input"].is_object(),
                _ => false,
            };
            if !fits {
                faults.push("a block");
            }
        }
        assert!(faults.is_empty(), "{faults:?} in {body:#}");
        Self {
            id: body["id"].as_str().unwrap_or_default().to_owned(),
            model: body["model"].as_str().unwrap_or_default().to_owned(),
            content,
            stop_reason: body["stop_reason"].clone(),
            stop_sequence: body["stop_sequence"].clone(),
            first_usage: Value::Null,
            usage: body["usage"].clone(),
            error: None,
            pings: 0,
            complete: true,
        }
    }

    /// All text.
    pub fn text(&self) -> String {
        self.content.iter().filter_map(|block| block["text"].as_str()).collect()
    }

    /// All thinking.
    pub fn thinking(&self) -> String {
        self.content.iter().filter_map(|block| block["thinking"].as_str()).collect()
    }

    /// The tool calls.
    pub fn calls(&self) -> Vec<Value> {
        self.content.iter().filter(|block| block["type"] == "tool_use").cloned().collect()
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

/// An error answer's `error` member; panics unless envelope, status and ids are right (B4, D1).
pub fn error(status: u16, headers: &super::wire::Head, body: &[u8]) -> Value {
    let text = String::from_utf8_lossy(body);
    let body: Value = serde_json::from_slice(body)
        .unwrap_or_else(|error| panic!("{status}: {error} in an error's body {text:?}"));
    let error = &body["error"];
    assert_eq!(body["type"], "error", "{status} {body}");
    assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()), "{body}");
    let kind = error["type"].as_str().unwrap_or_default();
    let fits = STATUSES.iter().any(|(name, each)| *name == kind && each.contains(&status));
    assert!(fits, "error type {kind:?} with status {status}: {body}");
    let content_type = headers.header("content-type").unwrap_or_default();
    assert!(content_type.starts_with("application/json"), "content-type {content_type:?}");
    let id = headers.header("request-id").unwrap_or_default();
    assert!(!id.is_empty(), "no request-id header: {headers:?}");
    assert_eq!(body["request_id"], id, "request_id of header and body");
    if status == 429 {
        let seconds = headers.header("retry-after").map(str::parse::<u64>);
        assert!(matches!(seconds, Some(Ok(_))), "a 429 without whole seconds of retry-after");
    }
    error.clone()
}
