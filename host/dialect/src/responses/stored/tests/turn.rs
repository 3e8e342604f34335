//! Two turns: the answer to the first is stored, the second goes on from it.

use bytes::{Bytes, BytesMut};
use clasp_model::{
    Dialect, Event, Failure, FailureKind, FinishReason, Request, Source, ToolCallDelta,
};
use serde_json::{Value, json};

use super::value;
use crate::responses::{continued, earlier, input_items, wants};
use crate::{Echo, Encoder, Head, encoder, parse};

fn read(body: &Value) -> (Request, Echo) {
    let parsed = parse(Dialect::OpenaiResponses, &body.to_string().into(), &[]).unwrap();
    (parsed.request, parsed.echo)
}

fn answer(stream: bool, echo: Echo) -> Box<dyn Encoder> {
    let head = Head { id: "resp_1".into(), model: "m".into(), echo, ..Head::default() };
    encoder(Dialect::OpenaiResponses, stream, head)
}

fn events() -> Vec<Event> {
    vec![
        Event::Thinking("hm".into()),
        Event::State("clasp1:vendor:s".into()),
        Event::Text("Let me see.".into()),
        Event::ToolCall(ToolCallDelta {
            id: Some("call_1".into()),
            name: Some("get".into()),
            arguments: "{\"a\":1}".into(),
            ..ToolCallDelta::default()
        }),
        Event::Finished(FinishReason::ToolCalls),
    ]
}

/// What is written of an answer, and what is kept of it.
fn written(stream: bool, echo: Echo) -> (Bytes, Option<Bytes>) {
    let mut encoder = answer(stream, echo);
    let mut out = BytesMut::new();
    encoder.start(&mut out);
    for event in events() {
        encoder.event(event, &mut out);
        assert_eq!(encoder.document(), None);
    }
    encoder.end(&mut out);
    (out.freeze(), encoder.document())
}

#[test]
fn b03_a_stored_answer_is_the_plain_one() {
    let body = json!({"model": "m", "input": "hi", "previous_response_id": null});
    let (_, mut echo) = read(&body);
    for stream in [true, false] {
        assert_eq!(written(stream, echo.clone()).1, None);
    }
    echo.stores();
    echo.continues("resp_0");
    let (plain, document) = written(false, echo.clone());
    assert_eq!(document, Some(plain.clone()));
    let (stream, document) = written(true, echo);
    assert_eq!(document, Some(plain.clone()));
    let response = value(&plain);
    assert_eq!(clasp_grammar::responses::plain(&response), Vec::<String>::new());
    assert_eq!(response["store"], true);
    assert_eq!(response["previous_response_id"], "resp_0");
    // Each event about the whole says so.
    let stream = String::from_utf8(stream.to_vec()).unwrap();
    let told = r#""previous_response_id":"resp_0","store":true}"#;
    assert_eq!(stream.matches(told).count(), 3, "{stream}");
    assert!(!stream.contains(r#""store":false"#));
}

#[test]
fn an_answer_that_failed_is_not_kept() {
    let (_, mut echo) = read(&json!({"model": "m", "input": "hi"}));
    echo.stores();
    for stream in [true, false] {
        let mut out = BytesMut::new();
        let mut failed = answer(stream, echo.clone());
        failed.event(Event::Text("a".into()), &mut out);
        let failure = Failure::new(FailureKind::Overloaded, Source::Vendor, "busy");
        failed.fail(&failure, &mut out);
        assert_eq!(failed.document(), None);
        let mut broken = answer(stream, echo.clone());
        broken.event(Event::Text("a".into()), &mut out);
        broken.end(&mut out);
        assert!(broken.failure().is_some());
        assert_eq!(broken.document(), None);
    }
}

#[test]
fn c09_the_next_turn_is_as_if_the_client_had_sent_all_of_it() {
    let tools = json!([{"type": "function", "name": "get", "parameters": {"type": "object"}}]);
    let asked = json!({"model": "m", "input": "What is it?", "instructions": "Be kind.",
                       "tools": tools});
    let (_, mut echo) = read(&asked);
    echo.stores();
    let document = written(true, echo).1.unwrap();
    let stored = input_items(&asked.to_string().into()).unwrap();

    let result = json!({"type": "function_call_output", "call_id": "call_1", "output": "42"});
    let next = json!({"model": "m", "previous_response_id": "resp_1", "input": [result],
                      "tools": tools});
    let next = next.to_string().into();
    assert_eq!(wants(&next).previous.as_deref(), Some("resp_1"));
    let so_far = earlier(stored, &String::from_utf8(document.to_vec()).unwrap().into()).unwrap();
    let whole = continued(&next, &so_far).unwrap();
    assert_eq!(wants(&whole).previous, None);
    let got = parse(Dialect::OpenaiResponses, &whole, &[]).unwrap().request;

    let mut input = vec![json!({"role": "user", "content": "What is it?"})];
    input.extend(value(&document)["output"].as_array().unwrap().iter().cloned());
    input.push(result);
    let (sent, _) = read(&json!({"model": "m", "input": input, "tools": tools}));
    assert_eq!(got.messages, sent.messages);
    assert_eq!(got.messages.len(), 3);
    // The earlier turn's do not come with it.
    assert!(got.system.is_empty());
    assert_eq!(input_items(&whole).unwrap().len(), 5);
}
