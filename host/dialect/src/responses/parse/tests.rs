#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod faults;
mod items;
mod media;
mod options;
mod tools;

use clasp_model::{ByteString, Dialect, Json, Message, Part, Request, Role, Text};
use serde_json::{Value, json};

use crate::parse;

fn read(body: &Value) -> Request {
    let body = ByteString::from(body.to_string());
    parse(Dialect::OpenaiResponses, &body, &[]).unwrap_or_else(|f| panic!("{f}")).request
}

/// A request with these members.
fn asked(members: Value) -> Request {
    let mut body = json!({"model": "m", "input": "hi"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    read(&body)
}

/// The messages of a request with these items.
fn messages(input: Value) -> Vec<Message> {
    asked(json!({ "input": input })).messages
}

fn text(text: &str) -> Part {
    Part::Text(Text { text: text.into(), ..Text::default() })
}

fn says(role: Role, texts: &[&str]) -> Message {
    Message { role, parts: texts.iter().map(|said| text(said)).collect(), extra: Vec::new() }
}

fn value(json: &Json) -> Value {
    serde_json::from_str(json.as_str()).unwrap()
}

fn extra(request: &Request) -> Vec<(&str, Value)> {
    request.extra.iter().map(|field| (field.name.as_str(), value(&field.value))).collect()
}

#[test]
fn the_smallest_request() {
    let request = asked(json!({"instructions": "Be kind."}));
    assert_eq!(request.dialect, Dialect::OpenaiResponses);
    assert_eq!((&*request.model, request.stream), ("m", false));
    assert_eq!(request.system, [Text { text: "Be kind.".into(), ..Text::default() }]);
    assert_eq!(request.messages, [says(Role::User, &["hi"])]);
    assert_eq!(extra(&request), []);
}

/// The shape of a coding agent's request in the middle of a session.
#[test]
fn a_session_of_a_coding_agent() {
    let developer = json!({"type": "message", "id": "msg_1", "role": "developer",
                           "content": [{"type": "input_text", "text": "You write code."}]});
    let call = |number: u32, name: &str| {
        json!({"type": "function_call", "status": "completed", "id": format!("fc_{number}"),
               "name": name, "arguments": "{\"cmd\":\"ls\"}", "call_id": format!("call_{number}")})
    };
    let result = |number: u32| {
        json!({"type": "function_call_output", "id": format!("fco_{number}"),
               "call_id": format!("call_{number}"), "output": "a.txt"})
    };
    let request = read(&json!({
        "model": "gpt-5.5", "stream": true,
        "input": [
            developer,
            {"type": "message", "id": "msg_2", "role": "user", "content": [{"type": "input_text", "text": "Go."}]},
            {"type": "message", "status": "completed", "id": "msg_3", "role": "assistant", "content": [
                {"type": "output_text", "text": "I will look.", "annotations": [], "logprobs": []}]},
            call(1, "exec_command"),
            result(1),
            {"type": "reasoning", "id": "rs_1", "summary": [], "content": null, "encrypted_content": "clasp1:x:s"},
            call(2, "exec_command"),
            call(3, "exec_command"),
            result(2),
            result(3),
        ],
        "tools": [
            {"type": "function", "name": "exec_command", "description": "d", "strict": false, "parameters": {"type": "object"}},
            {"type": "custom", "name": "apply_patch", "description": "p", "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
            {"type": "tool_search", "execution": "client", "description": "t", "parameters": {"type": "object"}},
            {"type": "web_search", "external_web_access": true},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "reasoning": {"effort": "medium"},
        "store": false, "include": ["reasoning.encrypted_content"], "prompt_cache_key": "k",
        "text": {"verbosity": "low"}, "client_metadata": {"session_id": "s"},
    }));
    assert!(request.stream);
    let roles: Vec<Role> = request.messages.iter().map(|message| message.role).collect();
    let expected =
        [Role::System, Role::User, Role::Assistant, Role::User, Role::Assistant, Role::User];
    assert_eq!(roles, expected);
    let counts: Vec<usize> = request.messages.iter().map(|message| message.parts.len()).collect();
    assert_eq!(counts, [1, 1, 2, 1, 3, 2]);
    let Part::ToolResult(result) = &request.messages[5].parts[1] else { panic!() };
    assert_eq!((&*result.call_id, &*result.name), ("call_3", "exec_command"));
    assert_eq!(request.tools.len(), 4);
    assert_eq!(request.session.as_deref(), Some("k"));
    assert_eq!(request.parallel_tools, Some(true));
    let kept = [("verbosity", json!("low")), ("client_metadata", json!({"session_id": "s"}))];
    assert_eq!(extra(&request), kept);
}
