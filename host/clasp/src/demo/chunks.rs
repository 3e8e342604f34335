//! An answer as Chat Completions writes it: one document, or a stream of chunks
//! (<https://platform.openai.com/docs/api-reference/chat/streaming>, read 2026-11-21).

use serde_json::{Value, json};

use super::answer::{Answer, Call, Usage};

const ID: &str = "chatcmpl-demo";
const CALL_ID: &str = "call_demo";

/// Bytes of arguments in one chunk.
const PIECE: usize = 12;

/// The answer as one document.
pub(crate) fn whole(answer: &Answer, model: &str) -> Value {
    let mut message = json!({ "role": "assistant", "content": answer.text, "refusal": null });
    if let (Some(call), Some(message)) = (&answer.call, message.as_object_mut()) {
        let function = json!({ "name": call.name, "arguments": call.arguments });
        let call = json!({ "id": CALL_ID, "type": "function", "function": function });
        message.insert("tool_calls".into(), json!([call]));
    }
    let choice = json!({
        "index": 0, "message": message, "logprobs": null, "finish_reason": finish(answer),
    });
    json!({
        "id": ID, "object": "chat.completion", "created": 0, "model": model,
        "choices": [choice], "usage": usage(answer.usage),
    })
}

/// The answer as the events of a stream, each with its blank line.
pub(crate) fn stream(answer: &Answer, model: &str, with_usage: bool) -> Vec<String> {
    let mut deltas = vec![json!({ "role": "assistant", "content": "" })];
    deltas.extend(answer.text.split_inclusive(' ').map(|word| json!({ "content": word })));
    if let Some(call) = &answer.call {
        deltas.extend(call_deltas(call));
    }
    let choice = |delta: Value, finish: Value| json!([{ "index": 0, "delta": delta, "logprobs": null, "finish_reason": finish }]);
    let mut chunks: Vec<(Value, Value)> =
        deltas.into_iter().map(|delta| (choice(delta, Value::Null), Value::Null)).collect();
    chunks.push((choice(json!({}), finish(answer)), Value::Null));
    if with_usage {
        chunks.push((json!([]), usage(answer.usage)));
    }
    let mut events: Vec<String> = chunks
        .into_iter()
        .map(|(choices, usage)| {
            let mut chunk = json!({
                "id": ID, "object": "chat.completion.chunk", "created": 0, "model": model,
                "choices": choices,
            });
            if let (true, Some(chunk)) = (with_usage, chunk.as_object_mut()) {
                chunk.insert("usage".into(), usage);
            }
            format!("data: {chunk}\n\n")
        })
        .collect();
    events.push("data: [DONE]\n\n".into());
    events
}

/// The call's id and name first, then its arguments in pieces.
fn call_deltas(call: &Call) -> Vec<Value> {
    let function = json!({ "name": call.name, "arguments": "" });
    let first = json!({ "index": 0, "id": CALL_ID, "type": "function", "function": function });
    let mut calls = vec![first];
    let mut rest = call.arguments.as_str();
    while !rest.is_empty() {
        let end =
            rest.char_indices().map(|(at, _)| at).find(|at| *at >= PIECE).unwrap_or(rest.len());
        let (piece, after) = rest.split_at(end);
        calls.push(json!({ "index": 0, "function": { "arguments": piece } }));
        rest = after;
    }
    calls.into_iter().map(|call| json!({ "tool_calls": [call] })).collect()
}

fn finish(answer: &Answer) -> Value {
    json!(if answer.call.is_some() { "tool_calls" } else { "stop" })
}

fn usage(usage: Usage) -> Value {
    json!({
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": { "cached_tokens": 0 },
    })
}
