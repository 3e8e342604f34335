//! OpenAI Responses without storage: reasoning comes encrypted, and goes back whole before what it
//! led to (<https://developers.openai.com/api/docs/guides/reasoning> and
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, seen
//! 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, bearer, chat, each, either, named, prompt_tokens, text};

pub(super) mod input;

/// A model that reasons, below `/NAME/v1`.
#[derive(Debug)]
pub(super) struct Responses {
    name: &'static str,
}

/// OpenAI's own.
pub(super) const OPENAI: Responses = Responses { name: "openai" };

/// Any other server's.
pub(super) const ANY: Responses = Responses { name: "responses" };

impl Api for Responses {
    fn name(&self) -> &'static str {
        self.name
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = bearer(request, self.name());
        if request.method != "POST" || request.path != format!("/{}/v1/responses", self.name) {
            faults.push(format!("Invalid URL ({} {})", request.method, request.path));
        }
        faults.extend(input::faults(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let tools = each(&body["tools"]).map(|tool| text(tool, "name").to_owned());
        Talk {
            items: each(&body["input"]).flat_map(items).collect(),
            tools: tools.collect(),
            schema: body["text"]["format"]["schema"].clone(),
            thinks: each(&body["include"]).any(|name| name == "reasoning.encrypted_content"),
        }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        let number = seal.answer();
        for part in parts {
            if let Kind::Thinking(text) = &part.kind {
                // Often nothing is told of what was thought, at times in several parts.
                let summary = match number % 3 {
                    0 => vec![text.clone()],
                    1 => vec![text.clone(), format!("Then what follows from it, {number}.")],
                    _ => Vec::new(),
                };
                let told = |text: &String| json!({"type": "summary_text", "text": text});
                part.state = json!({
                    "type": "reasoning", "id": format!("rs_{number:06}"),
                    "summary": summary.iter().map(told).collect::<Vec<_>>(),
                    "encrypted_content": seal.next(),
                });
            }
        }
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let output: Vec<Value> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| item(&format!("msg_{:06}_{index}", style.number), part))
            .collect();
        let tokens = prompt_tokens(request);
        let mut whole = json!({
            "id": format!("resp_{:06}", style.number), "object": "response", "created_at": 1_760_000_000,
            "status": "completed", "error": null, "incomplete_details": null,
            "model": request.body["model"], "output": output, "parallel_tool_calls": true,
            "previous_response_id": null, "store": false, "truncation": "disabled",
            "usage": {
                "input_tokens": tokens, "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 50, "output_tokens_details": {"reasoning_tokens": 32},
                "total_tokens": tokens + 50,
            },
        });
        let completed = json!({"type": "response.completed", "response": whole});
        let mut begun = whole.clone();
        begun["status"] = json!("in_progress");
        begun["output"] = json!([]);
        begun["usage"] = Value::Null;
        let mut events = vec![
            json!({"type": "response.created", "response": begun}),
            json!({"type": "response.in_progress", "response": begun}),
        ];
        for (index, item) in each(&whole["output"]).enumerate() {
            events.extend(item_events(index, item, style.pieces));
        }
        events.push(completed);
        for (number, event) in events.iter_mut().enumerate() {
            event["sequence_number"] = json!(number);
        }
        let stream = request.body["stream"] == true;
        either(stream, events.iter().map(named).collect(), &whole.take())
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        chat::error(status, message)
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        let reasoning = lost.given.iter().find(|part| !part.state.is_null());
        let id = reasoning.map_or("rs_?", |part| text(&part.state, "id"));
        let (message, code) = if lost.missing {
            let what = "Item of type 'function_call' was provided without its required 'reasoning'";
            (format!("{what} item: '{id}'."), None)
        } else {
            let what = format!("The encrypted content for item {id} could not be verified.");
            let why = "Encrypted content could not be decrypted or parsed.";
            (format!("{what} Reason: {why}"), Some("invalid_encrypted_content"))
        };
        Some(Answer::error(400, &message, "invalid_request_error", code))
    }
}

fn items(item: &Value) -> Vec<Item> {
    let member = |name: &str| text(item, name).to_owned();
    match text(item, "type") {
        "reasoning" => vec![Item::Said(Part::with(Kind::Thinking(String::new()), item.clone()))],
        "function_call" => vec![Item::Said(Part::new(Kind::Call {
            id: member("call_id"),
            name: member("name"),
            arguments: serde_json::from_str(text(item, "arguments")).unwrap_or(Value::Null),
        }))],
        "function_call_output" => {
            let mut items = vec![Item::Result(texts(&item["output"]))];
            items.extend(pictures(&item["output"]));
            items
        }
        "message" if item["role"] == "assistant" => {
            vec![Item::Said(Part::new(Kind::Text(texts(&item["content"]))))]
        }
        "message" if item["role"] == "user" => {
            let mut items = vec![Item::User(texts(&item["content"]))];
            items.extend(pictures(&item["content"]));
            items
        }
        _ => Vec::new(),
    }
}

fn texts(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        parts => each(parts).map(|part| text(part, "text")).collect::<Vec<_>>().join("\n"),
    }
}

fn pictures(content: &Value) -> impl Iterator<Item = Item> {
    each(content).filter(|part| part["type"] == "input_image").map(|_| Item::Picture)
}

/// A piece of an answer as the API has it.
fn item(message: &str, part: &Part) -> Value {
    match &part.kind {
        Kind::Thinking(_) => part.state.clone(),
        Kind::Text(text) => json!({
            "type": "message", "id": message, "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": text}],
        }),
        Kind::Call { id, name, arguments } => json!({
            "type": "function_call", "id": format!("fc_{id}"), "status": "completed",
            "call_id": id, "name": name, "arguments": arguments.to_string(),
        }),
    }
}

fn item_events(index: usize, item: &Value, chars: usize) -> Vec<Value> {
    let id = &item["id"];
    let event = |kind: &str, more: Value| {
        let mut event = json!({"type": format!("response.{kind}"), "output_index": index});
        for (name, value) in more.as_object().into_iter().flatten() {
            event[name] = value.clone();
        }
        event
    };
    let mut added = item.clone();
    let mut events = Vec::new();
    match text(item, "type") {
        "reasoning" => {
            added["summary"] = json!([]);
            for (number, part) in each(&item["summary"]).enumerate() {
                let place = json!({"item_id": id, "summary_index": number});
                let with = |name: &str, value: Value| {
                    let mut more = place.clone();
                    more[name] = value;
                    more
                };
                let empty = json!({"type": "summary_text", "text": ""});
                events.push(event("reasoning_summary_part.added", with("part", empty)));
                let told = pieces(text(part, "text"), chars).into_iter();
                events.extend(told.map(|piece| {
                    event("reasoning_summary_text.delta", with("delta", json!(piece)))
                }));
                let done = with("text", part["text"].clone());
                events.push(event("reasoning_summary_text.done", done));
                events.push(event("reasoning_summary_part.done", with("part", part.clone())));
            }
        }
        "message" => {
            added["status"] = json!("in_progress");
            added["content"] = json!([]);
            let part = &item["content"][0];
            let mut empty = part.clone();
            empty["text"] = json!("");
            let with =
                |name: &str, value: Value| json!({"item_id": id, "content_index": 0, name: value});
            events.push(event("content_part.added", with("part", empty)));
            let told = pieces(text(part, "text"), chars).into_iter();
            events
                .extend(told.map(|piece| event("output_text.delta", with("delta", json!(piece)))));
            events.push(event("output_text.done", with("text", part["text"].clone())));
            events.push(event("content_part.done", with("part", part.clone())));
        }
        _ => {
            added["status"] = json!("in_progress");
            added["arguments"] = json!("");
            let with = |name: &str, value: Value| json!({"item_id": id, name: value});
            let told = pieces(text(item, "arguments"), chars).into_iter();
            events.extend(
                told.map(|piece| {
                    event("function_call_arguments.delta", with("delta", json!(piece)))
                }),
            );
            let done = with("arguments", item["arguments"].clone());
            events.push(event("function_call_arguments.done", done));
        }
    }
    events.insert(0, event("output_item.added", json!({"item": added})));
    events.push(event("output_item.done", json!({"item": item})));
    events
}
