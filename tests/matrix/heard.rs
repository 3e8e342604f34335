//! What an answer says, whatever the dialect.

use clasp_grammar::anthropic::Message;
use serde_json::{Value, json};

/// An answer, as a client has it at the end.
#[derive(Clone, Debug)]
pub struct Heard {
    pub thinking: String,
    pub text: String,
    pub calls: Vec<Call>,
    /// The word for why it ended.
    pub end: String,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub model: String,
    /// What goes into the next request for it.
    pub history: Vec<Value>,
}

/// A tool call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub id: String,
    pub name: String,
    pub arguments: Value,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_default()
}

fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn arguments(call: &Value) -> Value {
    let told = text(&call["arguments"]);
    serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error} in arguments {told:?}"))
}

impl Heard {
    pub fn messages(message: Message) -> Self {
        let call = |call: Value| Call {
            id: text(&call["id"]),
            name: text(&call["name"]),
            arguments: call["input"].clone(),
        };
        Self {
            thinking: message.thinking(),
            text: message.text(),
            calls: message.calls().into_iter().map(call).collect(),
            end: text(&message.stop_reason),
            input_tokens: count(&message.usage["input_tokens"]),
            output_tokens: count(&message.usage["output_tokens"]),
            model: message.model,
            history: message.content,
        }
    }

    pub fn responses(answer: &Value) -> Self {
        let output = || each(&answer["output"]);
        let of = |kind: &'static str| output().filter(move |item| item["type"] == kind);
        let told = of("reasoning").flat_map(|item| each(&item["summary"]));
        let said = of("message").flat_map(|item| each(&item["content"]));
        let calls = of("function_call").map(|call| Call {
            id: text(&call["call_id"]),
            name: text(&call["name"]),
            arguments: arguments(call),
        });
        Self {
            thinking: told.map(|part| text(&part["text"])).collect(),
            text: said.map(|part| text(&part["text"])).collect(),
            calls: calls.collect(),
            end: text(&answer["status"]),
            input_tokens: count(&answer["usage"]["input_tokens"]),
            output_tokens: count(&answer["usage"]["output_tokens"]),
            model: text(&answer["model"]),
            history: output().cloned().collect(),
        }
    }

    pub fn chat(answer: &Value) -> Self {
        let choice = &answer["choices"][0];
        let message = &choice["message"];
        let details = details(&message["reasoning_details"]);
        let thinking = match text(&message["reasoning_content"]) {
            // As OpenRouter tells it.
            told if told.is_empty() => details.iter().map(|detail| text(&detail["text"])).collect(),
            told => told,
        };
        let calls = each(&message["tool_calls"]).map(|call| Call {
            id: text(&call["id"]),
            name: text(&call["function"]["name"]),
            arguments: arguments(&call["function"]),
        });
        let mut back = json!({"role": "assistant", "content": message["content"]});
        for name in ["reasoning_content", "tool_calls"] {
            if !message[name].is_null() {
                back[name] = message[name].clone();
            }
        }
        if !details.is_empty() {
            back["reasoning_details"] = json!(details);
        }
        Self {
            thinking,
            text: text(&message["content"]),
            calls: calls.collect(),
            end: text(&choice["finish_reason"]),
            input_tokens: count(&answer["usage"]["prompt_tokens"]),
            output_tokens: count(&answer["usage"]["completion_tokens"]),
            model: text(&answer["model"]),
            history: vec![back],
        }
    }
}

/// Details of reasoning; the pieces of one, as OpenRouter streams them, joined by their index.
fn details(list: &Value) -> Vec<Value> {
    let mut whole: Vec<Value> = Vec::new();
    for piece in each(list) {
        let same = |known: &&mut Value| {
            known["index"] == piece["index"]
                && known["type"] == piece["type"]
                && piece["type"] == "reasoning.text"
                && piece["index"].is_number()
        };
        let Some(known) = whole.last_mut().filter(|known| same(known)) else {
            whole.push(piece.clone());
            continue;
        };
        for (name, value) in piece.as_object().into_iter().flatten() {
            known[name] = match name.as_str() {
                "text" => json!(text(&known["text"]) + &text(value)),
                _ => value.clone(),
            };
        }
    }
    whole
}
