//! DeepSeek: Chat Completions whose thinking is text, and has to come back as such
//! (<https://api-docs.deepseek.com/guides/thinking_mode>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal, is_of};
use super::super::talk::{Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, bearer, chat, each, either, prompt_tokens, text};

const BACK: &str = "The `reasoning_content` in the thinking mode must be passed back to the API.";

/// Models that think unless they are told not to.
#[derive(Debug)]
pub(super) struct DeepSeek;

impl Api for DeepSeek {
    fn name(&self) -> &'static str {
        "deepseek"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let body = &request.body;
        let mut faults = bearer(request, self.name());
        faults.extend(chat::endpoint(request, "/deepseek/chat/completions"));
        let plain =
            chat::without(body, &["thinking", "reasoning_effort"], &["reasoning_content"], &[]);
        faults.extend(check::body(&plain));
        if !body["reasoning_effort"].is_null()
            && !["low", "high", "max"].contains(&text(body, "reasoning_effort"))
        {
            faults.push(format!("unknown variant {}", body["reasoning_effort"]));
        }
        let called = |message: &&Value| message["tool_calls"].is_array();
        let without = |message: &Value| !message["reasoning_content"].is_string();
        if thinks(body) && each(&body["messages"]).filter(called).any(without) {
            faults.push(BACK.to_owned());
        }
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        // What other models thought may stand there, and is nothing that it would notice.
        let state = |message: &Value| match text(message, "reasoning_content") {
            thinking if is_of(self.name(), thinking) => json!(thinking),
            _ => Value::Null,
        };
        Talk { thinks: thinks(body), ..chat::read(body, state) }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        for part in parts {
            if let Kind::Thinking(text) = &mut part.kind {
                // The text itself is the state.
                *text = format!("{text} {}", seal.next());
                part.state = json!(text);
            }
        }
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let tokens = prompt_tokens(request);
        let usage = json!({"usage": {
            "prompt_tokens": tokens, "completion_tokens": 40, "total_tokens": tokens + 40,
            "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": tokens,
            "prompt_tokens_details": {"cached_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 12},
        }});
        let thinking = thinking(parts);
        let finish = chat::finish(parts);
        let mut message = json!({"role": "assistant", "content": chat::said_text(parts)});
        if !thinking.is_empty() {
            message["reasoning_content"] = json!(thinking);
        }
        let calls = chat::calls(parts);
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let frame =
            |delta: Value| chat::frame(request, style, &delta, None, &json!({"usage": null}));
        let mut frames =
            vec![frame(json!({"role": "assistant", "content": null, "reasoning_content": ""}))];
        let pieces = |text: &str| pieces(text, style.pieces);
        let told = pieces(&thinking).into_iter();
        frames
            .extend(told.map(|piece| frame(json!({"content": null, "reasoning_content": piece}))));
        let told = pieces(&chat::said_text(parts)).into_iter();
        frames
            .extend(told.map(|piece| frame(json!({"content": piece, "reasoning_content": null}))));
        let calls = chat::call_deltas(parts, style.pieces).into_iter();
        frames.extend(calls.map(|call| frame(json!({"tool_calls": [call]}))));
        let last = json!({"content": "", "reasoning_content": null});
        frames.push(chat::frame(request, style, &last, Some(finish), &usage));
        frames.push("data: [DONE]\n\n".to_owned());
        let whole = chat::whole(request, style, &message, finish, &usage);
        either(request.body["stream"] == true, frames, &whole)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let kind = if status == 429 { "rate_limit_error" } else { "invalid_request_error" };
        Answer::error(status, message, kind, Some(kind))
    }

    fn lost(&self, _: &Lost) -> Option<Answer> {
        Some(self.refusal(BACK))
    }
}

fn thinks(body: &Value) -> bool {
    body["thinking"]["type"] != "disabled"
}

fn thinking(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match &part.kind {
        Kind::Thinking(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}
