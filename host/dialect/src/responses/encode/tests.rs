#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod calls;
mod check;
mod continuity;
mod items;
mod properties;

use bytes::BytesMut;
use clasp_model::{
    Dialect, Event, Failure, FailureKind, Field, FinishReason, Json, Retry, Source, ToolCallDelta,
    Usage,
};
use serde_json::{Value, json};

use self::check::Answer;
use crate::{Echo, Head, encoder, parse};

/// The begin of an answer to a request with these members.
fn head(asked: Value) -> Head {
    let mut request = json!({"model": "m", "input": "hi"});
    request.as_object_mut().unwrap().extend(asked.as_object().unwrap().clone());
    let parsed = parse(Dialect::OpenaiResponses, &request.to_string().into(), &[]).unwrap();
    Head {
        id: "resp_test".into(),
        model: "gpt-\"x\"".into(),
        input_estimate: 123,
        created: 1_763_700_000,
        echo: parsed.echo,
    }
}

fn write(stream: bool, head: Head, events: &[Event]) -> String {
    let mut encoder = encoder(Dialect::OpenaiResponses, stream, head);
    let mut out = BytesMut::new();
    encoder.start(&mut out);
    for event in events {
        encoder.event(event.clone(), &mut out);
    }
    encoder.end(&mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

/// What a client gets of these events and an end; the same, streamed or plain.
fn answer_to(asked: Value, events: &[Event]) -> Answer {
    let streamed = check::stream(&write(true, head(asked.clone()), events));
    let plain = check::plain(&write(false, head(asked), events));
    check::same(&streamed, &plain);
    streamed
}

fn answer(events: &[Event]) -> Answer {
    answer_to(json!({}), events)
}

fn text(text: &str) -> Event {
    Event::Text(text.into())
}

fn thinking(text: &str) -> Event {
    Event::Thinking(text.into())
}

fn raw(text: &str) -> Json {
    Json::from_checked(text.to_owned().into())
}

fn finished(reason: FinishReason) -> Event {
    Event::Finished(reason)
}

fn end_turn() -> Event {
    finished(FinishReason::EndTurn)
}

fn call(id: Option<&str>, name: Option<&str>, arguments: &str) -> Event {
    Event::ToolCall(ToolCallDelta {
        id: id.map(Into::into),
        name: name.map(Into::into),
        arguments: arguments.into(),
        ..ToolCallDelta::default()
    })
}

fn message(index: usize, text: &str) -> Value {
    let part = json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []});
    json!({"id": format!("msg_clasp_test_{index}"), "type": "message", "status": "completed",
           "role": "assistant", "content": [part]})
}

#[test]
fn b01_the_bytes_of_a_stream() {
    let usage = Usage {
        input: Some(100),
        cache_read: Some(60),
        cache_write: Some(20),
        output: Some(7),
        reasoning: Some(2),
    };
    let events = [
        text("Hi \"you\"\n\u{1}🙂"),
        call(Some("call_1"), Some("get"), "{\"a\":1}"),
        finished(FinishReason::ToolCalls),
        Event::Usage(usage),
    ];
    let stream = write(true, head(json!({"instructions": "Be\nkind."})), &events);
    let response = |status: &str, output: &str, usage: &str| {
        format!(
            r#"{{"id":"resp_test","object":"response","created_at":1763700000,"status":"{status}","completed_at":null,"error":null,"incomplete_details":null,"model":"gpt-\"x\"","output":[{output}],"service_tier":null,"usage":{usage},"background":false,"instructions":"Be\nkind.","max_output_tokens":null,"max_tool_calls":null,"metadata":{{}},"parallel_tool_calls":true,"prompt_cache_key":null,"reasoning":{{"effort":null,"summary":null}},"safety_identifier":null,"temperature":null,"text":{{"format":{{"type":"text"}}}},"tool_choice":"auto","tools":[],"top_logprobs":0,"top_p":null,"truncation":"disabled","user":null,"previous_response_id":null,"store":false}}"#
        )
    };
    let begun = response("in_progress", "", "null");
    let part =
        r#"{"type":"output_text","text":"Hi \"you\"\n\u0001🙂","annotations":[],"logprobs":[]}"#;
    let said = format!(
        r#"{{"id":"msg_clasp_test_0","type":"message","status":"completed","role":"assistant","content":[{part}]}}"#
    );
    let called = r#"{"id":"fc_clasp_test_1","type":"function_call","status":"completed","call_id":"call_1","name":"get","arguments":"{\"a\":1}"}"#;
    let counts = r#"{"input_tokens":100,"input_tokens_details":{"cached_tokens":60,"cache_write_tokens":20},"output_tokens":7,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":107}"#;
    let done = response("completed", &format!("{said},{called}"), counts);
    let expected = [
        ("response.created", format!(r#""response":{begun}"#)),
        ("response.in_progress", format!(r#""response":{begun}"#)),
        (
            "response.output_item.added",
            r#""output_index":0,"item":{"id":"msg_clasp_test_0","type":"message","status":"in_progress","role":"assistant","content":[]}"#.into(),
        ),
        (
            "response.content_part.added",
            r#""item_id":"msg_clasp_test_0","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[],"logprobs":[]}"#.into(),
        ),
        (
            "response.output_text.delta",
            r#""item_id":"msg_clasp_test_0","output_index":0,"content_index":0,"delta":"Hi \"you\"\n\u0001🙂","logprobs":[]"#.into(),
        ),
        (
            "response.output_text.done",
            r#""item_id":"msg_clasp_test_0","output_index":0,"content_index":0,"text":"Hi \"you\"\n\u0001🙂","logprobs":[]"#.into(),
        ),
        (
            "response.content_part.done",
            format!(r#""item_id":"msg_clasp_test_0","output_index":0,"content_index":0,"part":{part}"#),
        ),
        ("response.output_item.done", format!(r#""output_index":0,"item":{said}"#)),
        (
            "response.output_item.added",
            r#""output_index":1,"item":{"id":"fc_clasp_test_1","type":"function_call","status":"in_progress","call_id":"call_1","name":"get","arguments":""}"#.into(),
        ),
        (
            "response.function_call_arguments.delta",
            r#""item_id":"fc_clasp_test_1","output_index":1,"delta":"{\"a\":1}""#.into(),
        ),
        (
            "response.function_call_arguments.done",
            r#""item_id":"fc_clasp_test_1","output_index":1,"arguments":"{\"a\":1}""#.into(),
        ),
        ("response.output_item.done", format!(r#""output_index":1,"item":{called}"#)),
        ("response.completed", format!(r#""response":{done}"#)),
    ];
    let mut bytes = String::new();
    for (number, (kind, members)) in expected.iter().enumerate() {
        bytes.push_str(&format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{number},{members}}}\n\n"));
    }
    assert_eq!(stream, bytes);
    assert_eq!(write(false, head(json!({"instructions": "Be\nkind."})), &events), done);
}

#[test]
fn b01_what_was_asked_for_is_repeated() {
    let asked = json!({
        "instructions": "Be kind.", "max_output_tokens": 99, "max_tool_calls": 3,
        "metadata": {"a": "b"}, "parallel_tool_calls": false, "prompt_cache_key": "k",
        "reasoning": {"effort": "low", "summary": "auto"}, "safety_identifier": "s",
        "temperature": 0.5, "text": {"format": {"type": "json_object"}, "verbosity": "low"},
        "tool_choice": {"type": "function", "name": "f"},
        "tools": [{"type": "function", "name": "f", "parameters": null, "strict": true}],
        "top_logprobs": 2, "top_p": 0.5, "truncation": "auto", "user": "u",
    });
    let got = answer_to(asked.clone(), &[text("a"), end_turn()]).response;
    for (name, value) in asked.as_object().unwrap() {
        assert_eq!(&got[name], value, "{name}");
    }
    let got = answer_to(json!({"store": true, "background": false, "tools": null}), &[end_turn()]);
    assert_eq!(got.response["store"], false, "nothing is stored");
    assert_eq!(got.response["tools"], json!([]));
    assert_eq!(got.response["previous_response_id"], Value::Null);
}

#[test]
fn b01_an_answer_without_a_parsed_request() {
    let head = Head { id: "resp_test".into(), model: "m".into(), ..Head::default() };
    assert_eq!(head.echo, Echo::Nothing);
    let got = check::plain(&write(false, head, &[text("a"), end_turn()]));
    assert_eq!(got.response["tool_choice"], "auto");
}

#[test]
fn a06_endings() {
    let status = |reason, events: &[Event]| {
        let mut events = events.to_vec();
        events.push(finished(reason));
        let response = answer(&events).response;
        let reason = response["incomplete_details"]["reason"].as_str().map(str::to_owned);
        (response["status"].as_str().unwrap().to_owned(), reason)
    };
    let completed = ("completed".to_owned(), None);
    let incomplete = |reason: &str| ("incomplete".to_owned(), Some(reason.to_owned()));
    let said = [text("a")];
    let called = [call(Some("a"), Some("b"), "{}")];
    let cut = [call(Some("a"), Some("b"), "{\"x\":\"")];
    let malformed = [call(Some("a"), Some("b"), "{\"x\":1,}")];
    for reason in [
        FinishReason::EndTurn,
        FinishReason::StopSequence(Some("x".into())),
        FinishReason::Pause,
        FinishReason::ToolCalls,
        FinishReason::Other("x".into()),
    ] {
        assert_eq!(status(reason, &said), completed);
    }
    assert_eq!(status(FinishReason::MaxTokens, &said), incomplete("max_output_tokens"));
    assert_eq!(status(FinishReason::ContextFull, &said), incomplete("max_output_tokens"));
    assert_eq!(status(FinishReason::Refusal, &said), incomplete("content_filter"));
    assert_eq!(status(FinishReason::Refusal, &[]), incomplete("content_filter"));
    assert_eq!(status(FinishReason::MaxTokens, &called), completed);
    assert_eq!(status(FinishReason::EndTurn, &malformed), completed);
    assert_eq!(status(FinishReason::EndTurn, &cut), incomplete("max_output_tokens"));
    assert_eq!(status(FinishReason::Refusal, &cut), incomplete("content_filter"));
    let got = answer(&[text("a"), finished(FinishReason::MaxTokens)]);
    assert_eq!(got.items()[0]["status"], "incomplete");
}

#[test]
fn a08_no_clean_end_without_the_providers() {
    let error = |events: &[Event]| answer(events).response["error"].clone();
    assert_eq!(error(&[text("a")])["code"], "server_error");
    let failure = |kind| Failure::new(kind, Source::Vendor, "It failed.");
    for (kind, code) in [
        (FailureKind::ContextTooLong, "context_length_exceeded"),
        (FailureKind::Billing, "insufficient_quota"),
        (FailureKind::InvalidRequest, "invalid_prompt"),
        (FailureKind::ContentFiltered, "invalid_prompt"),
        (FailureKind::Overloaded, "server_error"),
        (FailureKind::Timeout, "server_error"),
        (FailureKind::Protocol, "server_error"),
    ] {
        let events = [text("a"), Event::Failed(failure(kind)), text("b"), end_turn()];
        assert_eq!(error(&events), json!({"code": code, "message": "It failed."}), "{kind:?}");
    }
    let limited = failure(FailureKind::RateLimited).with_retry(Retry::After(7000));
    let message = "It failed. Please try again in 7s.";
    let told = error(&[Event::Failed(limited)]);
    assert_eq!(told, json!({"code": "rate_limit_exceeded", "message": message}));
}

#[test]
fn a08_what_was_open_is_not_part_of_a_failed_answer() {
    let failure = Failure::new(FailureKind::ProviderError, Source::Vendor, "x");
    let got = answer(&[
        thinking("t"),
        call(Some("a"), Some("b"), "{}"),
        text("b"),
        Event::Failed(failure),
    ]);
    let kinds: Vec<&str> = got.items().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reasoning", "function_call"]);
}

#[test]
fn a09_usage() {
    let usage = |usage| {
        let events = [text("abcdefgh"), end_turn(), Event::Usage(usage)];
        answer(&events).response["usage"].clone()
    };
    let counts = |input: u64, read: u64, output: u64, reasoning: u64| {
        json!({"input_tokens": input,
               "input_tokens_details": {"cached_tokens": read, "cache_write_tokens": 0},
               "output_tokens": output,
               "output_tokens_details": {"reasoning_tokens": reasoning},
               "total_tokens": input + output})
    };
    assert_eq!(usage(Usage::default()), counts(123, 0, 2, 0));
    let told = Usage {
        input: Some(1000),
        cache_read: Some(600),
        output: Some(50),
        reasoning: Some(20),
        ..Usage::default()
    };
    assert_eq!(usage(told), counts(1000, 600, 50, 20));
    let wrong =
        Usage { input: Some(10), output: Some(0), cache_read: Some(600), ..Usage::default() };
    assert_eq!(usage(wrong), counts(600, 600, 0, 0), "as in every dialect");
}

#[test]
fn a10_pings_break_nobody() {
    let mut encoder = encoder(Dialect::OpenaiResponses, true, head(json!({})));
    let mut out = BytesMut::new();
    encoder.ping(&mut out);
    assert_eq!(&out[..], b": ping\n\n", "nothing is begun by it");
    encoder.start(&mut out);
    for _ in 0..30 {
        encoder.ping(&mut out);
    }
    let silence = String::from_utf8(out.to_vec()).unwrap();
    // Clients that wait for events get one every two minutes or so.
    assert_eq!(silence.matches("event: response.in_progress").count(), 3);
    encoder.event(text("a"), &mut out);
    for _ in 0..30 {
        encoder.ping(&mut out);
    }
    encoder.event(end_turn(), &mut out);
    encoder.end(&mut out);
    let length = out.len();
    encoder.ping(&mut out);
    encoder.start(&mut out);
    encoder.end(&mut out);
    encoder.fail(&Failure::invalid("x"), &mut out);
    assert_eq!(out.len(), length, "nothing follows the end");
    let got = check::stream(std::str::from_utf8(&out).unwrap());
    assert_eq!(got.items(), [message(0, "a")]);
}

#[test]
fn a13_an_answer_with_nothing_in_it() {
    let got = answer(&[end_turn()]);
    assert_eq!((got.items().len(), &got.response["status"]), (0, &json!("completed")));
}

#[test]
fn the_service_tier_is_the_providers() {
    let tier = |value: &str| Event::Extra(Field { name: "service_tier".into(), value: raw(value) });
    let got = answer_to(json!({"service_tier": "flex"}), &[tier("\"default\""), end_turn()]);
    assert_eq!(got.response["service_tier"], "default");
    assert_eq!(answer(&[tier("1"), end_turn()]).response["service_tier"], Value::Null);
}
