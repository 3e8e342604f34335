//! Rule D5: what is wrong in a request is named with its path.

use clasp_model::{ByteString, Dialect, FailureKind, Source};
use serde_json::{Value, json};

use super::request;
use crate::{error, parse};

fn refused(body: &Value) -> String {
    let failure = parse(Dialect::OpenaiChat, &body.to_string().into(), &[]).unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::InvalidRequest, Source::Client));
    failure.message
}

fn member(name: &str, value: Value) -> String {
    refused(&request(json!({ name: value })))
}

fn message(message: Value) -> String {
    member("messages", json!([{"role": "user", "content": "a"}, message]))
}

fn part(part: Value) -> String {
    message(json!({"role": "user", "content": [part]}))
}

#[test]
fn d05_the_parameter_is_named_apart() {
    let body = request(json!({"messages": [{"role": "user", "content": [{"text": "a"}]}]}));
    let body = ByteString::from(body.to_string());
    let failure = parse(Dialect::OpenaiChat, &body, &[]).unwrap_err();
    let answer = error(Dialect::OpenaiChat, &failure, "req_1");
    assert_eq!(answer.status, 400);
    let document: Value = serde_json::from_slice(&answer.body).unwrap();
    let expected = json!({"error": {
        "message": "messages[0].content[0].type: Field required",
        "type": "invalid_request_error", "param": "messages[0].content[0].type", "code": null,
    }});
    assert_eq!(document, expected);
}

#[test]
fn d05_no_document() {
    let raw = |body: &str| {
        let failure = parse(Dialect::OpenaiChat, &ByteString::from(body), &[]).unwrap_err();
        failure.message
    };
    assert!(raw("{\"model\": \"m\",").starts_with("The request body is not valid JSON:"));
    assert_eq!(raw("[1]"), "The request body should be a JSON object, not an array");
}

#[test]
fn d05_missing_members() {
    let without = |name: &str| {
        let mut body = request(json!({}));
        body.as_object_mut().unwrap().remove(name);
        refused(&body)
    };
    assert_eq!(without("model"), "model: Field required");
    assert_eq!(without("messages"), "messages: Field required");
    assert_eq!(member("messages", json!([])), "messages: at least one message is required");
    assert_eq!(message(json!({"content": "a"})), "messages[1].role: Field required");
    for role in ["user", "system", "developer"] {
        assert_eq!(message(json!({"role": role})), "messages[1].content: Field required");
    }
    let tool = message(json!({"role": "tool", "content": "a"}));
    assert_eq!(tool, "messages[1].tool_call_id: Field required");
    let function = message(json!({"role": "function", "content": "a"}));
    assert_eq!(function, "messages[1].name: Field required");
    let missing = |kind: &str, value: Value, path: &str| {
        let expected = format!("messages[1].content[0].{path}: Field required");
        assert_eq!(part(json!({"type": kind, kind: value})), expected);
        let expected = format!("messages[1].content[0].{kind}: Field required");
        assert_eq!(part(json!({"type": kind})), expected);
    };
    missing("image_url", json!({}), "image_url.url");
    missing("input_audio", json!({"data": "AAAA"}), "input_audio.format");
    missing("file", json!({}), "file.file_data");
    let call = |call: Value| message(json!({"role": "assistant", "tool_calls": [call]}));
    let function = json!({"name": "f", "arguments": "{}"});
    assert_eq!(call(json!({"function": function})), "messages[1].tool_calls[0].id: Field required");
    assert_eq!(call(json!({"id": "a"})), "messages[1].tool_calls[0].function: Field required");
    let nameless = call(json!({"id": "a", "function": {}}));
    assert_eq!(nameless, "messages[1].tool_calls[0].function.name: Field required");
}

#[test]
fn d05_wrong_types_and_values() {
    let expected = "messages[1].role: Input should be 'system', 'developer', 'user', 'assistant', \
                    'tool' or 'function', not \"model\"";
    assert_eq!(message(json!({"role": "model", "content": "a"})), expected);
    let content = message(json!({"role": "user", "content": null}));
    assert_eq!(content, "messages[1].content: Input should be a string or an array, not null");
    let expected = "messages[1].content[0].type: Input should be 'text', not \"image_url\"";
    let image = json!({"type": "image_url", "image_url": {"url": "https://a.example"}});
    assert_eq!(message(json!({"role": "system", "content": [image]})), expected);
    let expected = "messages: Input should be a valid array, not a string";
    assert_eq!(member("messages", json!("hi")), expected);
    assert_eq!(member("model", json!(1)), "model: Input should be a valid string, not a number");
    assert_eq!(
        member("model", json!(" ")),
        "model: Input should be the name of a model, not empty"
    );
    let expected = "temperature: Input should be a number from 0 to 2, not 2.5";
    assert_eq!(member("temperature", json!(2.5)), expected);
    let expected = "n: Input should be 1, not 2: send a request for each answer";
    assert_eq!(member("n", json!(2)), expected);
    assert!(member("max_tokens", json!(0)).starts_with("max_tokens: "));
    assert!(member("stop", json!(1)).starts_with("stop: Input should be a string or an array"));
    assert!(member("stop", json!([1])).starts_with("stop[0]: "));
    let expected = "response_format.type: Input should be 'text', 'json_object' or 'json_schema', \
                    not \"xml\"";
    assert_eq!(member("response_format", json!({"type": "xml"})), expected);
    let schema = json!({"type": "json_schema", "json_schema": {"name": "n"}});
    let expected = "response_format.json_schema.schema: Field required";
    assert_eq!(member("response_format", schema), expected);
}

#[test]
fn d05_payloads() {
    let url = |url: &str| part(json!({"type": "image_url", "image_url": {"url": url}}));
    let place = "messages[1].content[0].image_url.url: ";
    let wanted = "Input should be a data URL with base64: data:<media type>;base64,<data>";
    assert_eq!(url("data:image/png,AAAA"), format!("{place}{wanted}"));
    assert_eq!(url("data:image/png;base64"), format!("{place}{wanted}"));
    let empty = "Input should be base64 text, not empty";
    assert_eq!(url("data:image/png;base64,"), format!("{place}{empty}"));
    assert_eq!(url(""), format!("{place}Input should be a URL, not empty"));
}

#[test]
fn d05_tools() {
    let tool = |tool: Value| member("tools", json!([tool]));
    assert_eq!(tool(json!({"function": {}})), "tools[0].type: Field required");
    assert_eq!(tool(json!({"type": "function"})), "tools[0].function: Field required");
    let nameless = tool(json!({"type": "function", "function": {}}));
    assert_eq!(nameless, "tools[0].function.name: Field required");
    let grammar =
        json!({"name": "c", "format": {"type": "grammar", "grammar": {"syntax": "lark"}}});
    let expected = "tools[0].custom.format.grammar.definition: Field required";
    assert_eq!(tool(json!({"type": "custom", "custom": grammar})), expected);
    let f = json!({"type": "function", "function": {"name": "f"}});
    let expected = "tools[1].function.name: Tool names must be unique, \"f\" is used twice";
    assert_eq!(member("tools", json!([f, f])), expected);
    let both = request(json!({"tools": [f], "functions": [{"name": "g"}]}));
    assert_eq!(refused(&both), "functions: Use `tools` alone, not both");
    let expected =
        "tool_choice: Input should be 'none', 'auto', 'required' or an object, not \"any\"";
    assert_eq!(member("tool_choice", json!("any")), expected);
    let expected =
        "tool_choice.type: Input should be 'function', 'custom' or 'allowed_tools', not \"x\"";
    assert_eq!(member("tool_choice", json!({"type": "x"})), expected);
    let expected = "tool_choice.function.name: Field required";
    assert_eq!(member("tool_choice", json!({"type": "function", "function": {}})), expected);
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "x", "tools": []}});
    let expected =
        "tool_choice.allowed_tools.mode: Input should be 'auto' or 'required', not \"x\"";
    assert_eq!(member("tool_choice", allowed), expected);
}
