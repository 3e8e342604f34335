use serde_json::json;

use super::*;

fn good() -> Value {
    json!({
        "model": "gpt-4.1", "stream": true, "stream_options": {"include_usage": true},
        "max_completion_tokens": 5, "tool_choice": "auto",
        "tools": [{"type": "function", "function": {
            "name": "f", "parameters": {"type": "object", "properties": {}}}}],
        "messages": [
            {"role": "system", "content": "be good"},
            {"role": "user", "content": [
                {"type": "text", "text": "look"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}]},
            {"role": "assistant", "content": null, "tool_calls": [{
                "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "a", "content": "seen"},
            {"role": "user", "content": "and?"},
        ],
    })
}

#[test]
fn a_good_request_is_taken() {
    assert_eq!(body(&good()), Vec::<String>::new());
}

#[test]
fn what_the_provider_refuses_is_refused() {
    let changes = [
        ("", "top_k", json!(5)),
        ("", "messages", json!([])),
        ("", "tools", json!([])),
        ("", "tool_choice", json!({"type": "function", "function": {"name": "g"}})),
        ("", "stop", json!(["1", "2", "3", "4", "5"])),
        ("", "stream", json!(false)),
        ("", "max_tokens", json!(5)),
        ("", "reasoning_effort", json!("high")),
        ("", "user", json!("u".repeat(65))),
        ("/messages/0", "role", json!("robot")),
        ("/messages/0", "cache_control", json!({})),
        ("/messages/1/content/1/image_url", "url", json!("data:image/png;base64,aGk")),
        ("/messages/1", "content", json!([])),
        ("/messages/2/tool_calls/0/function", "arguments", json!("{")),
        ("/messages/2/tool_calls/0/function", "arguments", json!({})),
        ("/messages/2/tool_calls/0", "id", json!("i".repeat(65))),
        ("/messages/2", "tool_calls", json!([])),
        ("/messages/3", "tool_call_id", json!("b")),
        ("/messages/3", "role", json!("user")),
        ("/tools/0/function", "name", json!("f.g")),
        ("/tools/0/function", "parameters", json!({"type": "object"})),
        ("/tools/0/function", "strict", json!(true)),
    ];
    for (place, member, value) in changes {
        let mut changed = good();
        changed.pointer_mut(place).unwrap()[member] = value.clone();
        assert!(!body(&changed).is_empty(), "{place}/{member} = {value} is taken");
    }
}

#[test]
fn a_reasoning_model_takes_less() {
    let mut changed = good();
    changed["model"] = json!("gpt-5-mini");
    changed["reasoning_effort"] = json!("high");
    assert_eq!(body(&changed), Vec::<String>::new());
    changed["temperature"] = json!(0.5);
    assert_eq!(body(&changed).len(), 1);
}

#[test]
fn a_client_s_own_headers_are_noticed() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let good =
        vec![header("content-type", "application/json"), header("authorization", "Bearer k")];
    assert_eq!(headers(&good), Vec::<String>::new());
    for name in ["x-api-key", "anthropic-beta", "x-stainless-lang"] {
        let leaking = [good.clone(), vec![header(name, "x")]].concat();
        assert_eq!(headers(&leaking).len(), 1, "{name}");
    }
    assert_eq!(headers(&[]).len(), 2);
}
