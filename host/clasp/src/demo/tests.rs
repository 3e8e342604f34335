//! What the embedded vendor says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};

use super::answer::answer;
use super::chunks;

fn tool(name: &str, required: &[&str]) -> Value {
    let properties = json!({
        "city": { "type": "string" }, "unit": { "enum": ["c", "f"] }, "days": { "type": "integer" },
        "near": { "type": "object", "properties": {} }, "optional": { "type": "string" },
    });
    let parameters = json!({ "type": "object", "properties": properties, "required": required });
    json!({ "type": "function", "function": { "name": name, "parameters": parameters } })
}

fn request(said: &str, tools: &[Value]) -> Value {
    json!({ "model": "m", "messages": [{ "role": "user", "content": said }], "tools": tools })
}

fn called(request: &Value) -> Option<String> {
    answer(request, 400).unwrap().call.map(|call| call.name)
}

#[test]
fn it_says_what_it_is_and_how_to_set_a_key() {
    let said = answer(&request("héllo", &[]), 400).unwrap();
    assert!(said.text.contains("OPENAI_API_KEY") && said.text.contains("héllo"), "{}", said.text);
    assert_eq!((said.call, said.usage.prompt), (None, 100));
}

#[test]
fn it_calls_the_tool_that_is_named_forced_or_the_only_one() {
    let both = [tool("Bash", &[]), tool("Read", &[])];
    assert_eq!(called(&request("use Read, please", &both)).as_deref(), Some("Read"));
    assert_eq!(called(&request("hello", &both)), None);
    assert_eq!(called(&request("hello", &both[..1])).as_deref(), Some("Bash"));
    let mut forced = request("hello", &both);
    forced["tool_choice"] = json!("required");
    assert_eq!(called(&forced).as_deref(), Some("Bash"));
    forced["tool_choice"] = json!({ "type": "function", "function": { "name": "Read" } });
    assert_eq!(called(&forced).as_deref(), Some("Read"));
    forced["tool_choice"] = json!("none");
    assert_eq!(called(&forced), None);
}

#[test]
fn arguments_fit_the_schema() {
    let tools = [tool("weather", &["city", "unit", "days", "near"])];
    let call = answer(&request("hi", &tools), 1).unwrap().call.unwrap();
    let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
    assert_eq!(arguments, json!({ "city": "Paris", "unit": "c", "days": 1, "near": {} }));
}

#[test]
fn it_answers_to_a_tools_result() {
    let mut request = request("hi", &[tool("weather", &[])]);
    let result = json!({ "role": "tool", "tool_call_id": "call_demo", "content": "18 degrees" });
    request["messages"].as_array_mut().unwrap().push(result);
    let said = answer(&request, 1).unwrap();
    assert!(said.call.is_none() && said.text.contains("18 degrees"), "{said:?}");
}

#[test]
fn a_request_without_messages_is_refused() {
    for request in [json!(null), json!({}), json!({ "messages": [] }), json!({ "messages": 1 })] {
        assert!(answer(&request, 1).is_err(), "{request}");
    }
}

#[test]
fn the_stream_says_what_the_document_says() {
    let answer = answer(&request("hi", &[tool("weather", &["city"])]), 40).unwrap();
    let events = chunks::stream(&answer, "m", true);
    assert_eq!(events.last().unwrap(), "data: [DONE]\n\n");
    let (mut text, mut arguments, mut usage) = (String::new(), String::new(), Value::Null);
    let mut finish = Vec::new();
    for event in &events[..events.len() - 1] {
        let chunk: Value = serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
        let delta = &chunk["choices"][0]["delta"];
        text.push_str(delta["content"].as_str().unwrap_or_default());
        let piece = &delta["tool_calls"][0]["function"]["arguments"];
        arguments.push_str(piece.as_str().unwrap_or_default());
        finish.extend(chunk["choices"][0]["finish_reason"].as_str().map(str::to_owned));
        usage = chunk["usage"].clone();
    }
    let whole = chunks::whole(&answer, "m");
    let message = &whole["choices"][0]["message"];
    assert_eq!(message["content"], text);
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], arguments);
    assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(finish, ["tool_calls"]);
    assert_eq!(whole["usage"], usage);
    let plain = chunks::stream(&answer, "m", false);
    assert!(plain.iter().all(|event| !event.contains("usage")));
}
