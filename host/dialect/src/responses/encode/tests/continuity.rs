//! Rules C9, C10: what an answer told comes back whole in the next request.

use clasp_model::{
    ByteString, Dialect, Event, Json, Part, Text, Thinking, ToolCall, ToolCallDelta,
};
use serde_json::json;

use super::{answer, end_turn, text, thinking};
use crate::parse;

/// What the assistant said, as the next request has it.
fn replayed(events: &[Event]) -> Vec<Part> {
    let got = answer(events);
    let mut input = vec![json!({"role": "user", "content": "hi"})];
    input.extend(got.items().iter().cloned());
    input.push(json!({"role": "user", "content": "go on"}));
    let body = json!({"model": "m", "input": input}).to_string();
    let mut messages = parse(Dialect::OpenaiResponses, &body.into(), &[]).unwrap().request.messages;
    assert_eq!(messages.len(), 3, "{messages:#?}");
    messages.remove(1).parts
}

fn call(id: &str, state: Option<&str>) -> Event {
    Event::ToolCall(ToolCallDelta {
        id: Some(id.into()),
        name: Some("get".into()),
        arguments: "{\"a\":1}".into(),
        state: state.map(Into::into),
        ..ToolCallDelta::default()
    })
}

fn called(id: &str, state: Option<&str>) -> Part {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: "get".into(),
        arguments: Json::from_checked("{\"a\":1}".into()),
        state: state.map(Into::into),
        cache: None,
        extra: Vec::new(),
    })
}

fn said(text: &str, state: Option<&str>) -> Part {
    Part::Text(Text { text: text.into(), state: state.map(Into::into), ..Text::default() })
}

fn thought(text: &str, state: Option<&str>, redacted: bool) -> Part {
    let state: Option<ByteString> = state.map(Into::into);
    Part::Thinking(Thinking { text: text.into(), state, redacted })
}

#[test]
fn c09_all_that_was_said_comes_back() {
    let state = |state: &str| Event::State(format!("clasp1:gemini:{state}"));
    let parts = replayed(&[
        thinking("hm"),
        state("1"),
        Event::RedactedThinking("clasp1:gemini:2".into()),
        state("3"),
        text("Hello"),
        state("4"),
        call("functions.get:0", Some("clasp1:gemini:5")),
        call("call_2", None),
        end_turn(),
    ]);
    assert_eq!(
        parts,
        [
            thought("hm", Some("clasp1:gemini:1"), false),
            thought("", Some("clasp1:gemini:2"), true),
            thought("", Some("clasp1:gemini:3"), false),
            said("Hello", Some("clasp1:gemini:4")),
            called("functions.get:0", Some("clasp1:gemini:5")),
            called("call_2", None),
        ]
    );
}

#[test]
fn c09_the_vendors_own_state_is_left_as_it_is() {
    let input = json!([
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        {"type": "reasoning", "id": "rs_1", "summary": [], "content": null, "encrypted_content": "gAAAA"},
        {"type": "reasoning", "id": "rs_2", "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}], "encrypted_content": "gBBBB"},
        {"type": "reasoning", "id": "rs_3", "summary": [], "content": [{"type": "reasoning_text", "text": "c"}]},
        {"type": "reasoning", "id": "rs_4", "summary": [], "encrypted_content": null},
        {"type": "message", "role": "assistant", "content": "x"},
    ]);
    let body = json!({"model": "m", "input": input}).to_string();
    let request = parse(Dialect::OpenaiResponses, &body.into(), &[]).unwrap().request;
    assert_eq!(
        request.messages[1].parts,
        [
            thought("", Some("gAAAA"), true),
            thought("a\n\nb", Some("gBBBB"), false),
            thought("c", None, false),
            said("x", None),
        ]
    );
}
