//! Chat Completions, and what the providers share that copied it.

use serde_json::{Value, json};

use super::super::chat::{Chat as Written, pieces};
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, bearer, each, text};

/// A server whose models keep no state.
#[derive(Debug)]
pub(super) struct Chat {
    name: &'static str,
    path: &'static str,
    thinks: Thinks,
}

/// How what the models think is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thinks {
    /// Not at all, as by OpenAI.
    Untold,
    /// In `reasoning_content`, as by most servers that copied the API.
    Member,
    /// In the text, between tags.
    Tags,
}

/// Any server, with any key.
pub(super) const ANY: Chat =
    Chat { name: "chat", path: "/v1/chat/completions", thinks: Thinks::Member };

/// OpenAI's own.
pub(super) const OPENAI: Chat =
    Chat { name: "openai", path: "/openai/v1/chat/completions", thinks: Thinks::Untold };

/// MiniMax (<https://platform.minimax.io/docs/api-reference/text-openai-api>, seen 2026-11-21).
pub(super) const MINIMAX: Chat =
    Chat { name: "minimax", path: "/minimax/v1/chat/completions", thinks: Thinks::Tags };

impl Api for Chat {
    fn name(&self) -> &'static str {
        self.name
    }

    fn serves(&self, path: &str) -> bool {
        path == self.path || path == self.path.replace("chat/completions", "models")
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = match self.name {
            "chat" => check::headers(&request.headers),
            name => bearer(request, name),
        };
        faults.extend(endpoint(request, self.path));
        faults.extend(check::body(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        Talk { thinks: self.thinks != Thinks::Untold, ..read(body, |_| Value::Null) }
    }

    fn sign(&self, _: &mut Vec<Part>, _: &mut Seal) {}

    fn answer(&self, _: &Recorded, parts: &[Part], style: Style) -> Answer {
        let chat = Written::new().pieces_of(style.pieces).calls(style.layout);
        let mut chat = parts.iter().fold(chat, |chat, part| match &part.kind {
            Kind::Thinking(text) if self.thinks == Thinks::Tags => {
                chat.text(&format!("<think>\n{text}\n</think>\n\n"))
            }
            Kind::Thinking(text) => chat.thinking(text),
            Kind::Text(text) => chat.text(text),
            Kind::Call { id, name, arguments } => chat.call(id, name, arguments),
        });
        if let Some(message) = style.error {
            chat = chat.error_chunk(message);
        }
        chat.into()
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        error(status, message)
    }

    fn lost(&self, _: &Lost) -> Option<Answer> {
        None
    }
}

/// An error as OpenAI tells it.
pub(super) fn error(status: u16, message: &str) -> Answer {
    match status {
        429 => Answer::error(status, message, "requests", Some("rate_limit_exceeded")),
        _ => Answer::error(status, message, "invalid_request_error", None),
    }
}

/// Any other path and any body that is no JSON.
pub(super) fn endpoint(request: &Recorded, path: &str) -> Option<String> {
    if request.method != "POST" || request.path != path {
        return Some(format!("{} {} is no endpoint", request.method, request.path));
    }
    request.body.is_null().then(|| "the body is no JSON".to_owned())
}

/// Reads a request; `state` finds the state in an assistant's message.
pub(super) fn read(body: &Value, state: impl Fn(&Value) -> Value) -> Talk {
    let mut items = Vec::new();
    for message in each(&body["messages"]) {
        match text(message, "role") {
            "user" => items.push(Item::User(content(message))),
            "tool" => items.push(Item::Result(content(message))),
            "assistant" => items.extend(said(message, state(message)).into_iter().map(Item::Said)),
            _ => {}
        }
        let pictures = each(&message["content"]).filter(|part| part["type"] == "image_url");
        items.extend(pictures.map(|_| Item::Picture));
    }
    let tools = each(&body["tools"]).map(|tool| text(&tool["function"], "name").to_owned());
    Talk {
        items,
        tools: tools.collect(),
        schema: body["response_format"]["json_schema"]["schema"].clone(),
        thinks: false,
    }
}

fn said(message: &Value, state: Value) -> Vec<Part> {
    let mut parts = Vec::new();
    if !state.is_null() {
        parts.push(Part::with(Kind::Thinking(String::new()), state));
    }
    let text = content(message);
    if !text.is_empty() {
        parts.push(Part::new(Kind::Text(text)));
    }
    parts.extend(each(&message["tool_calls"]).map(|call| {
        let function = &call["function"];
        let member = |value: &Value, name: &str| super::text(value, name).to_owned();
        Part::new(Kind::Call {
            id: member(call, "id"),
            name: member(function, "name"),
            arguments: serde_json::from_str(super::text(function, "arguments"))
                .unwrap_or(Value::Null),
        })
    }));
    parts
}

fn content(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        parts => {
            each(parts).filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
    }
}

/// A copy of the body without members that are this provider's own: of the body, of messages, and
/// of texts and tools.
pub(super) fn without(body: &Value, top: &[&str], message: &[&str], inner: &[&str]) -> Value {
    let mut body = body.clone();
    remove(&mut body, top);
    for tool in body["tools"].as_array_mut().into_iter().flatten() {
        remove(tool, inner);
    }
    for each in body["messages"].as_array_mut().into_iter().flatten() {
        remove(each, message);
        for part in each["content"].as_array_mut().into_iter().flatten() {
            remove(part, inner);
        }
    }
    body
}

fn remove(value: &mut Value, names: &[&str]) {
    if let Some(object) = value.as_object_mut() {
        object.retain(|name, _| !names.contains(&name.as_str()));
    }
}

/// One chunk of a stream, as a frame.
pub(super) fn frame(
    request: &Recorded,
    style: Style,
    delta: &Value,
    finish: Option<&str>,
    more: &Value,
) -> String {
    let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish});
    let mut chunk = envelope(request, style, "chat.completion.chunk", choice);
    add(&mut chunk, more);
    format!("data: {chunk}\n\n")
}

/// A whole answer with that message.
pub(super) fn whole(
    request: &Recorded,
    style: Style,
    message: &Value,
    finish: &str,
    more: &Value,
) -> Value {
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": finish});
    let mut whole = envelope(request, style, "chat.completion", choice);
    add(&mut whole, more);
    whole
}

fn envelope(request: &Recorded, style: Style, object: &str, choice: Value) -> Value {
    json!({
        "id": format!("scripted-{:06}", style.number), "object": object, "created": 1_760_000_000,
        "model": request.body["model"], "choices": [choice],
    })
}

fn add(value: &mut Value, more: &Value) {
    for (name, member) in more.as_object().into_iter().flatten() {
        value[name] = member.clone();
    }
}

/// The deltas of all calls, one after the other.
pub(super) fn call_deltas(parts: &[Part], chars: usize) -> Vec<Value> {
    let mut deltas = Vec::new();
    for (index, call) in calls(parts).iter().enumerate() {
        let arguments = text(&call["function"], "arguments");
        let mut first = call.clone();
        first["index"] = json!(index);
        first["function"]["arguments"] = json!("");
        deltas.push(first);
        deltas.extend(
            pieces(arguments, chars)
                .into_iter()
                .map(|piece| json!({"index": index, "function": {"arguments": piece}})),
        );
    }
    deltas
}

/// The calls of a whole message.
pub(super) fn calls(parts: &[Part]) -> Vec<Value> {
    let calls = parts.iter().filter_map(|part| match &part.kind {
        Kind::Call { id, name, arguments } => Some(json!({
            "id": id, "type": "function",
            "function": {"name": name, "arguments": arguments.to_string()},
        })),
        _ => None,
    });
    calls.collect()
}

/// The text of an answer.
pub(super) fn said_text(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match &part.kind {
        Kind::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Why an answer ended.
pub(super) fn finish(parts: &[Part]) -> &'static str {
    if parts.iter().any(Part::is_call) { "tool_calls" } else { "stop" }
}
