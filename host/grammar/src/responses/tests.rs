#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde_json::{Value, json};

use super::{Checker, plain};

fn response(status: &str, output: Value) -> Value {
    json!({
        "id": "resp_1", "object": "response", "created_at": 1741290958, "status": status,
        "error": null, "incomplete_details": null, "instructions": "You are helpful.",
        "max_output_tokens": null, "model": "gpt-4.1-2025-04-14", "output": output,
        "parallel_tool_calls": true, "previous_response_id": null,
        "reasoning": {"effort": null, "summary": null}, "store": true, "temperature": 1.0,
        "text": {"format": {"type": "text"}}, "tool_choice": "auto", "tools": [], "top_p": 1.0,
        "truncation": "disabled", "user": null, "metadata": {},
        "usage": if status == "in_progress" { Value::Null } else { json!({
            "input_tokens": 37, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 11, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 48}) },
    })
}

/// The documented example of a stream, and a call after its message.
fn stream() -> Vec<Value> {
    let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []});
    let message = |status: &str, content: Value| json!({"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": content});
    let call = |status: &str, arguments: &str| json!({"id": "fc_1", "type": "function_call", "status": status, "arguments": arguments, "call_id": "call_1", "name": "get_weather"});
    let output =
        json!([message("completed", json!([part("Hi there!")])), call("completed", "{\"a\":1}")]);
    let begun = response("in_progress", json!([]));
    let mut events = vec![
        json!({"type": "response.created", "response": begun}),
        json!({"type": "response.in_progress", "response": begun}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": message("in_progress", json!([]))}),
        json!({"type": "response.content_part.added", "item_id": "msg_1", "output_index": 0, "content_index": 0, "part": part("")}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": "Hi", "logprobs": []}),
        json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0, "delta": " there!", "logprobs": []}),
        json!({"type": "response.output_text.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, "text": "Hi there!", "logprobs": []}),
        json!({"type": "response.content_part.done", "item_id": "msg_1", "output_index": 0, "content_index": 0, "part": part("Hi there!")}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": output[0]}),
        json!({"type": "response.output_item.added", "output_index": 1, "item": call("in_progress", "")}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "output_index": 1, "delta": "{\"a\":1}"}),
        json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 1, "arguments": "{\"a\":1}"}),
        json!({"type": "response.output_item.done", "output_index": 1, "item": output[1]}),
        json!({"type": "response.completed", "response": response("completed", output)}),
    ];
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = json!(number);
    }
    events
}

fn faults(events: &[Value]) -> Vec<String> {
    let mut checker = Checker::default();
    for event in events {
        checker.push(event["type"].as_str(), &event.to_string());
    }
    checker.finish()
}

#[test]
fn the_documented_stream_is_well_formed() {
    let events = stream();
    assert_eq!(faults(&events), Vec::<String>::new());
    assert_eq!(plain(&events[13]["response"]), Vec::<String>::new());
}

#[test]
fn an_event_that_is_missing_is_noticed() {
    for missing in 0..stream().len() {
        let mut events = stream();
        events.remove(missing);
        for (number, event) in events.iter_mut().enumerate() {
            event["sequence_number"] = json!(number);
        }
        assert!(!faults(&events).is_empty(), "without event {missing}");
    }
}

#[test]
fn an_event_that_is_told_twice_is_noticed() {
    for twice in (0..stream().len()).filter(|twice| *twice != 1) {
        let mut events = stream();
        events.insert(twice, events[twice].clone());
        for (number, event) in events.iter_mut().enumerate() {
            event["sequence_number"] = json!(number);
        }
        assert!(!faults(&events).is_empty(), "event {twice} twice");
    }
}

#[test]
fn members_that_are_missing_are_noticed() {
    let optional = |event: &Value, member: &str| match member {
        "user"
        | "store"
        | "text"
        | "truncation"
        | "reasoning"
        | "previous_response_id"
        | "max_output_tokens" => event["response"].is_object(),
        "status" => event["item"]["type"] == "function_call",
        _ => false,
    };
    for (number, event) in stream().into_iter().enumerate() {
        for member in event.as_object().unwrap().keys() {
            let mut events = stream();
            events[number].as_object_mut().unwrap().remove(member);
            assert!(!faults(&events).is_empty(), "event {number} without {member}");
        }
        for object in ["response", "item", "part"] {
            let members = event[object].as_object().into_iter().flat_map(|object| object.keys());
            for member in members.filter(|member| !optional(&event, member)) {
                let mut events = stream();
                events[number][object].as_object_mut().unwrap().remove(member);
                assert!(!faults(&events).is_empty(), "event {number} without {object}.{member}");
            }
        }
    }
}

#[test]
fn numbers_and_names_are_checked() {
    let mut events = stream();
    events[4]["sequence_number"] = json!(9);
    assert_eq!(faults(&events).len(), 1);
    let mut checker = Checker::default();
    checker.push(Some("response.in_progress"), &stream()[0].to_string());
    assert_eq!(checker.finish().len(), 2);
    let mut checker = Checker::default();
    checker.push(Some("response.created"), "{\"type\":");
    assert!(checker.faults()[0].contains("no JSON"));
}

#[test]
fn failures_tell_what_failed() {
    let mut failed = response("failed", json!([]));
    assert!(!plain(&failed).is_empty());
    failed["error"] = json!({"code": "server_error", "message": "The model failed."});
    assert_eq!(plain(&failed), Vec::<String>::new());
    let mut events = stream();
    events.truncate(6);
    events.push(json!({"type": "response.failed", "sequence_number": 6, "response": failed}));
    assert_eq!(faults(&events), Vec::<String>::new());
}
