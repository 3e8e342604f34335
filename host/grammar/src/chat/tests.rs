use serde_json::{Value, json};

use super::{Checker, plain};

fn chunk(choices: Value) -> Value {
    let object = "chat.completion.chunk";
    json!({"id": "i", "object": object, "created": 1, "model": "m", "choices": choices})
}

fn delta(delta: Value) -> String {
    piece(delta, Value::Null)
}

fn piece(delta: Value, reason: Value) -> String {
    let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason});
    chunk(json!([choice])).to_string()
}

fn end(reason: &str) -> [String; 2] {
    [piece(json!({}), json!(reason)), "[DONE]".to_owned()]
}

fn faults(events: &[String]) -> Vec<String> {
    let mut checker = Checker::default();
    events.iter().for_each(|event| checker.push(None, event));
    checker.finish()
}

fn with(events: &[String], reason: &str) -> Vec<String> {
    faults(&[events, &end(reason)].concat())
}

#[test]
fn a_stream_as_it_is_documented() {
    let role = delta(json!({"role": "assistant", "content": ""}));
    let text = delta(json!({"content": "Hello"}));
    assert_eq!(with(&[role.clone(), text.clone()], "stop"), Vec::<String>::new());
    let call = json!({"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": ""}});
    let first = delta(json!({"role": "assistant", "content": null, "tool_calls": [call]}));
    let more = delta(json!({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}));
    let mut checker = Checker::default();
    [first, more].iter().chain(&end("tool_calls")).for_each(|event| checker.push(None, event));
    let call = json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}});
    assert_eq!(checker.message()["tool_calls"], json!([call]));
    assert_eq!(checker.finish(), Vec::<String>::new());
}

#[test]
fn what_is_wrong_in_a_stream_is_found() {
    let role = delta(json!({"role": "assistant", "content": "a"}));
    let text = delta(json!({"content": "b"}));
    let [finish, done] = end("stop");
    let one = |events: &[&String]| {
        let events: Vec<String> = events.iter().map(|event| (*event).clone()).collect();
        faults(&events).len()
    };
    assert_eq!(one(&[&role, &finish, &done]), 0);
    assert_eq!(one(&[&role, &finish]), 1, "no [DONE]");
    assert_eq!(one(&[&role, &done]), 2, "no finish_reason");
    assert_eq!(one(&[&role, &finish, &text, &done]), 1, "text after the end");
    assert_eq!(one(&[&role, &finish, &done, &done]), 1, "two ends");
    assert_eq!(one(&[&role, &finish, &finish, &done]), 1, "two reasons");
    assert!(one(&[&text, &role, &finish, &done]) >= 2, "a late role");
    assert_eq!(one(&[&role, &role, &finish, &done]), 1, "the role twice");
    let empty = delta(json!({}));
    assert_eq!(one(&[&role, &empty, &finish, &done]), 1, "an empty delta");
    let other = text.replace("\"i\"", "\"j\"");
    assert_eq!(one(&[&role, &other, &finish, &done]), 1, "another id");
    let error = json!({"error": {"message": "m", "type": "t", "param": null, "code": null}});
    let error = error.to_string();
    assert_eq!(one(&[&role, &error]), 0);
    assert_eq!(one(&[&role, &error, &done]), 2, "[DONE] after an error");
    let mut named = Checker::default();
    [role, finish, done].iter().for_each(|event| named.push(Some("message"), event));
    assert_eq!(named.finish().len(), 3);
}

#[test]
fn calls_have_numbers_and_names() {
    let call = |index: u64, id: &str| {
        let function = json!({"name": "f", "arguments": "{}"});
        json!({"index": index, "id": id, "type": "function", "function": function})
    };
    let begin = |call: Value| delta(json!({"role": "assistant", "tool_calls": [call]}));
    let then = |call: Value| delta(json!({"tool_calls": [call]}));
    let more = |index: u64| then(json!({"index": index, "function": {"arguments": " "}}));
    let two = [begin(call(0, "a")), then(call(1, "b"))];
    assert_eq!(with(&two, "tool_calls").len(), 0);
    assert_eq!(with(&two, "stop").len(), 1, "calls, and the reason tells of none");
    assert_eq!(with(&[begin(call(0, "a")), then(call(1, "a"))], "tool_calls").len(), 1);
    assert!(!with(&[begin(call(1, "a"))], "tool_calls").is_empty(), "the first is 0");
    let [one, other] = two;
    assert_eq!(with(&[one.clone(), other.clone(), more(1)], "tool_calls").len(), 0);
    assert_eq!(with(&[one.clone(), other, more(0)], "tool_calls").len(), 1, "an older call");
    let cut = json!({"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{"}});
    assert_eq!(with(&[begin(cut.clone())], "tool_calls").len(), 1);
    assert_eq!(with(&[begin(cut)], "length").len(), 0);
}

#[test]
fn usage_comes_last_if_at_all() {
    let add = |event: &str, usage: Value| {
        let mut event: Value = serde_json::from_str(event).unwrap_or_default();
        event["usage"] = usage;
        event.to_string()
    };
    let role = delta(json!({"role": "assistant", "content": "a"}));
    let [finish, done] = end("stop");
    let counts = json!({
        "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 0},
    });
    let usage = add(&chunk(json!([])).to_string(), counts.clone());
    let (some, last) = (add(&role, Value::Null), add(&finish, Value::Null));
    let count = |events: [&String; 4]| faults(&events.map(String::clone)).len();
    assert_eq!(count([&some, &last, &usage, &done]), 0);
    assert_eq!(count([&role, &last, &usage, &done]), 3, "not in all chunks");
    assert!(count([&some, &usage, &last, &done]) > 0, "before the end");
    assert_eq!(faults(&[some, last, done]).len(), 1, "promised");
    let mut wrong = counts;
    wrong["total_tokens"] = json!(9);
    let message = json!({"role": "assistant", "content": "", "refusal": null, "annotations": []});
    let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"});
    let mut answer = chunk(json!([choice]));
    answer["object"] = json!("chat.completion");
    answer["usage"] = wrong;
    assert_eq!(plain(&answer), ["answer.usage: total_tokens is not the sum"]);
    answer["choices"][0]["message"]["content"] = Value::Null;
    assert_eq!(plain(&answer).len(), 2);
}
