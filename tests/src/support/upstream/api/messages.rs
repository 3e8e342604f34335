//! Anthropic Messages, as Claude with extended thinking speaks it
//! (<https://platform.claude.com/docs/en/build-with-claude/extended-thinking>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, each, either, named, prompt_tokens, text};

/// Claude.
#[derive(Debug)]
pub(super) struct Messages;

impl Api for Messages {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = check::messages(&request.headers, body);
        let path = request.path.split('?').next().unwrap_or_default();
        if request.method != "POST" || path != "/anthropic/v1/messages" {
            faults.push(format!("{} {} is no endpoint", request.method, request.path));
        }
        if !body["max_tokens"].is_u64() {
            faults.push("max_tokens: Field required".to_owned());
        }
        faults.extend(pairs(body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let mut items = Vec::new();
        for message in each(&body["messages"]) {
            let whole = [json!({"type": "text", "text": message["content"]})];
            let blocks = message["content"].as_array().map_or(&whole[..], Vec::as_slice);
            match text(message, "role") {
                "assistant" => items.extend(blocks.iter().filter_map(said).map(Item::Said)),
                "user" => user(blocks, &mut items),
                _ => {}
            }
        }
        let tools = each(&body["tools"]).map(|tool| text(tool, "name").to_owned());
        Talk {
            items,
            tools: tools.collect(),
            schema: body["output_config"]["format"]["schema"].clone(),
            thinks: ["enabled", "adaptive"].contains(&text(&body["thinking"], "type")),
        }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        let mut hidden = Vec::new();
        for part in parts.iter_mut() {
            if let Kind::Thinking(text) = &part.kind {
                part.state =
                    json!({"type": "thinking", "thinking": text, "signature": seal.next()});
                if seal.answer() % 2 == 1 {
                    let block = json!({"type": "redacted_thinking", "data": seal.next()});
                    hidden.push(Part::with(Kind::Thinking(String::new()), block));
                }
            }
        }
        parts.splice(0..0, hidden);
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let content: Vec<Value> = parts.iter().map(block).collect();
        let reason = if parts.iter().any(Part::is_call) { "tool_use" } else { "end_turn" };
        let usage = json!({
            "input_tokens": prompt_tokens(request), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0, "output_tokens": 50, "service_tier": "standard",
        });
        let whole = json!({
            "id": format!("msg_scripted{:06}", style.number), "type": "message", "role": "assistant",
            "model": request.body["model"], "content": content, "stop_reason": reason,
            "stop_sequence": null, "usage": usage,
        });
        let mut start = whole.clone();
        start["content"] = json!([]);
        start["stop_reason"] = Value::Null;
        start["usage"]["output_tokens"] = json!(1);
        let mut frames = vec![
            named(&json!({"type": "message_start", "message": start})),
            named(&json!({"type": "ping"})),
        ];
        for (index, block) in content.iter().enumerate() {
            frames.extend(block_events(index, block, style.pieces).iter().map(named));
        }
        frames.push(named(&json!({
            "type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
            "usage": usage,
        })));
        frames.push(named(&json!({"type": "message_stop"})));
        either(request.body["stream"] == true, frames, &whole)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let kind = if status == 429 { "rate_limit_error" } else { "invalid_request_error" };
        let error = json!({"type": kind, "message": message});
        let body = json!({"type": "error", "error": error, "request_id": "req_scripted"});
        Answer::json(status, &body).header("request-id", "req_scripted")
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        Some(self.refusal(&complaint(lost)))
    }

    fn models(&self) -> Value {
        json!({
            "data": [{"type": "model", "id": "claude-scripted", "display_name": "Claude",
                "created_at": "2026-01-01T00:00:00Z"}],
            "has_more": false, "first_id": "claude-scripted", "last_id": "claude-scripted",
        })
    }
}

/// What Claude's API says of thinking that did not come back as it was.
pub(super) fn complaint(lost: &Lost) -> String {
    let place = format!("messages.{}.content.0", 2 * lost.step + 1);
    if lost.missing {
        return format!(
            "{place}: `thinking` or `redacted_thinking` blocks in the latest assistant message \
             cannot be modified. These blocks must remain as they were in the original response."
        );
    }
    format!("{place}: Invalid `signature` in `thinking` block")
}

/// Calls and results must stand together, and texts hold something.
pub(super) fn pairs(body: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let messages: Vec<&Value> =
        each(&body["messages"]).filter(|message| message["role"] != "system").collect();
    for (index, message) in messages.iter().enumerate() {
        for block in each(&message["content"]) {
            match text(block, "type") {
                "text" if text(block, "text").is_empty() => {
                    faults.push(format!("messages.{index}: text content blocks must be non-empty"))
                }
                "tool_use" => open.push(text(block, "id")),
                "tool_result" => match open.iter().position(|id| *id == block["tool_use_id"]) {
                    Some(at) => drop(open.remove(at)),
                    None => faults.push(format!(
                        "messages.{index}: unexpected `tool_use_id` found in `tool_result` blocks"
                    )),
                },
                _ => {}
            }
        }
        let next = messages.get(index + 1).map(|next| &next["role"]);
        if message["role"] == "user" && next != Some(&message["role"]) && !open.is_empty() {
            faults.push(format!(
                "messages.{index}: `tool_use` ids were found without `tool_result` blocks \
                 immediately after: {open:?}"
            ));
            open.clear();
        }
    }
    faults
}

fn user(blocks: &[Value], items: &mut Vec<Item>) {
    for block in blocks {
        match text(block, "type") {
            "text" => items.push(Item::User(text(block, "text").to_owned())),
            "image" => items.push(Item::Picture),
            "tool_result" => {
                items.push(Item::Result(match &block["content"] {
                    Value::String(text) => text.clone(),
                    blocks => each(blocks).map(|block| text(block, "text")).collect(),
                }));
                let pictures = each(&block["content"]).filter(|block| block["type"] == "image");
                items.extend(pictures.map(|_| Item::Picture));
            }
            _ => {}
        }
    }
}

fn said(block: &Value) -> Option<Part> {
    let member = |name: &str| text(block, name).to_owned();
    Some(match text(block, "type") {
        "text" => Part::new(Kind::Text(member("text"))),
        "thinking" | "redacted_thinking" => {
            Part::with(Kind::Thinking(member("thinking")), block.clone())
        }
        "tool_use" => Part::new(Kind::Call {
            id: member("id"),
            name: member("name"),
            arguments: block["input"].clone(),
        }),
        _ => return None,
    })
}

fn block(part: &Part) -> Value {
    match &part.kind {
        Kind::Thinking(_) => part.state.clone(),
        Kind::Text(text) => json!({"type": "text", "text": text}),
        Kind::Call { id, name, arguments } => {
            json!({"type": "tool_use", "id": id, "name": name, "input": arguments})
        }
    }
}

fn block_events(index: usize, block: &Value, chars: usize) -> Vec<Value> {
    let mut start = block.clone();
    let (member, kind, whole) = match text(block, "type") {
        "text" => ("text", "text_delta", text(block, "text").to_owned()),
        "thinking" => ("thinking", "thinking_delta", text(block, "thinking").to_owned()),
        "tool_use" => ("input", "input_json_delta", block["input"].to_string()),
        _ => ("", "", String::new()),
    };
    match member {
        "" => {}
        "input" => start["input"] = json!({}),
        _ => start[member] = json!(""),
    }
    let delta =
        |delta: Value| json!({"type": "content_block_delta", "index": index, "delta": delta});
    let holder = if member == "input" { "partial_json" } else { member };
    let mut events = Vec::new();
    let filled = pieces(&whole, chars);
    if member == "thinking" {
        start["signature"] = json!("");
    }
    events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
    events.extend(filled.into_iter().map(|piece| delta(json!({"type": kind, holder: piece}))));
    if member == "thinking" {
        let signature = &block["signature"];
        events.push(delta(json!({"type": "signature_delta", "signature": signature})));
    }
    events.push(json!({"type": "content_block_stop", "index": index}));
    events
}
