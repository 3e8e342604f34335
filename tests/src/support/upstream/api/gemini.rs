//! Gemini 3 by `generateContent`: thought signatures stand on the first call of a step, on the
//! text before it, or on an empty text at an answer's end, and go back on the part that they came
//! with (<https://ai.google.dev/gemini-api/docs/thought-signatures>, seen 2026-11-21).

use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, each, either, prompt_tokens, text};

pub(super) mod contents;

/// What Google's validator lets through where a call was made by another model.
const MADE_ELSEWHERE: &str = "skip_thought_signature_validator";

/// A model that thinks.
#[derive(Debug)]
pub(super) struct Gemini;

impl Api for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        contents::faults(request)
    }

    fn read(&self, body: &Value) -> Talk {
        let declared = each(&body["tools"]).flat_map(|tool| each(&tool["functionDeclarations"]));
        let config = &body["generationConfig"];
        Talk {
            items: each(&body["contents"]).flat_map(items).collect(),
            tools: declared.map(|function| text(function, "name").to_owned()).collect(),
            schema: config["responseJsonSchema"].clone(),
            thinks: config["thinkingConfig"]["includeThoughts"] == true,
        }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        let calls = parts.iter().any(Part::is_call);
        let mut first = true;
        for part in parts.iter_mut() {
            let signed = match &part.kind {
                Kind::Thinking(_) => false,
                Kind::Text(_) => calls,
                Kind::Call { .. } => std::mem::take(&mut first),
            };
            if signed {
                part.state = json!(seal.next());
            }
        }
        if !calls {
            // Google asks for it only in the steps of a turn.
            let kind = Kind::Text(String::new());
            parts.push(Part { kind, state: json!(seal.next()), optional: true });
        }
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let tokens = prompt_tokens(request);
        let usage = json!({
            "promptTokenCount": tokens, "candidatesTokenCount": 40, "thoughtsTokenCount": 30,
            "totalTokenCount": tokens + 70,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}],
        });
        let chunk = |parts: &[Value], finish: Option<&str>| {
            let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
            let mut counted = json!({"promptTokenCount": tokens, "totalTokenCount": tokens});
            if let Some(finish) = finish {
                candidate["finishReason"] = json!(finish);
                counted = usage.clone();
            }
            json!({"candidates": [candidate], "usageMetadata": counted,
                "modelVersion": "gemini-scripted", "responseId": format!("scripted{:06}", style.number)})
        };
        let whole: Vec<Value> = parts.iter().map(written).collect();
        let calls: Vec<Value> =
            whole.iter().filter(|part| part["functionCall"].is_object()).cloned().collect();
        let texts = whole.iter().filter(|part| part["text"].is_string());
        let mut chunks: Vec<Value> = texts
            .flat_map(|part| cut(part, style.pieces))
            .map(|part| chunk(&[part], None))
            .collect();
        if !calls.is_empty() {
            chunks.push(chunk(&calls, None));
        }
        chunks.push(chunk(&[json!({"text": ""})], Some("STOP")));
        let frames = chunks.iter().map(|chunk| format!("data: {chunk}\r\n\r\n")).collect();
        let stream = request.path.ends_with("?alt=sse");
        either(stream, frames, &chunk(&whole, Some("STOP")))
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let word = if status == 429 { "RESOURCE_EXHAUSTED" } else { "INVALID_ARGUMENT" };
        let error = json!({"code": status, "message": message, "status": word});
        Answer::json(status, &json!({"error": error}))
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        if !lost.missing {
            return Some(self.refusal("Corrupted thought signature."));
        }
        let call = lost.given.iter().find_map(|part| match &part.kind {
            Kind::Call { name, .. } => Some(name),
            _ => None,
        });
        // It looks at the current turn alone.
        let name = call.filter(|_| lost.current)?;
        Some(self.refusal(&missing(name, 2 * lost.step + 2)))
    }

    fn models(&self) -> Value {
        json!({"models": [{
            "name": "models/gemini-scripted", "displayName": "Gemini",
            "inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536, "thinking": true,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }]})
    }
}

/// Google's words for a call without a signature.
fn missing(function: &str, position: usize) -> String {
    format!(
        "Function call is missing a thought_signature in functionCall parts. This is required for \
         tools to work correctly, and missing thought_signature may lead to degraded model \
         performance. Additional data, function call `default_api:{function}` , position \
         {position}. Please refer to https://ai.google.dev/gemini-api/docs/thought-signatures for \
         more details."
    )
}

fn items(content: &Value) -> Vec<Item> {
    let mut items = Vec::new();
    for part in each(&content["parts"]) {
        let result = &part["functionResponse"];
        if content["role"] == "model" {
            items.push(Item::Said(said(part)));
        } else if result.is_object() {
            let members = result["response"].as_object().into_iter().flatten();
            let texts = members.filter_map(|(_, value)| value.as_str());
            items.push(Item::Result(texts.collect()));
            let pictures = each(&result["parts"]).filter(|part| part["inlineData"].is_object());
            items.extend(pictures.map(|_| Item::Picture));
        } else if part["inlineData"].is_object() {
            items.push(Item::Picture);
        } else {
            items.push(Item::User(text(part, "text").to_owned()));
        }
    }
    items
}

fn said(part: &Value) -> Part {
    let call = &part["functionCall"];
    let kind = if call.is_object() {
        Kind::Call {
            id: text(call, "id").to_owned(),
            name: text(call, "name").to_owned(),
            arguments: call["args"].clone(),
        }
    } else if part["thought"] == true {
        Kind::Thinking(text(part, "text").to_owned())
    } else {
        Kind::Text(text(part, "text").to_owned())
    };
    let state = &part["thoughtSignature"];
    Part::with(kind, if state == MADE_ELSEWHERE { Value::Null } else { state.clone() })
}

fn written(part: &Part) -> Value {
    let mut written = match &part.kind {
        Kind::Thinking(text) => json!({"text": text, "thought": true}),
        Kind::Text(text) => json!({"text": text}),
        Kind::Call { id, name, arguments } => {
            json!({"functionCall": {"id": id, "name": name, "args": arguments}})
        }
    };
    if !part.state.is_null() {
        written["thoughtSignature"] = part.state.clone();
    }
    written
}

/// A text in pieces; the last one has the signature.
fn cut(part: &Value, chars: usize) -> Vec<Value> {
    let mut cut: Vec<Value> = pieces(text(part, "text"), chars)
        .into_iter()
        .map(|piece| {
            let mut part = part.clone();
            part["text"] = json!(piece);
            part
        })
        .collect();
    let last = cut.len().saturating_sub(1);
    for piece in cut.iter_mut().take(last) {
        piece.as_object_mut().map(|piece| piece.remove("thoughtSignature"));
    }
    if cut.is_empty() { vec![part.clone()] } else { cut }
}
