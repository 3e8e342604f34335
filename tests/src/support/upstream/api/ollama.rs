//! Ollama's own chat API: a stream is JSON lines (<https://docs.ollama.com/api/chat>, seen
//! 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, chat, each, prompt_tokens, text, unknown};

const TOP: &[&str] = &[
    "format",
    "keep_alive",
    "logprobs",
    "messages",
    "model",
    "options",
    "shift",
    "stream",
    "think",
    "tools",
    "top_logprobs",
    "truncate",
];
const MESSAGE: &[&str] =
    &["content", "images", "role", "thinking", "tool_call_id", "tool_calls", "tool_name"];

/// A server with a model that sees, thinks and calls tools.
#[derive(Debug)]
pub(super) struct Ollama;

impl Api for Ollama {
    fn name(&self) -> &'static str {
        "ollama"
    }

    fn lists(&self, path: &str) -> bool {
        path == "/ollama/api/tags"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = check::leaks(&request.headers);
        if request.header("authorization").is_some() {
            faults.push("a key was sent, and none is set".to_owned());
        }
        faults.extend(chat::endpoint(request, "/ollama/api/chat"));
        faults.extend(unknown(body, TOP, |name| format!("{name} is not read")));
        for (index, message) in each(&body["messages"]).enumerate() {
            let unread = |name: &str| format!("messages[{index}].{name} is not read");
            faults.extend(unknown(message, MESSAGE, unread));
            if !["system", "user", "assistant", "tool"].contains(&text(message, "role")) {
                faults.push(format!("messages[{index}]: invalid role {}", message["role"]));
            }
            if !message["content"].is_string() {
                faults.push(format!("messages[{index}]: content is no string"));
            }
            if each(&message["tool_calls"]).any(|c| !c["function"]["arguments"].is_object()) {
                faults.push(format!("messages[{index}]: arguments are no object"));
            }
        }
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let mut items = Vec::new();
        for message in each(&body["messages"]) {
            let content = || text(message, "content").to_owned();
            match text(message, "role") {
                "user" => items.push(Item::User(content())),
                "tool" => items.push(Item::Result(content())),
                "assistant" => items.extend(said(message).into_iter().map(Item::Said)),
                _ => {}
            }
            items.extend(each(&message["images"]).map(|_| Item::Picture));
        }
        let tools = each(&body["tools"]).map(|tool| text(&tool["function"], "name").to_owned());
        let thinks = !matches!(body["think"], Value::Null | Value::Bool(false));
        Talk { items, tools: tools.collect(), schema: body["format"].clone(), thinks }
    }

    fn sign(&self, _: &mut Vec<Part>, _: &mut Seal) {}

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let line = |message: Value| {
            json!({"model": request.body["model"], "created_at": "2026-11-21T00:00:00.000000Z",
                "message": message, "done": false})
        };
        let say = |member: &str, text: &str| {
            let mut message = json!({"role": "assistant", "content": ""});
            message[member] = json!(text);
            message
        };
        let mut messages = Vec::new();
        let mut whole = json!({"role": "assistant", "content": ""});
        for part in parts {
            match &part.kind {
                Kind::Thinking(text) => {
                    whole["thinking"] = json!(text);
                    let told = pieces(text, style.pieces);
                    messages.extend(told.iter().map(|piece| say("thinking", piece)));
                }
                Kind::Text(text) => {
                    whole["content"] = json!(text);
                    let told = pieces(text, style.pieces);
                    messages.extend(told.iter().map(|piece| say("content", piece)));
                }
                Kind::Call { .. } => {}
            }
        }
        let calls = calls(parts);
        for call in &calls {
            let mut message = say("content", "");
            message["tool_calls"] = json!([call]);
            messages.push(message);
        }
        if !calls.is_empty() {
            whole["tool_calls"] = json!(calls);
        }
        let end = |message: Value| {
            let mut line = line(message);
            for (name, value) in [
                ("done", json!(true)),
                ("done_reason", json!("stop")),
                ("total_duration", json!(1_958_506_750)),
                ("prompt_eval_count", json!(prompt_tokens(request))),
                ("eval_count", json!(40)),
            ] {
                line[name] = value;
            }
            line
        };
        if request.body["stream"] == false {
            return Answer::json(200, &end(whole));
        }
        let mut lines: Vec<Value> = messages.into_iter().map(line).collect();
        lines.push(end(say("content", "")));
        let lines = lines.iter().map(|line| format!("{line}\n"));
        Answer::frames_as("application/x-ndjson", lines)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        Answer::json(status, &json!({"error": message}))
    }

    fn lost(&self, _: &Lost) -> Option<Answer> {
        None
    }

    fn models(&self) -> Value {
        json!({"models": [{"name": "qwen3-vl:8b", "model": "qwen3-vl:8b",
            "capabilities": ["completion", "vision", "tools", "thinking"],
            "details": {"family": "qwen3vl", "context_length": 262_144}}]})
    }
}

fn said(message: &Value) -> Vec<Part> {
    let mut parts = Vec::new();
    let content = text(message, "content");
    if !content.is_empty() {
        parts.push(Part::new(Kind::Text(content.to_owned())));
    }
    parts.extend(each(&message["tool_calls"]).map(|call| {
        let function = &call["function"];
        Part::new(Kind::Call {
            id: text(call, "id").to_owned(),
            name: text(function, "name").to_owned(),
            arguments: function["arguments"].clone(),
        })
    }));
    parts
}

fn calls(parts: &[Part]) -> Vec<Value> {
    let calls = parts.iter().filter_map(|part| match &part.kind {
        Kind::Call { id, name, arguments } => Some((id, name, arguments)),
        _ => None,
    });
    let written = |(index, (id, name, arguments))| json!({"id": id, "function": {"index": index, "name": name, "arguments": arguments}});
    calls.enumerate().map(written).collect()
}
