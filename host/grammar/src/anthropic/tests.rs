#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};

use super::{Checker, Message, error, plain};

fn good() -> Vec<(&'static str, Value)> {
    let message = json!({
        "id": "msg_0123456789", "type": "message", "role": "assistant", "model": "m",
        "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    });
    vec![
        ("message_start", json!({"message": message})),
        ("ping", json!({})),
        ("content_block_start", json!({"index": 0, "content_block": {"type": "text", "text": ""}})),
        ("content_block_delta", json!({"index": 0, "delta": {"type": "text_delta", "text": "hi"}})),
        ("content_block_stop", json!({"index": 0})),
        (
            "content_block_start",
            json!({"index": 1, "content_block": {
                "type": "tool_use", "id": "call_1", "name": "f", "input": {}}}),
        ),
        (
            "content_block_delta",
            json!({"index": 1, "delta": {"type": "input_json_delta", "partial_json": "{\"a\":1}"}}),
        ),
        ("content_block_stop", json!({"index": 1})),
        (
            "message_delta",
            json!({"delta": {"stop_reason": "tool_use", "stop_sequence": null},
                "usage": {"input_tokens": 3, "output_tokens": 9}}),
        ),
        ("message_stop", json!({})),
    ]
}

fn check(events: &[(&'static str, Value)]) -> (Message, Vec<String>) {
    let mut checker = Checker::default();
    for (name, data) in events {
        let mut data = data.clone();
        data["type"] = json!(name);
        checker.push(Some(name), &data.to_string());
    }
    (checker.message().clone(), checker.finish())
}

/// A block between the begin and the end of a message.
fn with(start: Value, deltas: &[Value]) -> (Message, Vec<String>) {
    let mut events = good();
    events.drain(2..8);
    events.insert(2, ("content_block_start", json!({"index": 0, "content_block": start})));
    let stop = ("content_block_stop", json!({"index": 0}));
    let deltas = deltas.iter().map(|delta| json!({"index": 0, "delta": delta}));
    let deltas: Vec<_> = deltas.map(|delta| ("content_block_delta", delta)).chain([stop]).collect();
    events.splice(3..3, deltas);
    let end = events.len() - 2;
    events[end].1["delta"]["stop_reason"] = json!("end_turn");
    check(&events)
}

#[test]
fn a_good_stream_has_no_fault() {
    let (message, faults) = check(&good());
    assert_eq!(faults, Vec::<String>::new());
    assert!(message.complete);
    assert_eq!((message.text().as_str(), message.pings), ("hi", 1));
    assert_eq!(message.calls()[0]["input"], json!({"a": 1}));
}

#[test]
fn every_event_that_is_missing_is_noticed() {
    // A ping may be, and a call without a delta has no arguments.
    for missing in (0..good().len()).filter(|index| ![1, 6].contains(index)) {
        let mut events = good();
        let (name, _) = events.remove(missing);
        let (_, faults) = check(&events);
        assert!(!faults.is_empty(), "{name} at {missing} is missing, and nobody notices");
    }
}

#[test]
fn every_event_that_comes_twice_is_noticed() {
    // A ping may, and so may a delta of text.
    for twice in (0..good().len()).filter(|index| ![1, 3].contains(index)) {
        let mut events = good();
        events.insert(twice, events[twice].clone());
        let (_, faults) = check(&events);
        assert!(!faults.is_empty(), "{} comes twice, and nobody notices", events[twice].0);
    }
}

#[test]
fn wrong_fields_are_noticed() {
    let changes: &[(usize, &str, Value)] = &[
        (0, "/message/id", json!("chatcmpl-1")),
        (0, "/message/content", json!([{}])),
        (0, "/message/stop_reason", json!("end_turn")),
        (0, "/message/usage/input_tokens", json!(0)),
        (2, "/index", json!(1)),
        (2, "/content_block/text", json!("early")),
        (3, "/delta/text", json!("")),
        (3, "/delta/type", json!("thinking_delta")),
        (3, "/index", json!(1)),
        (5, "/content_block/id", json!("call:1")),
        (5, "/content_block/input", json!("")),
        (6, "/delta/partial_json", json!("{\"a\":")),
        (8, "/delta/stop_reason", json!("tool_calls")),
        (8, "/delta/stop_reason", json!("end_turn")),
        (8, "/usage/input_tokens", Value::Null),
    ];
    for (index, path, value) in changes {
        let mut events = good();
        *events[*index].1.pointer_mut(path).unwrap() = value.clone();
        let (_, faults) = check(&events);
        assert!(!faults.is_empty(), "{path} is {value}, and nobody notices");
    }
}

#[test]
fn an_error_ends_a_stream_and_nothing_follows_it() {
    let error = ("error", json!({"error": {"type": "api_error", "message": "broke off"}}));
    let mut events = good();
    events.truncate(4);
    events.push(error.clone());
    let (message, faults) = check(&events);
    assert_eq!(faults, Vec::<String>::new());
    assert!(!message.complete && message.error.is_some());
    events.push(("message_stop", json!({})));
    assert!(!check(&events).1.is_empty());
}

#[test]
fn blocks_of_every_kind_are_filled_in_their_own_way() {
    let thinking = json!({"type": "thinking", "thinking": "", "signature": ""});
    let thought = json!({"type": "thinking_delta", "thinking": "hm"});
    let signed = json!({"type": "signature_delta", "signature": "s"});
    let (message, faults) = with(thinking.clone(), &[thought.clone(), signed.clone()]);
    assert_eq!(faults, Vec::<String>::new());
    let block = json!({"type": "thinking", "thinking": "hm", "signature": "s"});
    assert_eq!((message.thinking().as_str(), &message.content[0]), ("hm", &block));
    assert_eq!(with(thinking.clone(), &[]).1.len(), 1, "nothing in it");
    assert_eq!(with(thinking, &[signed, thought.clone()]).1.len(), 1, "the signature is the last");

    let text = json!({"type": "text", "text": ""});
    let said = json!({"type": "text_delta", "text": "a"});
    let cited = json!({"type": "citations_delta", "citation": {"cited_text": "a"}});
    let (message, faults) = with(text.clone(), &[said.clone(), cited.clone()]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(message.content[0]["citations"], json!([{"cited_text": "a"}]));
    assert_eq!(with(text.clone(), &[said, thought]).1.len(), 1, "thinking in a text");
    assert!(!with(text, &[cited]).1.is_empty(), "a text without text");

    let search =
        json!({"type": "server_tool_use", "id": "srv_1", "name": "web_search", "input": {}});
    let empty = json!({"type": "input_json_delta", "partial_json": ""});
    let input = json!({"type": "input_json_delta", "partial_json": "{\"query\":1}"});
    let (message, faults) = with(search, &[empty, input]);
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(message.content[0]["input"], json!({"query": 1}));
    let whole = |block: Value| with(block, &[]).1.len();
    assert_eq!(whole(json!({"type": "web_search_tool_result", "content": []})), 0);
    assert_eq!(whole(json!({"type": "redacted_thinking", "data": "x"})), 0);
    assert_eq!(whole(json!({"type": "redacted_thinking", "data": ""})), 2);
    assert_eq!(whole(json!({"type": "image", "source": {"type": "base64"}})), 0);
    assert_eq!(whole(json!({"type": "image"})), 2, "an image of nothing");
    assert_eq!(whole(json!({"type": "tool_result"})), 2, "no block of an answer");
}

#[test]
fn an_input_may_be_cut_where_the_reason_tells_it() {
    let mut events = good();
    events[6].1["delta"]["partial_json"] = json!("{\"a\":");
    for (reason, faults) in [("max_tokens", 0), ("refusal", 0), ("tool_use", 1), ("end_turn", 2)] {
        events[8].1["delta"]["stop_reason"] = json!(reason);
        let (message, found) = check(&events);
        assert_eq!(found.len(), faults, "{reason}: {found:?}");
        assert_eq!(message.calls()[0]["input"], "{\"a\":");
    }
}

#[test]
fn plain_answers_say_what_streams_say() {
    let (streamed, _) = check(&good());
    let document = json!({
        "id": "msg_0123456789", "type": "message", "role": "assistant", "model": "m",
        "content": streamed.content, "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input_tokens": 3, "output_tokens": 9, "cache_read_input_tokens": 0},
    });
    assert_eq!(plain(&document), Vec::<String>::new());
    assert_eq!(Message::of(&document).essence(), streamed.essence());
    for member in document.as_object().unwrap().keys() {
        let mut without = document.clone();
        without.as_object_mut().unwrap().remove(member);
        assert!(!plain(&without).is_empty(), "without {member}");
    }
    for (path, value) in [
        ("/content/0/text", json!("")),
        ("/content/1/id", json!("a b")),
        ("/content/1/name", json!("")),
        ("/content/1/input", json!("{}")),
        ("/content/0/type", json!("output_text")),
        ("/stop_reason", json!("end_turn")),
        ("/usage/cache_read_input_tokens", json!(-1)),
    ] {
        let mut wrong = document.clone();
        *wrong.pointer_mut(path).unwrap() = value;
        assert!(!plain(&wrong).is_empty(), "{path}");
    }
    let mut twice = document;
    let call = twice["content"][1].clone();
    twice["content"].as_array_mut().unwrap().push(call);
    assert_eq!(plain(&twice).len(), 1, "an id twice");
}

#[test]
fn errors_have_their_members() {
    let document = |kind: &str, message: &str| json!({"type": "error", "error": {"type": kind, "message": message}});
    assert_eq!(error(&document("overloaded_error", "busy")), Vec::<String>::new());
    assert_eq!(error(&document("server_error", "busy")).len(), 1);
    assert_eq!(error(&document("api_error", "")).len(), 1);
    assert!(error(&json!({"error": {"type": "api_error", "message": "m"}})).len() == 1);
    assert!(error(&json!({"type": "error"})).len() > 1);
}
