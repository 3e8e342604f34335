#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod check;
mod continuity;
mod properties;

use bytes::BytesMut;
use clasp_model::{
    Event, Failure, FailureKind, Field, FinishReason, Json, Source, Started, ToolCallDelta, Usage,
};
use serde_json::{Value, json};

use self::check::Answer;
use crate::{Head, encoder};

fn head() -> Head {
    let (id, model) = ("msg_test".into(), "claude-\"x\"".into());
    Head { id, model, input_estimate: 123, ..Head::default() }
}

fn write(stream: bool, events: &[Event]) -> String {
    let mut encoder = encoder(Default::default(), stream, head());
    let mut out = BytesMut::new();
    encoder.start(&mut out);
    for event in events {
        encoder.event(event.clone(), &mut out);
    }
    encoder.end(&mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

/// What a client gets of these events and an end; the same, streamed or plain.
fn answer(events: &[Event]) -> Answer {
    let streamed = check::stream(&write(true, events));
    let plain = check::plain(&write(false, events));
    check::same(&streamed, &plain);
    streamed
}

fn text(text: &str) -> Event {
    Event::Text(text.into())
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

fn call(slot: u32, id: Option<&str>, name: Option<&str>, arguments: &str) -> Event {
    Event::ToolCall(ToolCallDelta {
        slot,
        id: id.map(Into::into),
        name: name.map(Into::into),
        arguments: arguments.into(),
        state: None,
    })
}

fn tool(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

#[test]
fn a01_the_bytes_of_a_stream() {
    let events = [
        Event::Started(Started { id: Some("x".into()), model: None }),
        text("Hi \"you\"\n\u{1}🙂"),
        call(0, Some("call_1"), Some("get"), "{\"a\":1}"),
        finished(FinishReason::ToolCalls),
        Event::Usage(Usage {
            input: Some(100),
            cache_read: Some(60),
            output: Some(7),
            ..Usage::default()
        }),
    ];
    let expected = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_test","type":"message","role":"assistant","model":"claude-\"x\"","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":123,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi \"you\"\n\u0001🙂"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: content_block_start
data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"call_1","name":"get","input":{}}}

event: content_block_delta
data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\":1}"}}

event: content_block_stop
data: {"type":"content_block_stop","index":1}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":40,"cache_creation_input_tokens":0,"cache_read_input_tokens":60,"output_tokens":7}}

event: message_stop
data: {"type":"message_stop"}

"#;
    assert_eq!(write(true, &events), expected);
    let document: Value = serde_json::from_str(&write(false, &events)).unwrap();
    let expected = json!({
        "id": "msg_test", "type": "message", "role": "assistant", "model": "claude-\"x\"",
        "content": [{"type": "text", "text": "Hi \"you\"\n\u{1}🙂"}, tool("call_1", "get", json!({"a": 1}))],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 40, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 60, "output_tokens": 7},
    });
    assert_eq!(document, expected);
}

#[test]
fn a03_interleaved_calls_are_sorted() {
    let got = answer(&[
        call(0, Some("a"), Some("one"), "{\"x\":"),
        call(1, Some("b"), Some("two"), "{\"y\""),
        call(0, None, None, "1"),
        text("late"),
        call(1, None, None, ":2}"),
        call(0, None, None, "}"),
        end_turn(),
    ]);
    let expected = [
        tool("a", "one", json!({"x": 1})),
        tool("b", "two", json!({"y": 2})),
        json!({"type": "text", "text": "late"}),
    ];
    assert_eq!(got.blocks, expected);
}

#[test]
fn a03_the_first_open_call_streams() {
    let mut encoder = encoder(Default::default(), true, head());
    let mut out = BytesMut::new();
    let mut step = |event| {
        out.clear();
        encoder.event(event, &mut out);
        String::from_utf8(out.to_vec()).unwrap()
    };
    assert!(step(call(0, Some("a"), Some("one"), "{\"x\":")).contains("input_json_delta"));
    assert_eq!(step(call(1, Some("b"), Some("two"), "{\"y\":")), "");
    assert!(step(call(0, None, None, "1")).contains("partial_json\":\"1\""));
    // The first is complete: the second is given out and streams on.
    let both = step(call(0, None, None, "}"));
    assert!(both.contains("content_block_stop") && both.contains("\"two\"") && both.contains("y"));
    assert!(step(call(1, None, None, "2")).contains("partial_json\":\"2\""));
}

#[test]
fn a04_pieces_come_in_any_order() {
    let got = answer(&[
        call(0, None, None, "{\"a\""),
        call(0, Some("id_1"), None, ":1"),
        call(0, None, Some("late"), "}"),
        call(0, Some("id_2"), Some("next"), "{}"),
        call(0, Some("id_2"), Some("next"), ""),
        call(7, None, Some("unnamed"), "{\"b\":2}"),
        call(7, None, Some("unnamed"), "{\"b\":3}"),
        call(8, Some(""), Some("blank"), ""),
        finished(FinishReason::ToolCalls),
    ]);
    let names: Vec<_> = got.blocks.iter().map(|block| (&block["name"], &block["input"])).collect();
    let (one, two, three) = (json!({"a": 1}), json!({"b": 2}), json!({"b": 3}));
    let expected = [
        (&json!("late"), &one),
        (&json!("next"), &json!({})),
        (&json!("unnamed"), &two),
        (&json!("unnamed"), &three),
        (&json!("blank"), &json!({})),
    ];
    assert_eq!(names, expected);
    assert_eq!((&got.blocks[0]["id"], &got.blocks[1]["id"]), (&json!("id_1"), &json!("id_2")));
    let minted = got.blocks[2]["id"].as_str().unwrap();
    assert!(minted.starts_with("toolu_") && minted.len() == 30, "{minted}");
}

#[test]
fn a04_no_id_twice() {
    let got = answer(&[
        call(0, Some("same"), Some("a"), "{}"),
        call(1, Some("same"), Some("b"), "{}"),
        end_turn(),
    ]);
    assert_eq!(got.blocks[0]["id"], "same");
    assert!(got.blocks[1]["id"].as_str().unwrap().starts_with("toolu_"));
}

#[test]
fn a04_a_call_without_a_name_is_a_fault() {
    let nameless = call(0, Some("a"), None, "{\"x\":1}");
    let got = answer(&[text("a"), nameless.clone(), finished(FinishReason::ToolCalls)]);
    assert_eq!(got.error.unwrap()["type"], "api_error");
    // Unless the answer was cut before it came, or there is nothing of the call.
    let cut = answer(&[text("a"), nameless, finished(FinishReason::MaxTokens)]);
    assert_eq!((cut.blocks.len(), cut.stop_reason.as_str()), (1, "max_tokens"));
    let blank = answer(&[text("a"), call(0, Some("a"), None, ""), end_turn()]);
    assert_eq!((blank.blocks.len(), blank.stop_reason.as_str()), (1, "end_turn"));
}

#[test]
fn a05_nothing_empty() {
    let got = answer(&[
        text(""),
        Event::Thinking("".into()),
        text("a"),
        Event::Thinking("".into()),
        text("b"),
        Event::State("".into()),
        Event::RedactedThinking("".into()),
        Event::Block(raw(r#"{"type":"text","text":""}"#)),
        Event::Block(raw("{}")),
        Event::Block(raw("[1]")),
        Event::Block(raw("{\"type\":")),
        Event::Citation(raw("no")),
        text("c"),
        end_turn(),
    ]);
    assert_eq!(got.blocks, [json!({"type": "text", "text": "abc"})]);
}

#[test]
fn a06_stop_reasons() {
    let plain = |reason| answer(&[text("a"), finished(reason)]);
    assert_eq!(plain(FinishReason::EndTurn).stop_reason, "end_turn");
    assert_eq!(plain(FinishReason::MaxTokens).stop_reason, "max_tokens");
    assert_eq!(plain(FinishReason::ContextFull).stop_reason, "model_context_window_exceeded");
    assert_eq!(plain(FinishReason::Refusal).stop_reason, "refusal");
    assert_eq!(plain(FinishReason::Pause).stop_reason, "pause_turn");
    assert_eq!(plain(FinishReason::Other("eos".into())).stop_reason, "end_turn");
    let stop = plain(FinishReason::StopSequence(Some("END".into())));
    assert_eq!((stop.stop_reason.as_str(), stop.stop_sequence), ("stop_sequence", json!("END")));
    assert_eq!(plain(FinishReason::StopSequence(None)).stop_sequence, Value::Null);
    for reason in [FinishReason::EndTurn, FinishReason::MaxTokens, FinishReason::Other("x".into())]
    {
        let called = answer(&[call(0, Some("a"), Some("b"), "{}"), finished(reason)]);
        assert_eq!(called.stop_reason, "tool_use");
    }
    let twice = answer(&[text("a"), finished(FinishReason::MaxTokens), end_turn()]);
    assert_eq!(twice.stop_reason, "max_tokens");
}

#[test]
fn a07_cut_calls_are_passed_on_as_they_are() {
    for reason in [FinishReason::MaxTokens, FinishReason::ToolCalls, FinishReason::ContextFull] {
        let events = [
            call(0, Some("a"), Some("one"), "{}"),
            call(1, Some("b"), Some("two"), "{\"x\":\"y"),
            finished(reason),
        ];
        let streamed = check::stream(&write(true, &events));
        assert_eq!(streamed.blocks[1]["input"], "{\"x\":\"y");
        let got = answer(&events);
        assert_eq!(got.stop_reason, "max_tokens");
    }
    let plain =
        write(false, &[call(0, Some("a"), Some("b"), "{\"x"), finished(FinishReason::MaxTokens)]);
    let document: Value = serde_json::from_str(&plain).unwrap();
    let input = json!({"__unparsedToolInput": {"raw": "{\"x", "len": 3}});
    assert_eq!(document["content"][0]["input"], input);
}

#[test]
fn a07_arguments_that_are_no_object() {
    for (arguments, input) in [
        ("", json!({})),
        (" ", json!({})),
        ("null", json!({})),
        ("[1]", json!({"__unparsedToolInput": {"raw": "[1]", "len": 3}})),
        ("ü{", json!({"__unparsedToolInput": {"raw": "ü{", "len": 2}})),
    ] {
        let got = answer(&[call(0, Some("a"), Some("b"), arguments), end_turn()]);
        assert_eq!(got.blocks, [tool("a", "b", input)]);
        assert_eq!(got.stop_reason, "tool_use");
    }
}

#[test]
fn a08_no_clean_end_without_the_providers() {
    let got = answer(&[text("a")]);
    assert_eq!(got.error.unwrap()["type"], "api_error");
    let failure = Failure::new(FailureKind::Overloaded, Source::Vendor, "busy");
    for events in [
        vec![text("a"), Event::Failed(failure.clone()), text("b"), end_turn()],
        vec![Event::Failed(failure.clone())],
        vec![call(0, Some("a"), Some("b"), "{"), end_turn(), Event::Failed(failure.clone())],
    ] {
        let error = answer(&events).error.unwrap();
        assert_eq!(error, json!({"type": "overloaded_error", "message": "busy"}));
    }
    let mut encoder = encoder(Default::default(), false, head());
    let mut out = BytesMut::new();
    encoder.event(text("a"), &mut out);
    encoder.end(&mut out);
    assert_eq!(encoder.failure().unwrap().kind, FailureKind::ProviderError);
}

#[test]
fn a09_usage() {
    let usage = |usage| answer(&[text("abcdefgh"), end_turn(), Event::Usage(usage)]).usage;
    let all = Usage {
        input: Some(1000),
        cache_read: Some(600),
        cache_write: Some(300),
        output: Some(50),
        reasoning: Some(20),
    };
    let counts = |input: u64, write: u64, read: u64, output: u64| {
        json!({"input_tokens": input, "cache_creation_input_tokens": write,
               "cache_read_input_tokens": read, "output_tokens": output})
    };
    assert_eq!(usage(all), counts(100, 300, 600, 50));
    assert_eq!(usage(Usage { input: Some(10), ..all }), counts(0, 300, 600, 50));
    // A provider that leaves its reasoning out of what it made is not corrected.
    assert_eq!(usage(Usage { reasoning: Some(266), ..all }), counts(100, 300, 600, 50));
    assert_eq!(usage(Usage::default()), counts(123, 0, 0, 2));
    assert_eq!(
        usage(Usage { input: Some(0), output: Some(0), ..Usage::default() }),
        counts(0, 0, 0, 0)
    );
}

#[test]
fn a10_pings_stand_anywhere_in_a_stream() {
    let mut encoder = encoder(Default::default(), true, head());
    let mut out = BytesMut::new();
    encoder.start(&mut out);
    encoder.ping(&mut out);
    encoder.event(text("a"), &mut out);
    encoder.ping(&mut out);
    encoder.event(end_turn(), &mut out);
    encoder.end(&mut out);
    let length = out.len();
    encoder.ping(&mut out);
    encoder.start(&mut out);
    encoder.end(&mut out);
    encoder.fail(&Failure::invalid("x"), &mut out);
    assert_eq!(out.len(), length, "nothing follows the end");
    check::stream(std::str::from_utf8(&out).unwrap());
}

#[test]
fn a13_an_answer_with_nothing_in_it() {
    let got = answer(&[end_turn()]);
    assert_eq!((got.blocks.len(), got.stop_reason.as_str()), (0, "end_turn"));
}

#[test]
fn a16_no_tool_use_without_a_call() {
    assert_eq!(answer(&[text("a"), finished(FinishReason::ToolCalls)]).stop_reason, "end_turn");
}

#[test]
fn c09_state_of_thinking() {
    let thinking = |text: &str, signature: &str| json!({"type": "thinking", "thinking": text, "signature": signature});
    let got = answer(&[
        Event::Thinking("a".into()),
        Event::Thinking("b".into()),
        Event::State("s1".into()),
        Event::State("s2".into()),
        Event::Thinking("c".into()),
        Event::RedactedThinking("xyz".into()),
        text("d"),
        end_turn(),
    ]);
    let redacted = json!({"type": "redacted_thinking", "data": "xyz"});
    let said = json!({"type": "text", "text": "d"});
    let expected = [thinking("ab", "s1"), thinking("", "s2"), thinking("c", ""), redacted, said];
    assert_eq!(got.blocks, expected);
}

#[test]
fn citations_belong_to_the_text_before_them() {
    let cited = |text: &str, citations: Value| json!({"type": "text", "text": text, "citations": citations});
    let one = Event::Citation(raw("{\"n\":\n1}"));
    let got = answer(&[
        text("a"),
        one.clone(),
        one.clone(),
        text("b"),
        Event::Thinking("t".into()),
        one,
        text("c"),
        end_turn(),
    ]);
    let n = json!({"n": 1});
    assert_eq!(got.blocks[0], cited("a", json!([n, n])));
    assert_eq!(got.blocks[1], json!({"type": "text", "text": "b"}));
    assert_eq!(got.blocks[3], cited("c", json!([n])));
}

#[test]
fn whole_blocks_keep_the_grammar() {
    let search = r#"{"type":"server_tool_use","id":"srv","name":"web_search","input":{"query":"x"},"caller":{"type":"direct"}}"#;
    let result = "{\"type\":\"web_search_tool_result\",\n\"tool_use_id\":\"srv\",\"content\":[]}";
    let got = answer(&[
        text("a"),
        Event::Block(raw(search)),
        Event::Block(raw(result)),
        Event::Block(raw(r#"{"type":"server_tool_use","id":"","name":"x","input":{}}"#)),
        Event::Block(raw(r#"{"type":"text","text":"b","citations":[{"n":1}]}"#)),
        Event::Block(raw(r#"{"type":"thinking","thinking":"t","signature":"s"}"#)),
        Event::Block(raw(r#"{"type":"tool_use","id":"a b","name":"n","input":{"x":[1]}}"#)),
        Event::Extra(Field { name: "service_tier".into(), value: raw("\"x\"") }),
        end_turn(),
    ]);
    let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
    let expected = [
        json!({"type": "text", "text": "a"}),
        value(search),
        value(result),
        json!({"type": "text", "text": "b", "citations": [{"n": 1}]}),
        json!({"type": "thinking", "thinking": "t", "signature": "s"}),
        tool("clasp_YSBi", "n", json!({"x": [1]})),
    ];
    assert_eq!(got.blocks, expected);
    assert_eq!(got.stop_reason, "tool_use");
}
