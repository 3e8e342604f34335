//! Rule D5: what is wrong in a request is named with its path.

use clasp_model::{ByteString, FailureKind, Source};
use serde_json::{Value, json};

use super::{parsed, refused, request};
use crate::parse;

fn messages(messages: Value) -> String {
    refused(&request(json!({ "messages": messages })))
}

fn block(block: Value) -> String {
    messages(json!([{"role": "user", "content": [{"type": "text", "text": "a"}, block]}]))
}

fn member(name: &str, value: Value) -> String {
    refused(&request(json!({ name: value })))
}

fn raw(body: &str) -> String {
    let failure = parse(Default::default(), &ByteString::from(body), &[]).unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::InvalidRequest, Source::Client));
    failure.message
}

#[test]
fn d05_no_document() {
    let prefix = "The request body is not valid JSON:";
    assert_eq!(raw(""), format!("{prefix} it ends where a value should be at line 1 column 1"));
    assert_eq!(
        raw("{\"model\": \"m\",\n  \"messages\": [{]}"),
        format!("{prefix} ']' where a member's name in quotes should be at line 2 column 17")
    );
    assert!(raw("{} {}").starts_with(prefix));
    assert!(raw(&format!("{{\"a\":{}", "[".repeat(100_000))).contains("nested too deeply"));
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
    assert_eq!(without("max_tokens"), "max_tokens: Field required");
    assert_eq!(messages(json!([{"content": "a"}])), "messages.0.role: Field required");
    assert_eq!(messages(json!([{"role": "user"}])), "messages.0.content: Field required");
    let missing = |kind: &str, path: &str| {
        assert_eq!(
            block(json!({"type": kind})),
            format!("messages.0.content.1.{path}: Field required")
        );
    };
    missing("text", "text");
    missing("image", "source");
    missing("tool_use", "id");
    missing("tool_result", "tool_use_id");
    missing("thinking", "thinking");
    missing("redacted_thinking", "data");
    assert_eq!(block(json!({})), "messages.0.content.1.type: Field required");
    assert_eq!(
        block(json!({"type": "image", "source": {"type": "base64", "media_type": "image/png"}})),
        "messages.0.content.1.source.data: Field required"
    );
    assert_eq!(member("tools", json!([{"name": "a"}])), "tools.0.input_schema: Field required");
    assert_eq!(member("tools", json!([{"input_schema": {}}])), "tools.0.name: Field required");
    assert_eq!(
        member("thinking", json!({"type": "enabled"})),
        "thinking.budget_tokens: Field required"
    );
    assert_eq!(member("tool_choice", json!({"type": "tool"})), "tool_choice.name: Field required");
}

#[test]
fn d05_wrong_types() {
    let expected = |what: &str, found: &str| format!("Input should be {what}, not {found}");
    for (name, value, path, what, found) in [
        ("model", json!(1), "model", "a valid string", "a number"),
        ("messages", json!({}), "messages", "a valid array", "an object"),
        ("max_tokens", json!("1"), "max_tokens", "a valid integer", "a string"),
        ("max_tokens", json!(1.5), "max_tokens", "a valid integer", "1.5"),
        ("stream", json!(1), "stream", "a valid boolean", "a number"),
        ("system", json!(true), "system", "a string or an array", "a boolean"),
        ("system", json!([{"type": "image"}]), "system.0.type", "'text'", "\"image\""),
        ("tools", json!([1]), "tools.0", "an object", "a number"),
        (
            "tools",
            json!([{"name": "a", "input_schema": "b"}]),
            "tools.0.input_schema",
            "an object",
            "a string",
        ),
        ("stop_sequences", json!([null]), "stop_sequences.0", "a valid string", "null"),
        (
            "tool_choice",
            json!({"type": "all"}),
            "tool_choice.type",
            "'auto', 'any', 'tool' or 'none'",
            "\"all\"",
        ),
        ("temperature", json!(1.1), "temperature", "a number from 0 to 1", "1.1"),
        ("top_p", json!(-1), "top_p", "a number from 0 to 1", "-1"),
        (
            "messages",
            json!([{"role": "tool", "content": ""}]),
            "messages.0.role",
            "'user', 'assistant' or 'system'",
            "\"tool\"",
        ),
        (
            "messages",
            json!([{"role": "user", "content": 1}]),
            "messages.0.content",
            "a string or an array",
            "a number",
        ),
        (
            "messages",
            json!([{"role": "user", "content": [{"type": "text", "text": 1}]}]),
            "messages.0.content.0.text",
            "a valid string",
            "a number",
        ),
        (
            "messages",
            json!([{"role": "user", "content": ["a"]}]),
            "messages.0.content.0",
            "an object",
            "a string",
        ),
    ] {
        assert_eq!(member(name, value), format!("{path}: {}", expected(what, found)));
    }
    assert_eq!(
        member("max_tokens", json!(0)),
        "max_tokens: Input should be greater than or equal to 1, not 0"
    );
    assert_eq!(
        member("top_k", json!(-3)),
        "top_k: Input should be greater than or equal to 0, not -3"
    );
    assert_eq!(
        member("max_tokens", json!(5_000_000_000_u64)),
        "max_tokens: Input should be less than or equal to 4294967295, not 5000000000"
    );
    assert!(raw(r#"{"model":"m","max_tokens":1e999,"messages":[]}"#).starts_with("max_tokens: "));
}

#[test]
fn d05_empty_content() {
    let empty =
        "all messages must have non-empty content except for the optional final assistant message";
    assert_eq!(
        member("model", json!(" ")),
        "model: Input should be the name of a model, not empty"
    );
    assert_eq!(messages(json!([])), "messages: at least one message is required");
    assert_eq!(messages(json!([{"role": "user", "content": ""}])), format!("messages.0: {empty}"));
    assert_eq!(
        messages(json!([{"role": "assistant", "content": []}, {"role": "user", "content": "a"}])),
        format!("messages.0: {empty}")
    );
    parsed(&request(json!({"messages": [
        {"role": "user", "content": "a"}, {"role": "system", "content": ""}, {"role": "assistant", "content": ""},
    ]})));
    assert_eq!(
        block(json!({"type": "text", "text": ""})),
        "messages.0.content.1.text: text content blocks must be non-empty"
    );
}

#[test]
fn d05_who_may_say_what() {
    let call = |id: &str| json!({"type": "tool_use", "id": id, "name": "n", "input": {}});
    let result = json!({"type": "tool_result", "tool_use_id": "a"});
    let said = |role: &str, blocks: Value| messages(json!([{"role": role, "content": blocks}]));
    assert_eq!(
        said("user", json!([call("a")])),
        "messages.0.content.0: `tool_use` blocks can only be in `assistant` messages"
    );
    assert_eq!(
        said("assistant", json!([call("a"), result])),
        "messages.0.content.1: `tool_result` blocks can only be in `user` messages"
    );
    assert_eq!(
        said("assistant", json!([call("a"), call("b"), call("a")])),
        "messages.0.content.2.id: `tool_use` ids must be unique within a message, \"a\" is used twice"
    );
    let tool = json!({"name": "t", "input_schema": {}});
    assert_eq!(
        member("tools", json!([tool, tool])),
        "tools.1.name: Tool names must be unique, \"t\" is used twice"
    );
    // Providers repeat ids from turn to turn, and an orphan is for the plugin to repair.
    parsed(&request(json!({"messages": [
        {"role": "assistant", "content": [call("a")]}, {"role": "user", "content": [result]},
        {"role": "assistant", "content": [call("a")]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "unknown"}]},
    ]})));
}
