//! A plugin whose provider speaks Anthropic Messages itself, as a client does.
//!
//! On the translated way it sends the state that it was shown, and reads each frame as one event of
//! the case kit's: the scripted provider says what happens.

use clasp_plugin::{
    Auth, Begun, Dialect, Event, Exchange, Failure, FailureKind, FinishReason, Frame, Framing,
    Header, HttpRequest, HttpResponse, Manifest, Method, Native, Part, Provider, Request, Secret,
    Segment, Target, Template, ToolCallDelta, failure,
};
use serde_json::{Value, json};

/// The provider.
#[derive(Debug)]
pub struct Vendor;

/// Reads an answer.
#[derive(Debug)]
pub struct Answer;

fn post(path: &str, body: &Value) -> HttpRequest {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    HttpRequest {
        method: Method::Post,
        path: path.into(),
        headers: vec![
            header("content-type", "application/json"),
            header("anthropic-version", "2023-06-01"),
        ],
        body: vec![Segment::Bytes(body.to_string().into_bytes())],
    }
}

/// What each part of the conversation is, with its state.
fn shown(request: &Request) -> Vec<Value> {
    let part = |part: &Part| match part {
        Part::Text(text) => json!(["text", text.text, text.state]),
        Part::Thinking(thinking) => json!(["thinking", thinking.text, thinking.state]),
        Part::ToolCall(call) => json!(["call", call.id, call.state]),
        _ => json!(["other"]),
    };
    request.messages.iter().flat_map(|message| &message.parts).map(part).collect()
}

fn failed(message: &str) -> Failure {
    failure::new(FailureKind::ProviderError, message)
}

impl Provider for Vendor {
    type State = ();
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "native".into(),
            name: "Native".into(),
            version: "0.1.0".into(),
            description: "Speaks Anthropic Messages".into(),
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "Any key".into(),
                env: vec!["NATIVE_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "x-api-key".into(),
                value: "{api-key}".into(),
            })],
            native: vec![Native {
                dialect: Dialect::AnthropicMessages,
                path: "/v1/messages".into(),
            }],
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun, Failure> {
        let body = json!({
            "model": target.model, "stream": request.stream, "max_tokens": 1,
            "messages": [{"role": "user", "content": "translated"}], "shown": shown(request),
        });
        Ok(Begun { http: post("/v1/messages", &body), state: (), notes: Vec::new() })
    }

    fn exchange(_: Target, (): ()) -> Answer {
        Answer
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        let body = json!({
            "model": target.model, "messages": [{"role": "user", "content": "counted"}],
            "shown": shown(request),
        });
        Ok(Some(post("/v1/messages/count_tokens", &body)))
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        let told: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        told["input_tokens"].as_u64().ok_or_else(|| failed("no count"))
    }
}

impl Exchange for Answer {
    fn accept(&mut self, _: u16, _: &[Header]) -> Framing {
        Framing::ServerSentEvents
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let told: Value = serde_json::from_str(&frame.data).unwrap_or_default();
        let text = |name: &str| told[name].as_str().map(str::to_owned);
        if let Some(text) = text("text") {
            events.push(Event::Text(text));
        }
        if let Some(state) = text("state") {
            events.push(Event::State(state));
        }
        if let Some(id) = text("call") {
            events.push(Event::ToolCall(ToolCallDelta {
                slot: told["slot"].as_u64().unwrap_or_default() as u32,
                id: Some(id),
                name: Some("get_weather".into()),
                arguments: text("arguments").unwrap_or("{}".into()),
                state: text("call_state"),
            }));
        }
        if told["finished"] == true {
            events.push(Event::Finished(FinishReason::EndTurn));
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        events.push(Event::Failed(failed("the answer ended too early")));
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        failed(&format!("status {}", response.status))
    }
}

clasp_plugin::export!(Vendor);
