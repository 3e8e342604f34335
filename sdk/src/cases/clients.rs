//! What clients get of a case's events: written in every dialect, and judged by its grammar.

#[cfg(test)]
mod tests;

use clasp_dialect::{Encoder, Head, answer_id, encoder, parse};
use clasp_model::{ByteString, Dialect, Event};
use serde_json::{Value, json};

/// The dialects, what they are called, and a request for the answer.
const DIALECTS: [(Dialect, &str, &str); 3] = [
    (
        Dialect::AnthropicMessages,
        "Anthropic Messages",
        r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#,
    ),
    (Dialect::OpenaiResponses, "OpenAI Responses", r#"{"model":"m","input":"x"}"#),
    (
        Dialect::OpenaiChat,
        "OpenAI Chat Completions",
        r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},
            "messages":[{"role":"user","content":"x"}]}"#,
    ),
];

/// What a client would stumble over, each time with the dialect and the event.
pub(super) fn check(events: &[Event]) -> Vec<String> {
    let mut faults = Vec::new();
    for (dialect, name, request) in DIALECTS {
        let request = ByteString::from_static(request);
        let head = match parse(dialect, &request, &[]) {
            Ok(parsed) => Head {
                id: answer_id(dialect, "case"),
                model: "m".into(),
                input_estimate: 1,
                created: 1,
                echo: parsed.echo,
            },
            Err(failure) => {
                faults.push(format!("{name}: {failure}"));
                continue;
            }
        };
        let streamed = stream(dialect, encoder(dialect, true, head.clone()), events);
        faults.extend(streamed.map(|fault| format!("{name}, streamed: {fault}")));
        let plain = plain(dialect, encoder(dialect, false, head), events);
        faults.extend(plain.map(|fault| format!("{name}, plain: {fault}")));
    }
    faults
}

/// The first fault of a stream; it is checked event by event, so that the one to blame is known.
fn stream(dialect: Dialect, mut encoder: Box<dyn Encoder>, events: &[Event]) -> Option<String> {
    let mut checker = clasp_grammar::stream(dialect);
    let mut out = bytes::BytesMut::new();
    encoder.start(&mut out);
    for (index, event) in events.iter().enumerate() {
        encoder.event(event.clone(), &mut out);
        if let Some(fault) = checker.push(&out.split()) {
            return Some(format!("events[{index}], {}: {}", kind(event), fault.what));
        }
    }
    encoder.end(&mut out);
    let fault = checker.push(&out).or_else(|| checker.finish())?;
    Some(format!("the end: {}", fault.what))
}

/// The first fault of a plain answer.
fn plain(dialect: Dialect, mut encoder: Box<dyn Encoder>, events: &[Event]) -> Option<String> {
    let mut out = bytes::BytesMut::new();
    for event in events {
        encoder.event(event.clone(), &mut out);
    }
    encoder.end(&mut out);
    let faults = match serde_json::from_slice::<Value>(&out) {
        Err(error) => return Some(format!("{error} in {}", String::from_utf8_lossy(&out))),
        Ok(document) if encoder.failure().is_some() => clasp_grammar::error(dialect, &document),
        Ok(document) => clasp_grammar::plain(dialect, &document),
    };
    faults.into_iter().next()
}

/// What an event is called in `events.json`.
fn kind(event: &Event) -> String {
    json!(event).get("type").and_then(Value::as_str).unwrap_or_default().to_owned()
}
