//! What a request asks for besides its content.

use serde_json::{Value, json};

use super::{extra, parsed, read, request, shown};
use crate::ChatEcho;

#[test]
fn the_smallest_request() {
    let (request, echo) = read(&request(json!({})));
    let text = json!({"type": "text", "value": {"text": "Hello!"}});
    let expected = json!({
        "dialect": "openai-chat", "model": "gpt-x", "stream": false,
        "messages": [{"role": "user", "parts": [text]}],
    });
    assert_eq!(shown(request), expected);
    assert_eq!(echo, ChatEcho::default());
}

#[test]
fn settings_with_a_name() {
    let request = parsed(json!({
        "max_tokens": 10, "max_completion_tokens": 20, "temperature": 1.7, "top_p": 0.5, "top_k": 5,
        "stop": ["a", "b"], "n": 1, "user": "u", "prompt_cache_key": "k", "stream": true,
    }));
    assert_eq!(request.max_output_tokens, Some(20));
    assert_eq!(request.temperature, Some(1.7));
    assert_eq!((request.top_p, request.top_k), (Some(0.5), Some(5)));
    assert_eq!(request.stop_sequences, ["a", "b"]);
    assert_eq!(request.user.as_deref(), Some("u"));
    assert_eq!(request.session.as_deref(), Some("k"));
    assert!(request.stream && request.extra.is_empty());
    assert_eq!(parsed(json!({"max_tokens": 10})).max_output_tokens, Some(10));
    assert_eq!(parsed(json!({"stop": "a"})).stop_sequences, ["a"]);
}

#[test]
fn settings_of_null_are_none() {
    let names = [
        "max_tokens",
        "max_completion_tokens",
        "temperature",
        "top_p",
        "stop",
        "n",
        "tools",
        "functions",
        "tool_choice",
        "parallel_tool_calls",
        "response_format",
        "reasoning_effort",
        "user",
        "prompt_cache_key",
        "stream",
        "stream_options",
        "web_search_options",
        "reasoning",
    ];
    for name in names {
        let request = parsed(json!({ name: null }));
        assert_eq!(shown(request.messages).as_array().unwrap().len(), 1, "{name}");
        assert!(request.tools.is_empty() && request.reasoning.is_none());
    }
}

#[test]
fn c12_settings_without_a_name_are_kept() {
    let members = json!({
        "logprobs": true, "top_logprobs": 5, "seed": 7, "presence_penalty": -1.5,
        "frequency_penalty": 2, "logit_bias": {"50256": -100}, "metadata": {"a": "b"},
        "store": false, "service_tier": "flex", "verbosity": "low", "modalities": ["text"],
        "prediction": {"type": "content", "content": "x"}, "audio": {"voice": "ash", "format": "wav"},
        "safety_identifier": "s", "prompt_cache_retention": "24h", "top_k": -1, "x_new": [1],
    });
    let request = parsed(members.clone());
    assert_eq!(extra(&request), members);
    // Under its newer name it is the user's id all the same.
    assert_eq!(request.user.as_deref(), Some("s"));
    let both = parsed(json!({"safety_identifier": "s", "user": "u"}));
    assert_eq!(both.user.as_deref(), Some("u"));
}

#[test]
fn stream_options() {
    let echo =
        |options: Value| read(&request(json!({"stream": true, "stream_options": options}))).1;
    assert!(echo(json!({"include_usage": true})).include_usage);
    assert!(!echo(json!({"include_usage": false})).include_usage);
    assert!(echo(json!({"include_obfuscation": true})).obfuscation);
    assert_eq!(echo(json!({"x": 1})), ChatEcho::default());
}

#[test]
fn c08_thinking() {
    let thinking = |members: Value| shown(parsed(members).reasoning);
    let expected = |effort: Value, budget: Value, visible: bool| json!({"effort": effort, "budget_tokens": budget, "visible": visible});
    let high = expected(json!("high"), Value::Null, true);
    assert_eq!(thinking(json!({"reasoning_effort": "high"})), high);
    let none = expected(json!("none"), Value::Null, false);
    assert_eq!(thinking(json!({"reasoning_effort": "none"})), none);
    assert_eq!(thinking(json!({"reasoning": {"effort": "high"}})), high);
    assert_eq!(thinking(json!({"reasoning": {"enabled": false}})), none);
    let budget = thinking(json!({"reasoning": {"max_tokens": 2000, "exclude": true}}));
    assert_eq!(budget, expected(Value::Null, json!(2000), false));
    let both = thinking(json!({"reasoning": {"enabled": true}, "reasoning_effort": "high"}));
    assert_eq!(both, high);
    assert_eq!(thinking(json!({})), Value::Null);
}

#[test]
fn response_formats() {
    let format = |format: Value| parsed(json!({ "response_format": format }));
    let schema = json!({"type": "object", "properties": {"b": {}, "a": {}}});
    let asked = json!({"name": "n", "schema": schema, "strict": true});
    let request = format(json!({"type": "json_schema", "json_schema": asked}));
    assert_eq!(shown(request.output_schema), asked);
    assert!(request.extra.is_empty());
    let described = |schema: Value| {
        let schema = json!({"name": "n", "description": "A \"b\".", "schema": schema});
        let request = format(json!({"type": "json_schema", "json_schema": schema}));
        request.output_schema.unwrap().schema.as_str().to_owned()
    };
    assert_eq!(described(json!({})), r#"{"description":"A \"b\"."}"#);
    let own = r#"{"description":"own"}"#;
    assert_eq!(described(json!({"description": "own"})), own);
    let object = r#"{"description":"A \"b\".","type":"object"}"#;
    assert_eq!(described(json!({"type": "object"})), object);
    let request = format(json!({"type": "json_object"}));
    assert_eq!(request.output_schema, None);
    assert_eq!(extra(&request), json!({"response_format": {"type": "json_object"}}));
    let request = format(json!({"type": "text"}));
    assert!(request.output_schema.is_none() && request.extra.is_empty());
}
