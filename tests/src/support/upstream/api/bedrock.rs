//! Amazon Bedrock's Converse, as Claude speaks it there: a stream is AWS's binary event stream, and
//! requests are signed
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>, seen
//! 2026-11-21).

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::chat::pieces;
use super::super::check;
use super::super::state::{Lost, Seal};
use super::super::talk::{Item, Kind, Part, Talk};
use super::super::{Answer, Recorded};
use super::{Api, Style, each, prompt_tokens, text};

mod body;
mod frame;

/// Claude.
#[derive(Debug)]
pub(super) struct Bedrock;

/// The begin of what signs a request: the access key's id, the day left out.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIDSCRIPTED/";

impl Api for Bedrock {
    fn name(&self) -> &'static str {
        "bedrock"
    }

    fn faults(&self, request: &Recorded) -> Vec<String> {
        let mut faults = check::leaks(&request.headers);
        let signature = request.header("authorization").unwrap_or_default();
        let scope = "/us-east-1/bedrock/aws4_request, ";
        if !signature.starts_with(SIGNED) || !signature.contains(scope) {
            faults.push("The security token included in the request is invalid.".to_owned());
        }
        let method = request.path.rsplit('/').next().unwrap_or_default();
        if request.method != "POST"
            || !request.path.starts_with("/bedrock/model/")
            || !["converse", "converse-stream"].contains(&method)
        {
            faults.push(format!("{} {} is no operation", request.method, request.path));
        }
        faults.extend(body::faults(&request.body));
        faults
    }

    fn read(&self, body: &Value) -> Talk {
        let tools = each(&body["toolConfig"]["tools"]).map(|tool| &tool["toolSpec"]);
        let tools = tools.filter(|tool| tool.is_object());
        let thinking = &body["additionalModelRequestFields"]["thinking"];
        Talk {
            items: each(&body["messages"]).flat_map(items).collect(),
            tools: tools.map(|tool| text(tool, "name").to_owned()).collect(),
            schema: Value::Null,
            thinks: ["enabled", "adaptive"].contains(&text(thinking, "type")),
        }
    }

    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal) {
        let mut hidden = Vec::new();
        for part in parts.iter_mut() {
            if let Kind::Thinking(text) = &part.kind {
                let reasoning = json!({"text": text, "signature": seal.next()});
                part.state = json!({"reasoningContent": {"reasoningText": reasoning}});
                if seal.answer() % 2 == 1 {
                    let block = json!({"reasoningContent": {"redactedContent": seal.next()}});
                    hidden.push(Part::with(Kind::Thinking(String::new()), block));
                }
            }
        }
        parts.splice(0..0, hidden);
    }

    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer {
        let content: Vec<Value> = parts.iter().map(block).collect();
        let reason = if parts.iter().any(Part::is_call) { "tool_use" } else { "end_turn" };
        let tokens = prompt_tokens(request);
        let usage = json!({
            "inputTokens": tokens, "outputTokens": 50, "totalTokens": tokens + 50,
            "cacheReadInputTokens": 0, "cacheWriteInputTokens": 0,
        });
        let metrics = json!({"latencyMs": 100});
        if !request.path.ends_with("/converse-stream") {
            let message = json!({"role": "assistant", "content": content});
            return Answer::json(
                200,
                &json!({"output": {"message": message}, "stopReason": reason, "usage": usage,
                    "metrics": metrics}),
            );
        }
        let mut frames = vec![frame::event("messageStart", &json!({"role": "assistant"}))];
        for (index, block) in content.iter().enumerate() {
            frames.extend(block_frames(index, block, style.pieces));
        }
        frames.push(frame::event("messageStop", &json!({"stopReason": reason})));
        let told = json!({"usage": usage, "metrics": metrics});
        frames.push(frame::event("metadata", &told));
        Answer::frames_as("application/vnd.amazon.eventstream", frames)
    }

    fn error(&self, status: u16, message: &str) -> Answer {
        let class = if status == 429 { "ThrottlingException" } else { "ValidationException" };
        let kind = format!("{class}:http://internal.amazon.com/coral/com.amazon.bedrock/");
        Answer::json(status, &json!({"message": message})).header("x-amzn-errortype", &kind)
    }

    fn lost(&self, lost: &Lost) -> Option<Answer> {
        Some(self.refusal(&super::messages::complaint(lost)))
    }
}

fn items(message: &Value) -> Vec<Item> {
    let mut items = Vec::new();
    for block in each(&message["content"]) {
        let result = &block["toolResult"];
        if message["role"] == "assistant" {
            items.extend(said(block).map(Item::Said));
        } else if result.is_object() {
            let texts = each(&result["content"]).map(|part| text(part, "text"));
            items.push(Item::Result(texts.collect()));
            let pictures = each(&result["content"]).filter(|part| part["image"].is_object());
            items.extend(pictures.map(|_| Item::Picture));
        } else if block["image"].is_object() {
            items.push(Item::Picture);
        } else if block["text"].is_string() {
            items.push(Item::User(text(block, "text").to_owned()));
        }
    }
    items
}

fn said(block: &Value) -> Option<Part> {
    let call = &block["toolUse"];
    Some(if call.is_object() {
        Part::new(Kind::Call {
            id: text(call, "toolUseId").to_owned(),
            name: text(call, "name").to_owned(),
            arguments: call["input"].clone(),
        })
    } else if block["reasoningContent"].is_object() {
        Part::with(Kind::Thinking(String::new()), block.clone())
    } else if block["text"].is_string() {
        Part::new(Kind::Text(text(block, "text").to_owned()))
    } else {
        return None;
    })
}

fn block(part: &Part) -> Value {
    match &part.kind {
        Kind::Thinking(_) => part.state.clone(),
        Kind::Text(text) => json!({"text": text}),
        Kind::Call { id, name, arguments } => {
            json!({"toolUse": {"toolUseId": id, "name": name, "input": arguments}})
        }
    }
}

/// The frames of a block: only a call has a start.
fn block_frames(index: usize, block: &Value, chars: usize) -> Vec<Bytes> {
    let delta = |delta: Value| {
        frame::event("contentBlockDelta", &json!({"contentBlockIndex": index, "delta": delta}))
    };
    let mut frames = Vec::new();
    let (call, reasoning) = (&block["toolUse"], &block["reasoningContent"]);
    if call.is_object() {
        let start = json!({"toolUse": {"toolUseId": call["toolUseId"], "name": call["name"]}});
        let start = json!({"contentBlockIndex": index, "start": start});
        frames.push(frame::event("contentBlockStart", &start));
        let input = pieces(&call["input"].to_string(), chars).into_iter();
        frames.extend(input.map(|piece| delta(json!({"toolUse": {"input": piece}}))));
    } else if reasoning["redactedContent"].is_string() {
        frames.push(delta(json!({"reasoningContent": reasoning})));
    } else if reasoning.is_object() {
        let whole = &reasoning["reasoningText"];
        let told = pieces(text(whole, "text"), chars).into_iter();
        frames.extend(told.map(|piece| delta(json!({"reasoningContent": {"text": piece}}))));
        let signature = json!({"signature": whole["signature"]});
        frames.push(delta(json!({"reasoningContent": signature})));
    } else {
        let told = pieces(text(block, "text"), chars).into_iter();
        frames.extend(told.map(|piece| delta(json!({"text": piece}))));
    }
    frames.push(frame::event("contentBlockStop", &json!({"contentBlockIndex": index})));
    frames
}
