//! Asking in one of OpenAI's dialects, and reading strictly.

use clasp_grammar::{chat, openai, responses};
use serde_json::{Value, json};

use super::client::{Answer, Client, post};

/// One of OpenAI's dialects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `/v1/responses`.
    Responses,
    /// `/v1/chat/completions`.
    Chat,
}

/// Both of them.
pub const BOTH: [Dialect; 2] = [Dialect::Responses, Dialect::Chat];

/// A streamed answer as it came.
#[derive(Debug)]
pub struct Streamed {
    /// Status line, headers and bytes.
    pub answer: Answer,
    /// Names and payloads; `[DONE]` as a string.
    pub events: Vec<(Option<String>, Value)>,
    /// What was wrong with the grammar.
    pub faults: Vec<String>,
}

impl Dialect {
    /// Where it is spoken.
    pub fn path(self) -> &'static str {
        match self {
            Self::Responses => "/v1/responses",
            Self::Chat => "/v1/chat/completions",
        }
    }

    /// A request of one user text, with the tool `get_weather`.
    pub fn body(self, text: &str, stream: bool) -> Value {
        let parameters = json!({"type": "object", "properties": {"city": {"type": "string"}}});
        let tool = json!({"name": "get_weather", "parameters": parameters});
        let mut body = match self {
            Self::Responses => json!({"input": text, "tools": [tool]}),
            Self::Chat => json!({"messages": [{"role": "user", "content": text}],
                "tools": [{"type": "function", "function": tool}]}),
        };
        body["model"] = json!("gpt-test");
        body["stream"] = json!(stream);
        match self {
            Self::Responses => body["tools"][0]["type"] = json!("function"),
            Self::Chat if stream => body["stream_options"] = json!({"include_usage": true}),
            Self::Chat => {}
        }
        body
    }

    /// Posts a request.
    pub async fn ask(self, client: &Client, body: &Value) -> Answer {
        client.post(self.path(), body.to_string().as_bytes()).await
    }

    /// A plain answer that must be well.
    pub async fn plain(self, client: &Client, body: &Value) -> Value {
        self.judge(&self.ask(client, body).await)
    }

    /// The document of a plain answer that must be well.
    pub fn judge(self, answer: &Answer) -> Value {
        assert_eq!(answer.status(), 200, "{:?}", answer.body);
        let answer = answer.json();
        let faults = match self {
            Self::Responses => responses::plain(&answer),
            Self::Chat => chat::plain(&answer),
        };
        assert_eq!(faults, [""; 0], "{answer:#}");
        answer
    }

    /// A stream, whatever it says.
    pub async fn stream(self, client: &Client, body: &Value) -> Streamed {
        let mut connection = client.connect().await;
        connection.write(&post(self.path(), &[], body.to_string().as_bytes())).await;
        let answer = connection.answer(false).await;
        assert_eq!(answer.status(), 200, "{:?}", answer.body);
        let kind = answer.head.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        let events = events(std::str::from_utf8(&answer.body).unwrap());
        let faults = self.faults(&events);
        Streamed { answer, events, faults }
    }

    fn faults(self, events: &[(Option<String>, Value)]) -> Vec<String> {
        let mut responses = responses::Checker::default();
        let mut chat = chat::Checker::default();
        for (name, data) in events {
            let text = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
            match self {
                Self::Responses => responses.push(name.as_deref(), &text),
                Self::Chat => chat.push(name.as_deref(), &text),
            }
        }
        match self {
            Self::Responses => responses.finish(),
            Self::Chat => chat.finish(),
        }
    }

    /// The error of an answer that must be one of this status.
    pub fn error(self, answer: &Answer, status: u16) -> Value {
        assert_eq!(answer.status(), status, "{:?}", answer.body);
        let body = answer.json();
        assert_eq!(openai::error(&body), [""; 0], "{body}");
        let id = answer.head.header("x-request-id");
        assert!(id.is_some_and(|id| id.starts_with("req_")), "{:?}", answer.head);
        body["error"].clone()
    }
}

/// What an answer comes to, without what differs from answer to answer.
pub fn essence(dialect: Dialect, answer: &Value) -> Value {
    match dialect {
        Dialect::Responses => {
            let mut output = answer["output"].clone();
            for item in output.as_array_mut().unwrap() {
                item.as_object_mut().unwrap().remove("id");
            }
            json!([output, answer["status"], answer["incomplete_details"], answer["usage"]])
        }
        Dialect::Chat => {
            let choice = &answer["choices"][0];
            json!([choice["message"], choice["finish_reason"], answer["usage"]])
        }
    }
}

impl Streamed {
    /// The answer of a stream that must be well, in the shape of a plain one.
    pub fn good(&self, dialect: Dialect) -> Value {
        assert_eq!(self.faults, [""; 0], "{:#?}", self.events);
        self.joined(dialect)
    }

    /// The answer of a stream that has its end, in the shape of a plain one.
    pub fn joined(&self, dialect: Dialect) -> Value {
        match dialect {
            Dialect::Responses => self.events.last().unwrap().1["response"].clone(),
            Dialect::Chat => {
                assert_eq!(self.events.last().unwrap().1, "[DONE]");
                joined(&self.events)
            }
        }
    }
}

/// The chunks of a Chat stream as one answer.
fn joined(events: &[(Option<String>, Value)]) -> Value {
    let mut message = json!({"role": "assistant", "content": null, "refusal": null,
        "annotations": []});
    let mut finish = Value::Null;
    let mut usage = Value::Null;
    let mut calls: Vec<Value> = Vec::new();
    let mut append = |name: &str, more: &Value| {
        if let Some(text) = more.as_str() {
            let known = message[name].as_str().unwrap_or_default();
            message[name] = json!(format!("{known}{text}"));
        }
    };
    let mut details: Vec<Value> = Vec::new();
    for (_, chunk) in events.iter().filter(|(_, chunk)| chunk.is_object()) {
        if chunk["usage"].is_object() {
            usage = chunk["usage"].clone();
        }
        let Some(choice) = chunk["choices"].get(0) else { continue };
        let delta = &choice["delta"];
        append("content", &delta["content"]);
        append("reasoning_content", &delta["reasoning_content"]);
        details.extend(delta["reasoning_details"].as_array().into_iter().flatten().cloned());
        for piece in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = usize::try_from(piece["index"].as_u64().unwrap()).unwrap();
            if index == calls.len() {
                calls.push(json!({"id": piece["id"], "type": "function",
                    "function": {"name": piece["function"]["name"], "arguments": ""}}));
            }
            let known = calls[index]["function"]["arguments"].as_str().unwrap().to_owned();
            let more = piece["function"]["arguments"].as_str().unwrap_or_default();
            calls[index]["function"]["arguments"] = json!(known + more);
        }
        if !choice["finish_reason"].is_null() {
            finish = choice["finish_reason"].clone();
        }
    }
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    if !details.is_empty() {
        message["reasoning_details"] = json!(details);
    }
    let model = &events[0].1["model"];
    let choice = json!({"message": message, "finish_reason": finish});
    json!({"model": model, "choices": [choice], "usage": usage})
}

/// Events of a body; comments are left out.
fn events(body: &str) -> Vec<(Option<String>, Value)> {
    let blocks = body.split("\n\n").filter(|block| !block.is_empty());
    let mut events = Vec::new();
    for block in blocks {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        let Some(data) = field("data: ") else {
            assert!(block.starts_with(':'), "no event: {block:?}");
            continue;
        };
        let data = serde_json::from_str(data).unwrap_or_else(|_| json!(data));
        events.push((field("event: ").map(str::to_owned), data));
    }
    events
}
