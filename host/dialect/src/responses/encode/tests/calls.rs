//! Calls come back as the client's kind of item.

use clasp_model::{Event, FinishReason};
use serde_json::{Value, json};

use super::{answer, answer_to, call, end_turn, finished, text};

fn tools(tools: Value) -> Value {
    json!({ "tools": tools })
}

/// The only item of an answer that makes this call.
fn item(tools: Value, name: &str, arguments: &str) -> Value {
    let got = answer_to(tools, &[call(Some("call_1"), Some(name), arguments), end_turn()]);
    assert_eq!(got.items().len(), 1, "{}", got.response);
    got.items()[0].clone()
}

#[test]
fn a03_interleaved_calls_are_sorted() {
    let slot = |slot, event: Event| match event {
        Event::ToolCall(mut delta) => {
            delta.slot = slot;
            Event::ToolCall(delta)
        }
        event => event,
    };
    let got = answer(&[
        slot(0, call(Some("a"), Some("one"), "{\"x\":")),
        slot(1, call(Some("b"), Some("two"), "{\"y\"")),
        slot(0, call(None, None, "1}")),
        text("late"),
        slot(1, call(None, None, ":2}")),
        end_turn(),
    ]);
    let told: Vec<_> = got.items().iter().map(|item| item["arguments"].as_str()).collect();
    assert_eq!(told, [Some("{\"x\":1}"), Some("{\"y\":2}"), None]);
}

#[test]
fn a04_ids_are_the_providers_or_new() {
    let ids = |events: &[Event]| -> Vec<String> {
        let got = answer(&[events, &[end_turn()]].concat());
        got.items().iter().map(|item| item["call_id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&[call(Some("functions.get:0"), Some("get"), "{}")]), ["functions.get:0"]);
    let made = ids(&[call(None, Some("get"), "{}")]);
    assert!(made[0].starts_with("call_") && made[0].len() == 29, "{made:?}");
    assert_eq!(made, ids(&[call(None, Some("get"), "{}")]), "the same whenever it is replayed");
}

#[test]
fn a07_arguments_go_on_as_they_are() {
    for (arguments, told, status) in [
        ("", "{}", "completed"),
        (" null", "{}", "completed"),
        ("{\"a\":1}", "{\"a\":1}", "completed"),
        ("[1]", "[1]", "completed"),
        ("{\"a\":1,}", "{\"a\":1,}", "completed"),
        ("{\"a\":\"x", "{\"a\":\"x", "incomplete"),
    ] {
        let item = item(json!({}), "get", arguments);
        assert_eq!((&item["arguments"], &item["status"]), (&json!(told), &json!(status)));
    }
}

#[test]
fn custom_tools_get_their_text_piece_by_piece() {
    let asked = tools(json!([{"type": "custom", "name": "apply_patch"}]));
    let pieces = ["{ \"inp", "ut\" :\"a\\", "n\\ud83d", "\\ude42 \\u00", "e9\\\"", "b\"", "}"];
    let mut events: Vec<Event> = vec![call(Some("call_1"), Some("apply_patch"), "")];
    events.extend(pieces.map(|piece| call(None, None, piece)));
    events.push(end_turn());
    let got = answer_to(asked, &events);
    let told = got.deltas("response.custom_tool_call_input.delta");
    assert_eq!(told, ["a", "\n", "🙂 ", "é\"", "b"]);
    let expected = json!({"id": "ctc_clasp_test_0", "type": "custom_tool_call", "status": "completed",
        "call_id": "call_1", "name": "apply_patch", "input": "a\n🙂 é\"b"});
    assert_eq!(got.items(), [expected]);
}

#[test]
fn custom_tools_get_their_text_from_any_arguments() {
    let asked = tools(json!([{"type": "custom", "name": "t"}]));
    for (arguments, input, status) in [
        ("{\"input\":\"\"}", "", "completed"),
        ("", "", "completed"),
        ("{}", "", "completed"),
        ("null", "", "completed"),
        ("{\"note\":1,\"input\":\"x\"}", "x", "completed"),
        ("{\"input\":[1]}", "{\"input\":[1]}", "completed"),
        ("{\"patch\":\"x\"}", "x", "completed"),
        ("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", "completed"),
        ("\"x\\ny\"", "x\ny", "completed"),
        ("*** Begin Patch\n", "*** Begin Patch\n", "completed"),
        ("{\"input\":\"x\ny\"}", "x\ny", "completed"),
        ("{\"input\":\"\\ud83dx\\ud83d\"}", "\u{fffd}x\u{fffd}", "completed"),
        ("{\"input\":\"x\\q\\u12ü\"}", "xq\u{fffd}12ü", "completed"),
        ("{\"input\":\"a\\", "a", "incomplete"),
        ("{\"inp", "", "incomplete"),
    ] {
        let item = item(asked.clone(), "t", arguments);
        assert_eq!(
            (&item["input"], &item["status"]),
            (&json!(input), &json!(status)),
            "{arguments}"
        );
    }
}

#[test]
fn c05_tools_of_namespaces_are_called_in_them() {
    let function =
        |name: &str| json!({"type": "function", "name": name, "parameters": {}, "strict": false});
    let asked = tools(json!([
        function("top"),
        {"type": "namespace", "name": "mcp__a", "description": "A", "tools": [function("one"), function("both"), {"type": "custom", "name": "free"}]},
        {"type": "namespace", "name": "mcp__b__", "description": "B", "tools": [function("both"), function("top")]},
    ]));
    let names = |called: &str| {
        let item = item(asked.clone(), called, "{}");
        let told = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        (told("type"), told("namespace"), told("name"))
    };
    let known = |kind: &str, namespace: &str, name: &str| {
        (kind.to_owned(), namespace.to_owned(), name.to_owned())
    };
    assert_eq!(names("mcp__a__one"), known("function_call", "mcp__a", "one"));
    assert_eq!(names("mcp__b__both"), known("function_call", "mcp__b__", "both"));
    assert_eq!(names("mcp__a__free"), known("custom_tool_call", "mcp__a", "free"));
    // Some models leave the namespace out.
    assert_eq!(names("one"), known("function_call", "mcp__a", "one"));
    assert_eq!(names("free"), known("custom_tool_call", "mcp__a", "free"));
    // But not where it could be another tool.
    assert_eq!(names("both"), known("function_call", "", "both"));
    assert_eq!(names("top"), known("function_call", "", "top"));
    assert_eq!(names("mcp__b__top"), known("function_call", "mcp__b__", "top"));
}

#[test]
fn tools_of_the_apis_own_kinds() {
    let asked = tools(json!([
        {"type": "local_shell"},
        {"type": "shell", "environment": {"type": "local"}},
        {"type": "apply_patch"},
        {"type": "tool_search", "execution": "client", "description": "d", "parameters": {"type": "object", "properties": {}}},
    ]));
    let item = |name: &str, arguments: Value| {
        let mut item = item(asked.clone(), name, &arguments.to_string());
        let members = item.as_object_mut().unwrap();
        assert_eq!(members.remove("call_id"), Some(json!("call_1")));
        assert_eq!(members.remove("status"), Some(json!("completed")));
        members.remove("id");
        item
    };
    assert_eq!(
        item(
            "local_shell",
            json!({"command": ["ls", "-l"], "timeout_ms": 5, "working_directory": "/w", "user": null})
        ),
        json!({"type": "local_shell_call", "action": {"type": "exec", "command": ["ls", "-l"], "env": {}, "timeout_ms": 5, "working_directory": "/w"}})
    );
    assert_eq!(
        item("local_shell", json!({"command": "ls | wc", "env": {"A": "b"}}))["action"],
        json!({"type": "exec", "command": ["bash", "-lc", "ls | wc"], "env": {"A": "b"}})
    );
    assert_eq!(
        item("shell", json!({"commands": ["ls"], "timeout_ms": 5})),
        json!({"type": "shell_call", "action": {"commands": ["ls"], "timeout_ms": 5, "max_output_length": null}})
    );
    assert_eq!(
        item(
            "apply_patch",
            json!({"type": "update_file", "path": "a", "diff": "@@\n-a\n+b\n", "note": 1})
        ),
        json!({"type": "apply_patch_call", "operation": {"type": "update_file", "path": "a", "diff": "@@\n-a\n+b\n"}})
    );
    assert_eq!(
        item("apply_patch", json!({"type": "delete_file", "path": "a", "diff": ""}))["operation"],
        json!({"type": "delete_file", "path": "a"})
    );
    assert_eq!(
        item("tool_search", json!({"query": "x"})),
        json!({"type": "tool_search_call", "execution": "client", "arguments": {"query": "x"}})
    );
    // What does not fit is told as it is.
    assert_eq!(
        item("apply_patch", json!({"type": "move_file", "path": "a"})),
        json!({"type": "function_call", "name": "apply_patch", "arguments": r#"{"type":"move_file","path":"a"}"#})
    );
    let cut = [call(Some("call_1"), Some("shell"), "{\"comm"), finished(FinishReason::MaxTokens)];
    let got = answer_to(asked.clone(), &cut);
    assert_eq!(got.items()[0]["type"], "function_call");
    assert_eq!(got.response["status"], "incomplete");
}
