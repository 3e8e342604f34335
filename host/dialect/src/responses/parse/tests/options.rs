//! What a request asks for besides its content.

use clasp_model::{OutputSchema, Reasoning};
use serde_json::{Value, json};

use super::{asked, extra, value};

#[test]
fn limits_and_sampling() {
    let request = asked(json!({"max_output_tokens": 99, "temperature": 1.5, "top_p": 0.5,
                               "parallel_tool_calls": false, "stream": true, "prompt_cache_key": "k"}));
    assert_eq!(request.max_output_tokens, Some(99));
    assert_eq!((request.temperature, request.top_p), (Some(1.5), Some(0.5)));
    assert_eq!((request.parallel_tools, request.stream), (Some(false), true));
    assert_eq!(request.session.as_deref(), Some("k"));
    let nothing = asked(json!({
        "max_output_tokens": null, "temperature": null, "top_p": null, "parallel_tool_calls": null,
        "stream": null, "prompt_cache_key": null, "instructions": null, "tools": null,
        "tool_choice": null, "reasoning": null, "text": null, "user": null, "include": null,
        "metadata": null, "background": null, "previous_response_id": null, "conversation": null,
        "prompt": null, "store": null, "stream_options": null,
    }));
    assert_eq!(nothing, asked(json!({})));
}

#[test]
fn c08_reasoning() {
    let reasoning = |value: Value| {
        let request = asked(json!({ "reasoning": value }));
        let extra: Vec<String> = request.extra.iter().map(|field| field.name.clone()).collect();
        (request.reasoning, extra)
    };
    let think = |effort: Option<&str>, visible| {
        let effort = effort.map(str::to_owned);
        Some(Reasoning { effort, budget_tokens: None, visible })
    };
    assert_eq!(reasoning(json!({"effort": "high"})), (think(Some("high"), false), vec![]));
    assert_eq!(reasoning(json!({"summary": "auto"})), (think(None, true), vec![]));
    assert_eq!(
        reasoning(json!({"effort": "low", "generate_summary": "concise"})),
        (think(Some("low"), true), vec![])
    );
    assert_eq!(reasoning(json!({"effort": null, "summary": null})), (None, vec![]));
    let kept = vec!["reasoning".to_owned()];
    assert_eq!(
        reasoning(json!({"effort": "low", "context": "auto"})),
        (think(Some("low"), false), kept)
    );
}

#[test]
fn the_form_of_the_answer() {
    let format = json!({"type": "json_schema", "name": "person", "schema": {"type": "object"}, "strict": true});
    let request = asked(json!({"text": {"format": format, "verbosity": "high"}}));
    let OutputSchema { name, schema, strict } = request.output_schema.clone().unwrap();
    assert_eq!(
        (name.as_deref(), value(&schema), strict),
        (Some("person"), json!({"type": "object"}), true)
    );
    assert_eq!(extra(&request), [("verbosity", json!("high"))]);
    let request = asked(json!({"text": {"format": {"type": "json_object"}}}));
    assert_eq!(request.output_schema, None);
    assert_eq!(extra(&request), [("response_format", json!({"type": "json_object"}))]);
    let request = asked(json!({"text": {"format": {"type": "text"}}}));
    assert_eq!((request.output_schema.is_none(), request.extra.len()), (true, 0));
}

#[test]
fn whose_request_it_is() {
    let user = |members: Value| {
        let request = asked(members);
        let extra: Vec<String> = request.extra.iter().map(|field| field.name.clone()).collect();
        (request.user.unwrap().to_string(), extra)
    };
    assert_eq!(user(json!({"user": "u"})), ("u".into(), vec![]));
    assert_eq!(user(json!({"safety_identifier": "s"})), ("s".into(), vec![]));
    let both = user(json!({"user": "u", "safety_identifier": "s"}));
    assert_eq!(both, ("s".into(), vec!["user".into()]));
}

#[test]
fn c12_what_has_no_name_goes_on_under_its_own() {
    let request = asked(json!({
        "metadata": {"a": "b"}, "truncation": "auto", "service_tier": "flex", "top_logprobs": 2,
        "max_tool_calls": 3, "client_metadata": {}, "something_new": [1], "nothing": null,
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs"],
        // About the answer that is written here.
        "store": true, "stream_options": {"include_obfuscation": false},
    }));
    let names: Vec<&str> = extra(&request).iter().map(|(name, _)| *name).collect();
    let expected = [
        "metadata",
        "truncation",
        "service_tier",
        "top_logprobs",
        "max_tool_calls",
        "client_metadata",
        "something_new",
        "include",
    ];
    assert_eq!(names, expected);
    let usual = asked(
        json!({"include": ["reasoning.encrypted_content", "web_search_call.action.sources"]}),
    );
    assert!(usual.extra.is_empty());
}
