//! Messages of each role, from OpenAI's documentation.

use serde_json::{Value, json};

use super::{read, request, shown};

/// The system prompt and the messages, as cases have them.
fn conversation(messages: Value) -> (Value, Value) {
    let (request, _) = read(&request(json!({ "messages": messages })));
    (shown(request.system), shown(request.messages))
}

fn text(text: &str) -> Value {
    json!({"type": "text", "value": {"text": text}})
}

fn call(id: &str, name: &str, arguments: Value) -> Value {
    json!({"type": "tool_call", "value": {"id": id, "name": name, "arguments": arguments}})
}

fn result(id: &str, name: &str, said: &str) -> Value {
    let content = json!([{"type": "text", "value": said}]);
    let value = json!({"call_id": id, "name": name, "is_error": false, "content": content});
    json!({"type": "tool_result", "value": value})
}

#[test]
fn instructions_before_the_first_turn_are_the_system_prompt() {
    let (system, messages) = conversation(json!([
        {"role": "system", "content": "You are a helpful assistant.", "name": "s"},
        {"role": "developer", "content": [{"type": "text", "text": "Be brief."}]},
        {"role": "user", "content": "Hello!", "name": "bob"},
        {"role": "developer", "content": "Be very brief."},
        {"role": "system", "content": ""},
    ]));
    let named = |text: &str| json!({"text": text, "extra": [{"name": "name", "value": "s"}]});
    let expected = json!([named("You are a helpful assistant."), {"text": "Be brief."}]);
    assert_eq!(system, expected);
    let expected = json!([
        {"role": "user", "parts": [text("Hello!")], "extra": [{"name": "name", "value": "bob"}]},
        {"role": "system", "parts": [text("Be very brief.")]},
        {"role": "system", "parts": []},
    ]);
    assert_eq!(messages, expected);
}

#[test]
fn c01_results_of_a_turn_are_one_message() {
    let calls = json!([
        {"id": "call_1", "type": "function", "function": {"name": "get", "arguments": "{\"a\": 1}"}},
        {"id": "call_2", "type": "function", "function": {"name": "put", "arguments": ""}},
        {"id": "call_3", "type": "custom", "custom": {"name": "patch", "input": "a\n\"b\""}},
    ]);
    let (_, messages) = conversation(json!([
        {"role": "user", "content": "Go."},
        {"role": "assistant", "content": null, "tool_calls": calls, "refusal": null, "annotations": [], "audio": null},
        {"role": "tool", "tool_call_id": "call_2", "content": "two"},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "one"}]},
        {"role": "tool", "tool_call_id": "other", "content": "?", "name": "gone"},
        {"role": "user", "content": "On."},
        {"role": "tool", "tool_call_id": "call_3", "content": "late"},
    ]));
    let expected = json!([
        {"role": "user", "parts": [text("Go.")]},
        {"role": "assistant", "parts": [
            call("call_1", "get", json!({"a": 1})),
            call("call_2", "put", json!({})),
            call("call_3", "patch", json!({"input": "a\n\"b\""})),
        ]},
        {"role": "user", "parts": [
            result("call_2", "put", "two"), result("call_1", "get", "one"), result("other", "gone", "?"),
        ]},
        {"role": "user", "parts": [text("On.")]},
        {"role": "user", "parts": [result("call_3", "patch", "late")]},
    ]);
    assert_eq!(messages, expected);
}

#[test]
fn c05_calls_in_the_older_form_get_ids_that_stay() {
    let function = |arguments: &str| json!({"name": "get", "arguments": arguments});
    let mut messages = vec![
        json!({"role": "user", "content": "Go."}),
        json!({"role": "assistant", "content": null, "function_call": function("{\"a\":1}")}),
        json!({"role": "function", "name": "get", "content": "one"}),
        json!({"role": "assistant", "content": "", "function_call": function("{}")}),
        json!({"role": "function", "name": "get", "content": null}),
    ];
    let (_, all) = conversation(json!(messages));
    assert_eq!(all[1]["parts"], json!([call("call_1", "get", json!({"a": 1}))]));
    assert_eq!(all[2]["parts"], json!([result("call_1", "get", "one")]));
    assert_eq!(all[3]["parts"], json!([call("call_3", "get", json!({}))]));
    assert_eq!(all[4]["parts"][0]["value"]["call_id"], "call_3");
    assert_eq!(all[4]["parts"][0]["value"]["content"], json!([]));
    messages.truncate(3);
    let (_, fewer) = conversation(json!(messages));
    assert_eq!(json!(fewer), json!(all.as_array().unwrap()[..3]));
}

#[test]
fn arguments_that_are_no_object_are_kept() {
    let arguments = |arguments: Value| {
        let function = json!({"name": "f", "arguments": arguments});
        let calls = json!([{"id": "a", "type": "function", "function": function}]);
        let (_, messages) = conversation(json!([{"role": "assistant", "tool_calls": calls}]));
        messages[0]["parts"][0]["value"]["arguments"].clone()
    };
    assert_eq!(arguments(json!(" {\"b\": 2,\n\"a\": \"x\"} ")), json!({"b": 2, "a": "x"}));
    assert_eq!(arguments(json!({"a": 1})), json!({"a": 1}));
    assert_eq!(arguments(json!("null")), json!({}));
    assert_eq!(arguments(Value::Null), json!({}));
    let cut = json!({"__unparsedToolInput": {"raw": "{\"a\":", "len": 5}});
    assert_eq!(arguments(json!("{\"a\":")), cut);
}

#[test]
fn what_the_model_said_comes_in_the_order_of_answers() {
    let calls = json!([{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}, "x": 1}]);
    let (_, messages) = conversation(json!([
        {"role": "assistant", "tool_calls": calls, "content": "text", "reasoning_content": "why",
         "reasoning": "why", "name": "n"},
        {"role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "refusal", "refusal": "no"}]},
        {"role": "assistant", "content": null, "refusal": "No.", "audio": {"id": "audio_1"}},
        {"role": "assistant", "content": ""},
    ]));
    let mut called = call("a", "f", json!({}));
    called["value"]["extra"] = json!([{"name": "x", "value": 1}]);
    let thought = json!({"type": "thinking", "value": {"text": "why", "redacted": false}});
    let expected = json!([
        {"role": "assistant", "parts": [thought, text("text"), called],
         "extra": [{"name": "name", "value": "n"}]},
        {"role": "assistant", "parts": [text("a"), text("no")]},
        {"role": "assistant", "parts": [text("No.")],
         "extra": [{"name": "audio", "value": {"id": "audio_1"}}]},
        {"role": "assistant", "parts": []},
    ]);
    assert_eq!(messages, expected);
}

#[test]
fn c11_cache_breakpoints_of_parts_are_hints() {
    let part = |member: &str, value: Value| json!({"type": "text", "text": "a", member: value});
    let (system, messages) = conversation(json!([
        {"role": "system", "content": [part("cache_control", json!({"type": "ephemeral"}))]},
        {"role": "user", "content": [
            part("cache_control", json!({"type": "ephemeral", "ttl": "1h"})),
            part("prompt_cache_breakpoint", json!({"mode": "explicit", "ttl": "30m"})),
            part("other", json!(1)),
        ]},
        {"role": "tool", "tool_call_id": "x", "content": [part("cache_control", json!({"type": "ephemeral"}))]},
    ]));
    assert_eq!(system, json!([{"text": "a", "cache": {"ttl": null}}]));
    let parts = &messages[0]["parts"];
    assert_eq!(parts[0]["value"]["cache"], json!({"ttl": 3600}));
    assert_eq!(parts[1]["value"]["cache"], json!({"ttl": 1800}));
    assert_eq!(parts[2]["value"]["extra"], json!([{"name": "other", "value": 1}]));
    assert_eq!(messages[1]["parts"][0]["value"]["cache"], json!({"ttl": null}));
}

#[test]
fn c11_cache_breakpoints_of_messages_are_hints_of_their_last_part() {
    let hint = json!({"type": "ephemeral"});
    let (system, messages) = conversation(json!([
        {"role": "system", "content": "a", "cache_control": hint},
        {"role": "user", "content": [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}],
         "cache_control": hint},
        {"role": "tool", "tool_call_id": "x", "content": "d", "cache_control": hint},
    ]));
    assert_eq!(system[0]["cache"], json!({"ttl": null}));
    assert_eq!(messages[0]["parts"][0]["value"].get("cache"), None);
    assert_eq!(messages[0]["parts"][1]["value"]["cache"], json!({"ttl": null}));
    assert_eq!(messages[1]["parts"][0]["value"]["cache"], json!({"ttl": null}));
}

#[test]
fn c12_parts_of_other_types_stay_as_they_are() {
    let other = json!({"type": "hologram", "data": [1]});
    let (_, messages) = conversation(json!([
        {"role": "user", "content": [other]},
        {"role": "assistant", "content": [other]},
        {"role": "tool", "tool_call_id": "x", "content": [other, {"type": "text", "text": ""}]},
        {"role": "user", "content": ""},
    ]));
    let kept = json!([{"type": "other", "value": other}]);
    assert_eq!(messages[0]["parts"], kept);
    assert_eq!(messages[1]["parts"], kept);
    assert_eq!(messages[2]["parts"][0]["value"]["content"], kept);
    assert_eq!(messages[3]["parts"], json!([{"type": "text", "value": {"text": ""}}]));
}
