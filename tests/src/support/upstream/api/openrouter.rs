//! OpenRouter: Chat Completions with `reasoning_details`, here as it passes on Claude
//! (<https://openrouter.ai/docs/use-cases/reasoning-tokens>, seen 2026-11-21). How the details are
//! cut in a stream, its comments and the second finish reason are as in recorded answers.

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, bearer, chat, each, either, prompt_tokens, text};

const FORMAT: &str = "anthropic-claude-v1";
const COMMENT: &str = ": OPENROUTER PROCESSING\n\n";

/// A model of Anthropic's behind it.
#[derive(Debug)]
pub(super) struct OpenRouter;

impl Api for OpenRouter {
    fn name(&self) -> &'static str {
        "openrouter"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = bearer(request, self.name());
        faults.extend(chat::endpoint(request, "/openrouter/api/v1/chat/completions"));
        let top = ["reasoning", "usage", "session_id", "provider", "models", "transforms"];
        let plain = chat::without(body, &top, &["reasoning_details"], &["cache_control"]);
        faults.extend(check::body(&plain));
        for message in each(&body["messages"]) {
            let details = &message["reasoning_details"];
            if !details.is_null() && !details.is_array() {
                faults.push(format!("reasoning_details is {details}"));
            }
        }
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let reasoning = &body["reasoning"];
        // <https://openrouter.ai/docs/client-sdks/typescript/models/chatrequestreasoningeffort.md>
        let shorthand = body["reasoning_effort"].is_string() && body["reasoning_effort"] != "none";
        let thinks = shorthand || reasoning.is_object() && reasoning["enabled"] != false;
        Talk { thinks, ..chat::read(body, |message| message["reasoning_details"].clone()) }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        for part in parts {
            if let Kind::Thinking(text) = &part.kind {
                let mut details = vec![json!({"type": "reasoning.text", "text": text,
                    "signature": seal.next(), "format": FORMAT, "index": 0})];
                if seal.answer() % 2 == 1 {
                    details.push(json!({"type": "reasoning.encrypted", "data": seal.next(),
                        "format": FORMAT, "index": 1}));
                }
                part.state = json!(details);
            }
        }
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let tokens = prompt_tokens(request);
        let usage = json!({"provider": "Anthropic", "usage": {
            "prompt_tokens": tokens, "completion_tokens": 60, "total_tokens": tokens + 60,
            "cost": 0.00345, "is_byok": false,
            "prompt_tokens_details": {"cached_tokens": 0},
            "cost_details": {"upstream_inference_cost": null},
            "completion_tokens_details": {"reasoning_tokens": 20},
        }});
        let finish = chat::finish(parts);
        let details: Vec<&Value> = parts.iter().flat_map(|part| each(&part.state)).collect();
        let said = chat::said_text(parts);
        let mut message = json!({"role": "assistant", "content": said, "refusal": null});
        if let Some(first) = details.first() {
            message["reasoning"] = first["text"].clone();
            message["reasoning_details"] = json!(details);
        }
        let calls = chat::calls(parts);
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let more = json!({"provider": "Anthropic"});
        let frame = |delta: Value| chat::frame(request, style, &delta, None, &more);
        let mut frames = vec![COMMENT.to_owned(), COMMENT.to_owned()];
        frames.extend(detail_deltas(&details, style.pieces).into_iter().map(frame));
        frames.push(COMMENT.to_owned());
        let told = pieces(&said, style.pieces).into_iter();
        frames.extend(told.map(|piece| frame(json!({"role": "assistant", "content": piece}))));
        let calls = chat::call_deltas(parts, style.pieces).into_iter();
        frames.extend(calls.map(|call| {
            frame(json!({"role": "assistant", "content": null, "tool_calls": [call]}))
        }));
        let last = json!({"role": "assistant", "content": ""});
        frames.push(chat::frame(request, style, &last, Some(finish), &more));
        frames.push(chat::frame(request, style, &last, Some(finish), &usage));
        frames.push("data: [DONE]\n\n".to_owned());
        let whole = chat::whole(request, style, &message, finish, &usage);
        either(request.body["stream"] == true, frames, &whole)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let error = json!({"message": message, "code": status});
        Answer::json(status, &json!({"error": error, "user_id": "user_scripted"}))
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        let raw = json!({"type": "error", "error": {"type": "invalid_request_error",
            "message": super::messages::complaint(lost)}});
        let metadata = json!({"raw": raw.to_string(), "provider_name": "Anthropic"});
        let error =
            json!({"message": "Provider returned error", "code": 400, "metadata": metadata});
        Some(Answer::json(400, &json!({"error": error, "user_id": "user_scripted"})))
    }
}

/// A text in pieces, and its signature behind it; what is encrypted whole.
fn detail_deltas(details: &[&Value], chars: usize) -> Vec<Value> {
    let delta = |reasoning: Value, detail: Value| {
        json!({"role": "assistant", "content": "", "reasoning": reasoning,
            "reasoning_details": [detail]})
    };
    let mut deltas = Vec::new();
    for detail in details {
        if detail["type"] != "reasoning.text" {
            deltas.push(delta(Value::Null, (*detail).clone()));
            continue;
        }
        for piece in pieces(text(detail, "text"), chars) {
            let cut = json!({"type": "reasoning.text", "text": piece, "format": FORMAT,
                "index": detail["index"]});
            deltas.push(delta(json!(piece), cut));
        }
        let signed = json!({"type": "reasoning.text", "signature": detail["signature"],
            "format": FORMAT, "index": detail["index"]});
        deltas.push(delta(Value::Null, signed));
    }
    deltas
}
