//! Each kind of item that a client may send (OpenAI's reference, as of 2026-11-21).

use clasp_model::{
    Json, MediaKind, MediaSource, Part, ResultPart, Role, Text, ToolCall, ToolResult,
};
use serde_json::{Value, json};

use super::{asked, messages, says, text, value};

fn call(id: &str, name: &str, arguments: Value) -> Part {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: name.into(),
        arguments: Json::from_checked(arguments.to_string().into()),
        state: None,
        cache: None,
        extra: Vec::new(),
    })
}

fn result(id: &str, name: &str, said: &str) -> Part {
    Part::ToolResult(ToolResult {
        call_id: id.into(),
        name: name.into(),
        is_error: false,
        content: vec![ResultPart::Text(said.into())],
        cache: None,
        extra: Vec::new(),
    })
}

/// A call and its result, as the two messages that they are.
fn pair(input: Value) -> (Part, Part) {
    let mut messages = messages(input);
    assert_eq!(messages.len(), 2, "{messages:#?}");
    assert_eq!((messages[0].role, messages[1].role), (Role::Assistant, Role::User));
    (messages[0].parts.remove(0), messages[1].parts.remove(0))
}

#[test]
fn c16_messages_of_every_role() {
    let got = messages(json!([
        {"role": "system", "content": "a"},
        {"role": "user", "content": [{"type": "input_text", "text": "b"}, {"type": "input_text", "text": ""}]},
        {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "c"}], "status": "completed"},
        {"role": "user", "content": ""},
        {"id": "msg_1", "type": "message", "role": "assistant", "status": "completed", "phase": "commentary",
         "content": [{"type": "output_text", "text": "d", "annotations": [{"type": "url_citation"}], "logprobs": []}, {"type": "refusal", "refusal": "e"}]},
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": "f"},
        {"role": "user", "content": "g"},
    ]));
    let mut assistant = says(Role::Assistant, &["d", "e", "f"]);
    let Part::Text(Text { extra, .. }) = &mut assistant.parts[0] else { panic!() };
    let phase = Json::from_checked("\"commentary\"".into());
    extra.push(clasp_model::Field { name: "phase".into(), value: phase });
    let expected = [
        says(Role::System, &["a"]),
        says(Role::User, &["b"]),
        says(Role::System, &["c"]),
        says(Role::User, &[""]),
        assistant,
        says(Role::User, &["g"]),
    ];
    assert_eq!(got, expected);
}

#[test]
fn functions() {
    let (called, answered) = pair(json!([
        {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "get_weather", "arguments": "{\"location\":\"Paris, France\"}", "status": "completed"},
        {"type": "function_call_output", "call_id": "call_1", "output": "14"},
    ]));
    assert_eq!(called, call("call_1", "get_weather", json!({"location": "Paris, France"})));
    assert_eq!(answered, result("call_1", "get_weather", "14"));
    let (called, _) = pair(json!([
        {"type": "function_call", "call_id": "call_1", "namespace": "mcp__a", "name": "f", "arguments": ""},
        {"type": "function_call_output", "call_id": "call_1", "output": ""},
    ]));
    assert_eq!(called, call("call_1", "mcp__a__f", json!({})));
    let (called, _) = pair(json!([
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{\"a\":"},
        {"type": "function_call_output", "call_id": "call_1", "output": ""},
    ]));
    let Part::ToolCall(called) = called else { panic!() };
    assert_eq!(value(&called.arguments)["__unparsedToolInput"]["raw"], "{\"a\":");
}

#[test]
fn c02_results_hold_more_than_text() {
    let (_, answered) = pair(json!([
        {"type": "function_call", "call_id": "c", "name": "view_image", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": [
            {"type": "input_text", "text": "An image:"},
            {"type": "input_text", "text": ""},
            {"type": "input_image", "image_url": "data:image/png;base64,QUJD", "detail": "high"},
            {"type": "input_file", "file_id": "file_1"},
            {"type": "something_new"},
        ]},
    ]));
    let Part::ToolResult(ToolResult { content, .. }) = answered else { panic!() };
    assert_eq!(content[0], ResultPart::Text("An image:".into()));
    assert!(matches!(&content[1], ResultPart::Media(media) if media.kind == MediaKind::Image));
    assert!(
        matches!(&content[2], ResultPart::Media(media) if media.source == MediaSource::File("file_1".into()))
    );
    assert!(matches!(&content[3], ResultPart::Other(_)));
}

#[test]
fn custom_tools() {
    let (called, answered) = pair(json!([
        {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "code_exec", "input": "print(\"hi\")\n"},
        {"type": "custom_tool_call_output", "call_id": "call_1", "output": "hi"},
    ]));
    assert_eq!(called, call("call_1", "code_exec", json!({"input": "print(\"hi\")\n"})));
    assert_eq!(answered, result("call_1", "code_exec", "hi"));
}

#[test]
fn shells() {
    let (called, answered) = pair(json!([
        {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1", "status": "completed",
         "action": {"type": "exec", "command": ["ls"], "env": {}, "user": null}},
        {"type": "local_shell_call_output", "id": "lsh_1", "output": "a.txt"},
    ]));
    assert_eq!(called, call("call_1", "local_shell", json!({"command": ["ls"], "env": {}})));
    // The result may name the item instead of the call.
    assert_eq!(answered, result("call_1", "local_shell", "a.txt"));
    let (called, answered) = pair(json!([
        {"type": "shell_call", "call_id": "call_1", "status": "completed",
         "action": {"commands": ["ls", "x"], "timeout_ms": 5, "max_output_length": null}},
        {"type": "shell_call_output", "call_id": "call_1", "max_output_length": 9, "output": [
            {"stdout": "a.txt", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}},
            {"stdout": "", "stderr": "no x\n", "outcome": {"type": "exit", "exit_code": 127}},
            {"stdout": "", "stderr": "", "outcome": {"type": "timeout"}}]},
    ]));
    let action = json!({"commands": ["ls", "x"], "timeout_ms": 5, "max_output_length": null});
    assert_eq!(called, call("call_1", "shell", action));
    let said = "a.txt\n[exit code 0]\nno x\n[exit code 127]\n[timed out]\n";
    assert_eq!(answered, result("call_1", "shell", said));
}

#[test]
fn patches() {
    let operation = json!({"type": "update_file", "path": "a", "diff": "@@\n-a\n+b\n"});
    let (called, answered) = pair(json!([
        {"type": "apply_patch_call", "call_id": "call_1", "status": "completed", "operation": operation},
        {"type": "apply_patch_call_output", "call_id": "call_1", "status": "failed", "output": "no such file"},
    ]));
    assert_eq!(called, call("call_1", "apply_patch", operation));
    let Part::ToolResult(answered) = answered else { panic!() };
    assert!(answered.is_error);
    assert_eq!(answered.content, [ResultPart::Text("no such file".into())]);
}

#[test]
fn c18_searches_for_tools_offer_what_they_found() {
    let function = |name: &str| json!({"type": "function", "name": name, "parameters": {}});
    let request = asked(json!({
        "tools": [function("known")],
        "input": [
            {"type": "tool_search_call", "call_id": "call_1", "execution": "client", "status": "completed", "arguments": {"query": "x"}},
            {"type": "tool_search_output", "call_id": "call_1", "execution": "client", "status": "completed", "tools": [
                {"type": "namespace", "name": "crm", "description": "d", "tools": [function("list")]}, function("known")]},
            {"type": "tool_search_output", "call_id": null, "execution": "server", "tools": [
                {"type": "namespace", "name": "crm", "description": "d", "tools": [function("list"), function("get")]}]},
            {"type": "additional_tools", "role": "developer", "tools": [function("late")]},
        ],
    }));
    let names: Vec<&str> = request
        .tools
        .iter()
        .map(|tool| match tool {
            clasp_model::Tool::Function(tool) => &*tool.name,
            clasp_model::Tool::Hosted(tool) => &*tool.name,
        })
        .collect();
    assert_eq!(names, ["known", "crm__list", "crm__get", "late"]);
    assert_eq!(request.messages.len(), 2);
    assert_eq!(request.messages[0].parts, [call("call_1", "tool_search", json!({"query": "x"}))]);
    let said = "Tools found, which can be called now: crm__list, known";
    assert_eq!(request.messages[1].parts, [result("call_1", "tool_search", said)]);
}

#[test]
fn settings_that_change_on_the_way() {
    let request = asked(json!({
        "reasoning": {"effort": "low", "summary": "auto"}, "text": {"format": {"type": "json_object"}},
        "input": [
            {"role": "user", "content": "a"},
            {"type": "configuration_update", "reasoning": {"effort": "high"}},
            {"type": "configuration_update", "text": {"format": {"type": "text"}}},
        ],
    }));
    let reasoning = request.reasoning.unwrap();
    assert_eq!((reasoning.effort.as_deref(), reasoning.visible), (Some("high"), true));
    assert!(request.extra.is_empty(), "{:?}", request.extra);
    assert_eq!(request.messages, [says(Role::User, &["a"])]);
}

#[test]
fn screens_are_seen() {
    let (called, answered) = pair(json!([
        {"type": "computer_call", "id": "cu_1", "call_id": "call_1", "status": "completed", "pending_safety_checks": [],
         "action": {"type": "click", "x": 1, "y": 2}},
        {"type": "computer_call_output", "call_id": "call_1", "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,QUJD"}},
    ]));
    assert_eq!(
        called,
        call("call_1", "computer", json!({"action": {"type": "click", "x": 1, "y": 2}}))
    );
    let Part::ToolResult(answered) = answered else { panic!() };
    assert!(matches!(&answered.content[0], ResultPart::Media(_)));
}

#[test]
fn c12_work_of_the_vendors_own_stays_as_it_is() {
    let items = json!([
        {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}},
        {"type": "file_search_call", "id": "fs_1", "status": "completed", "queries": [], "results": null},
        {"type": "code_interpreter_call", "id": "ci_1", "status": "completed", "code": "1", "container_id": "c", "outputs": null},
        {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "s", "tools": []},
        {"type": "mcp_call", "id": "mcp_1", "server_label": "s", "name": "n", "arguments": "{}", "output": "o"},
        {"type": "mcp_approval_request", "id": "mcpr_1", "server_label": "s", "name": "n", "arguments": "{}"},
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": null},
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAA"},
        {"type": "program", "id": "p", "call_id": "c", "code": "", "fingerprint": "f"},
        {"type": "tool_search_call", "id": "ts", "call_id": null, "execution": "server", "arguments": {}},
        {"type": "something_new", "id": "x"},
    ]);
    let got = messages(items.clone());
    assert_eq!(got.len(), 1);
    let kept: Vec<Value> = got[0]
        .parts
        .iter()
        .map(|part| match part {
            Part::Other(json) => value(json),
            part => panic!("{part:?}"),
        })
        .collect();
    assert_eq!(Value::Array(kept), items);
    let got = messages(json!([
        {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": true},
        {"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "QUJD", "output_format": "webp"},
    ]));
    assert_eq!((got[0].role, got[1].role), (Role::User, Role::Assistant));
    assert!(matches!(&got[1].parts[0], Part::Media(media)
        if matches!(&media.source, MediaSource::Blob(blob) if blob.media_type == "image/webp")));
}

#[test]
fn results_and_what_the_user_says_are_apart() {
    let got = messages(json!([
        {"type": "function_call", "call_id": "a", "name": "f", "arguments": "{}"},
        {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "a", "output": "1"},
        {"type": "function_call_output", "call_id": "b", "output": "2"},
        {"role": "user", "content": "x"},
        {"type": "function_call_output", "call_id": "?", "output": "3"},
    ]));
    let parts: Vec<usize> = got.iter().map(|message| message.parts.len()).collect();
    assert_eq!(parts, [2, 2, 1, 1]);
    assert_eq!(got[2].parts, [text("x")]);
    assert_eq!(got[3].parts, [result("?", "", "3")]);
}
