//! Azure OpenAI: OpenAI's APIs at Azure's paths, with what its content filter found. Chat
//! Completions stand here below a deployment and a dated version, Responses in the v1 API
//! (<https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle> and
//! <https://learn.microsoft.com/azure/ai-foundry/openai/concepts/content-filter>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Part, Talk};
use super::super::{Answer, Recorded};
use super::responses::{OPENAI, input};
use super::{Api, Style, chat, either, key, keyed, prompt_tokens};

const NAME: &str = "azure";

/// A deployment of a model that does not think.
#[derive(Debug)]
pub(super) struct Chat;

/// A model that reasons.
#[derive(Debug)]
pub(super) struct Responses;

fn headers(request: &Recorded) -> Vec<String> {
    let mut faults = keyed(request, NAME, "api-key", &key(NAME));
    if request.header("authorization").is_some() {
        faults.push("a token was sent beside the key".to_owned());
    }
    faults
}

impl Api for Chat {
    fn name(&self) -> &'static str {
        NAME
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = headers(request);
        let path = "/azure/openai/deployments/main/chat/completions?api-version=2024-10-21";
        faults.extend(chat::endpoint(request, path));
        faults.extend(check::body(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        chat::read(body, |_| Value::Null)
    }

    fn sign(&self, _: &mut Vec<Part>, _: &mut Seal) {}

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let tokens = prompt_tokens(request);
        let usage = json!({"prompt_tokens": tokens, "completion_tokens": 10,
            "total_tokens": tokens + 10});
        let filtered = json!({"hate": {"filtered": false, "severity": "safe"}});
        let prompt = json!([{"prompt_index": 0, "content_filter_results": filtered}]);
        let finish = chat::finish(parts);
        let said = chat::said_text(parts);
        let calls = chat::calls(parts);
        let mut message = json!({"role": "assistant", "content": said, "refusal": null});
        if !calls.is_empty() {
            message["tool_calls"] = json!(calls);
        }
        let more = json!({"usage": usage, "prompt_filter_results": prompt});
        let mut whole = chat::whole(request, style, &message, finish, &more);
        whole["choices"][0]["content_filter_results"] = filtered;

        let first = json!({"choices": [], "created": 0, "id": "", "model": "", "object": "",
            "prompt_filter_results": prompt});
        let frame = |delta: Value| chat::frame(request, style, &delta, None, &json!({}));
        let mut frames = vec![
            format!("data: {first}\n\n"),
            frame(json!({"role": "assistant", "content": "", "refusal": null})),
        ];
        frames.extend(
            pieces(&said, style.pieces).iter().map(|piece| frame(json!({"content": piece}))),
        );
        let calls = chat::call_deltas(parts, style.pieces).into_iter();
        frames.extend(calls.map(|call| frame(json!({"tool_calls": [call]}))));
        frames.push(chat::frame(request, style, &json!({}), Some(finish), &json!({})));
        if request.body["stream_options"]["include_usage"] == true {
            let mut last = whole.clone();
            last["object"] = json!("chat.completion.chunk");
            last["choices"] = json!([]);
            frames.push(format!("data: {last}\n\n"));
        }
        frames.push("data: [DONE]\n\n".to_owned());
        either(request.body["stream"] == true, frames, &whole)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let code = if status == 429 { "429" } else { "BadRequest" };
        Answer::json(status, &json!({"error": {"code": code, "message": message}}))
    }

    fn lost(&self, _: &Lost) -> Option<Answer> {
        None
    }
}

impl Api for Responses {
    fn name(&self) -> &'static str {
        NAME
    }

    fn serves(&self, path: &str) -> bool {
        path.starts_with("/azure/openai/v1/")
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = headers(request);
        faults.extend(chat::endpoint(request, "/azure/openai/v1/responses"));
        faults.extend(input::faults(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        OPENAI.read(body)
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        OPENAI.sign(parts, seal);
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        OPENAI.answer(request, parts, style)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        chat::error(status, message)
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        OPENAI.lost(lost)
    }
}
