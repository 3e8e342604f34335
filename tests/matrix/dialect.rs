//! What the clients send: the same question in each dialect.

use clasp_tests::support::openai;
use serde_json::{Value, json};

/// The model that clients ask for; each provider has one of another name.
pub const ASKED: &str = "any-model";

/// A picture of one dot.
pub const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// The API of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Messages,
    Responses,
    Chat,
}

pub const DIALECTS: [Dialect; 3] = [Dialect::Messages, Dialect::Responses, Dialect::Chat];

/// What is asked for beside the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes {
    pub tools: bool,
    pub thinking: bool,
    pub image: bool,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "Anthropic Messages",
            Self::Responses => "OpenAI Responses",
            Self::Chat => "OpenAI Chat Completions",
        }
    }

    /// Which of OpenAI's dialects it is.
    pub fn openai(self) -> Option<openai::Dialect> {
        match self {
            Self::Messages => None,
            Self::Responses => Some(openai::Dialect::Responses),
            Self::Chat => Some(openai::Dialect::Chat),
        }
    }

    /// A request of one user message.
    pub fn request(self, text: &str, stream: bool, wishes: Wishes) -> Value {
        let mut body = match self {
            Self::Messages => messages(text, wishes),
            Self::Responses => responses(text, wishes),
            Self::Chat => chat(text, wishes),
        };
        body["model"] = json!(ASKED);
        body["stream"] = json!(stream);
        if self == Self::Chat && stream {
            body["stream_options"] = json!({"include_usage": true});
        }
        body
    }

    /// Adds what was answered and the results of the calls: each call's id and what it gave.
    pub fn go_on(self, body: &mut Value, answer: &[Value], results: &[(String, String)]) {
        let list = if self == Self::Responses { "input" } else { "messages" };
        let list = body[list].as_array_mut().unwrap();
        let result = |(id, text): &(String, String)| match self {
            Self::Messages => json!({"type": "tool_result", "tool_use_id": id, "content": text}),
            Self::Responses => {
                json!({"type": "function_call_output", "call_id": id, "output": text})
            }
            Self::Chat => json!({"role": "tool", "tool_call_id": id, "content": text}),
        };
        let results: Vec<Value> = results.iter().map(result).collect();
        if self == Self::Messages {
            list.push(json!({"role": "assistant", "content": answer}));
            list.push(json!({"role": "user", "content": results}));
        } else {
            list.extend(answer.iter().cloned());
            list.extend(results);
        }
    }
}

fn parameters() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]})
}

fn messages(text: &str, wishes: Wishes) -> Value {
    let mut content = vec![json!({"type": "text", "text": text})];
    if wishes.image {
        let source = json!({"type": "base64", "media_type": "image/png", "data": DOT});
        content.push(json!({"type": "image", "source": source}));
    }
    let message = json!({"role": "user", "content": content});
    let mut body = json!({"max_tokens": 8000, "messages": [message]});
    if wishes.tools {
        body["tools"] = json!([{"name": "get_weather", "description": "The weather of a city.",
            "input_schema": parameters()}]);
    }
    if wishes.thinking {
        body["thinking"] = json!({"type": "enabled", "budget_tokens": 2000});
    }
    body
}

fn responses(text: &str, wishes: Wishes) -> Value {
    let mut content = vec![json!({"type": "input_text", "text": text})];
    if wishes.image {
        let url = format!("data:image/png;base64,{DOT}");
        content.push(json!({"type": "input_image", "image_url": url}));
    }
    let message = json!({"type": "message", "role": "user", "content": content});
    let mut body = json!({"input": [message], "store": false});
    if wishes.tools {
        body["tools"] = json!([{"type": "function", "name": "get_weather", "strict": false,
            "description": "The weather of a city.", "parameters": parameters()}]);
    }
    if wishes.thinking {
        body["reasoning"] = json!({"effort": "high", "summary": "auto"});
        body["include"] = json!(["reasoning.encrypted_content"]);
    }
    body
}

fn chat(text: &str, wishes: Wishes) -> Value {
    let mut content = vec![json!({"type": "text", "text": text})];
    if wishes.image {
        let url = format!("data:image/png;base64,{DOT}");
        content.push(json!({"type": "image_url", "image_url": {"url": url}}));
    }
    let message = json!({"role": "user", "content": content});
    let mut body = json!({"messages": [message]});
    if wishes.tools {
        let function = json!({"name": "get_weather", "description": "The weather of a city.",
            "parameters": parameters()});
        body["tools"] = json!([{"type": "function", "function": function}]);
    }
    if wishes.thinking {
        body["reasoning_effort"] = json!("high");
    }
    body
}
