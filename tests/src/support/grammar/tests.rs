use super::*;

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
        checker.push(&Event { name: (*name).to_owned(), data });
    }
    checker.finish()
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
fn events_are_cut_at_blank_lines() {
    let mut events = Events::default();
    assert!(events.push(b"event: ping\ndata: {\"type\"").is_empty());
    assert_eq!(events.push(b":\"ping\"}\n\nevent: p").len(), 1);
    assert!(!events.is_clean());
}
