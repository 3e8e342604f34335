//! Cohere's chat API, version 2 (<https://docs.cohere.com/reference/chat> and
//! <https://docs.cohere.com/reference/chat-stream>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::state::{Lost, Seal};
use super::super::talk::{Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, bearer, chat, each, either, named, prompt_tokens, text, unknown};

const TOP: &[&str] = &[
    "citation_options",
    "documents",
    "frequency_penalty",
    "k",
    "max_tokens",
    "messages",
    "model",
    "p",
    "presence_penalty",
    "response_format",
    "safety_mode",
    "seed",
    "stop_sequences",
    "stream",
    "strict_tools",
    "temperature",
    "thinking",
    "tool_choice",
    "tools",
];

/// A model that sees and thinks.
#[derive(Debug)]
pub(super) struct Cohere;

impl Api for Cohere {
    fn name(&self) -> &'static str {
        "cohere"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = bearer(request, self.name());
        faults.extend(chat::endpoint(request, "/cohere/v2/chat"));
        faults.extend(unknown(body, TOP, |name| format!("unknown field: parameter '{name}'")));
        let mut open: Vec<&str> = Vec::new();
        for (index, message) in each(&body["messages"]).enumerate() {
            let id = text(message, "tool_call_id");
            match text(message, "role") {
                "assistant" => open.extend(each(&message["tool_calls"]).map(|c| text(c, "id"))),
                "tool" => match open.iter().position(|open| *open == id) {
                    Some(at) => drop(open.remove(at)),
                    None => faults.push(format!("messages[{index}]: no call has the id {id:?}")),
                },
                "system" | "user" if open.is_empty() => {}
                role => faults.push(format!("messages[{index}]: role {role:?} is out of place")),
            }
        }
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let thinks = body["thinking"]["type"] != "disabled";
        Talk { thinks, ..chat::read(body, |_| Value::Null) }
    }

    fn sign(&self, _: &mut Vec<Part>, _: &mut Seal) {}

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let content: Vec<Value> = parts.iter().filter_map(content).collect();
        let calls = chat::calls(parts);
        let finish = if calls.is_empty() { "COMPLETE" } else { "TOOL_CALL" };
        let tokens = prompt_tokens(request);
        let usage = json!({
            "billed_units": {"input_tokens": tokens, "output_tokens": 12},
            "tokens": {"input_tokens": tokens + 200, "output_tokens": 60}, "cached_tokens": 0,
        });
        let id = format!("00000000-0000-4000-8000-{:012}", style.number);
        let mut message = json!({"role": "assistant", "content": content});
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let whole = json!({"id": id, "finish_reason": finish, "message": message, "usage": usage});

        let begun = json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [],
            "citations": []});
        let mut events =
            vec![json!({"type": "message-start", "id": id, "delta": {"message": begun}})];
        for (index, block) in content.iter().enumerate() {
            events.extend(content_events(index, block, style.pieces));
        }
        for (index, call) in calls.iter().enumerate() {
            events.extend(call_events(index, call, style.pieces));
        }
        let end = json!({"finish_reason": finish, "usage": usage});
        events.push(json!({"type": "message-end", "delta": end}));
        let mut frames: Vec<String> = events.iter().map(named).collect();
        frames.push("data: [DONE]\n\n".to_owned());
        either(request.body["stream"] == true, frames, &whole)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"id": "scripted", "message": message}))
    }

    fn lost(&self, _: &Lost) -> Option<Answer> {
        None
    }

    fn models(&self) -> Value {
        json!({"models": [{"name": "command-a-plus-05-2026", "endpoints": ["chat"],
            "is_deprecated": false, "context_length": 128_000}]})
    }
}

fn content(part: &Part) -> Option<Value> {
    match &part.kind {
        Kind::Thinking(text) => Some(json!({"type": "thinking", "thinking": text})),
        Kind::Text(text) => Some(json!({"type": "text", "text": text})),
        Kind::Call { .. } => None,
    }
}

fn content_events(index: usize, block: &Value, chars: usize) -> Vec<Value> {
    let kind = text(block, "type");
    let event = |name: &str, content: Value| json!({"type": name, "index": index, "delta": {"message": {"content": content}}});
    let mut events = vec![event("content-start", json!({"type": kind, kind: ""}))];
    let told = pieces(text(block, kind), chars).into_iter();
    events.extend(told.map(|piece| event("content-delta", json!({kind: piece}))));
    events.push(json!({"type": "content-end", "index": index}));
    events
}

fn call_events(index: usize, call: &Value, chars: usize) -> Vec<Value> {
    let event = |name: &str, calls: Value| json!({"type": name, "index": index, "delta": {"message": {"tool_calls": calls}}});
    let mut start = call.clone();
    start["function"]["arguments"] = json!("");
    let mut events = vec![event("tool-call-start", start)];
    let told = pieces(text(&call["function"], "arguments"), chars).into_iter();
    events.extend(
        told.map(|piece| event("tool-call-delta", json!({"function": {"arguments": piece}}))),
    );
    events.push(json!({"type": "tool-call-end", "index": index}));
    events
}
