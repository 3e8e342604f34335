//! Rule D5: a fault names its place, what is wrong there, and what to do.

use clasp_model::{Dialect, Failure, FailureKind, Source};
use serde_json::{Value, json};

use crate::{error, parse};

fn fault(body: &str) -> Failure {
    let failure = parse(Dialect::OpenaiResponses, &body.to_owned().into(), &[]).unwrap_err();
    assert_eq!((failure.kind, failure.source), (FailureKind::InvalidRequest, Source::Client));
    failure
}

/// The error that a request with these members is answered with.
fn told(members: Value) -> Value {
    let mut body = json!({"model": "m", "input": "hi"});
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let failure = fault(&body.to_string());
    let answer = error(Dialect::OpenaiResponses, &failure, "req_1");
    assert_eq!(answer.status, 400);
    let document: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(clasp_grammar::openai::error(&document), Vec::<String>::new());
    document["error"].clone()
}

#[test]
fn d05_faults_name_their_place() {
    let item = |item: Value| json!({"input": [{"role": "user", "content": "a"}, item]});
    let part = |part: Value| item(json!({"role": "user", "content": [part]}));
    for (members, param, message) in [
        (json!({"model": 1}), "model", "Input should be a valid string, not a number"),
        (json!({"model": " "}), "model", "Input should be the name of a model, not empty"),
        (json!({"input": 1}), "input", "Input should be a string or an array, not a number"),
        (json!({"input": null}), "input", "Field required"),
        (
            json!({"input": null, "messages": []}),
            "input",
            "Field required; `messages` go to POST /v1/chat/completions",
        ),
        (json!({"temperature": 3}), "temperature", "Input should be a number from 0 to 2, not 3"),
        (
            json!({"max_output_tokens": 0}),
            "max_output_tokens",
            "Input should be greater than or equal to 1, not 0",
        ),
        (
            json!({"instructions": []}),
            "instructions",
            "Input should be a valid string, not an array",
        ),
        (item(json!("a")), "input[1]", "Input should be an item, not a string"),
        (item(json!({})), "input[1].type", "Field required"),
        (
            item(json!({"role": "tool", "content": "a"})),
            "input[1].role",
            "Input should be 'user', 'assistant', 'system' or 'developer', not \"tool\"",
        ),
        (item(json!({"role": "user"})), "input[1].content", "Field required"),
        (part(json!({"text": "a"})), "input[1].content[0].type", "Field required"),
        (part(json!({"type": "input_text"})), "input[1].content[0].text", "Field required"),
        (
            part(json!({"type": "image_url"})),
            "input[1].content[0].type",
            "Input should be 'input_text', 'input_image', 'input_file', 'input_audio', 'output_text' or 'refusal', not \"image_url\"",
        ),
        (
            part(json!({"type": "input_image"})),
            "input[1].content[0].image_url",
            "Field required, or `file_id`",
        ),
        (
            part(json!({"type": "input_image", "image_url": "data:image/png,x"})),
            "input[1].content[0].image_url",
            "A data URL should be base64 with a media type: `data:image/png;base64,…`",
        ),
        (
            part(json!({"type": "input_file"})),
            "input[1].content[0].file_data",
            "Field required, or `file_url` or `file_id`",
        ),
        (
            part(json!({"type": "input_audio", "input_audio": {"data": "a"}})),
            "input[1].content[0].input_audio.format",
            "Field required",
        ),
        (
            item(json!({"type": "function_call", "name": "f", "arguments": "{}"})),
            "input[1].call_id",
            "Field required",
        ),
        (
            item(json!({"type": "function_call", "call_id": "c", "arguments": "{}"})),
            "input[1].name",
            "Field required",
        ),
        (
            item(json!({"type": "function_call", "call_id": "c", "name": "f", "arguments": {}})),
            "input[1].arguments",
            "Input should be a valid string, not an object",
        ),
        (
            item(json!({"type": "function_call_output", "call_id": "c", "output": {}})),
            "input[1].output",
            "Input should be a string or an array, not an object",
        ),
        (
            item(json!({"type": "tool_search_output", "tools": [{"type": "function"}]})),
            "input[1].tools[0].name",
            "Field required",
        ),
        (json!({"tools": [{"name": "f"}]}), "tools[0].type", "Field required"),
        (
            json!({"tools": [{"type": "function", "name": ""}]}),
            "tools[0].name",
            "Input should be a name, not empty",
        ),
        (
            json!({"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]}]}),
            "tools[0].tools[0].type",
            "Input should be 'function' or 'custom', not \"mcp\"",
        ),
        (
            json!({"tool_choice": "any"}),
            "tool_choice",
            "Input should be 'auto', 'none', 'required' or an object, not \"any\"",
        ),
        (json!({"tool_choice": {"type": "function"}}), "tool_choice.name", "Field required"),
        (
            json!({"tool_choice": {"type": "allowed_tools", "mode": "all", "tools": []}}),
            "tool_choice.mode",
            "Input should be 'auto' or 'required', not \"all\"",
        ),
        (
            json!({"text": {"format": {"type": "xml"}}}),
            "text.format.type",
            "Input should be 'text', 'json_schema' or 'json_object', not \"xml\"",
        ),
        (
            json!({"text": {"format": {"type": "json_schema"}}}),
            "text.format.schema",
            "Field required",
        ),
    ] {
        let error = told(members);
        assert_eq!(error["param"], param, "{error}");
        assert_eq!(error["message"], format!("{param}: {message}"));
        assert_eq!(error["type"], "invalid_request_error");
    }
}

#[test]
fn d05_a_body_that_is_no_request() {
    for (body, message) in [
        (
            "{\"model\":",
            "The request body is not valid JSON: it ends where a value should be at line 1 column 10",
        ),
        ("[]", "The request body should be a JSON object, not an array"),
    ] {
        let failure = fault(body);
        assert_eq!((failure.message.as_str(), failure.detail), (message, None));
    }
    assert_eq!(fault("{\"input\":\"a\"}").message, "model: Field required");
}

#[test]
fn what_would_need_an_earlier_answer_is_refused() {
    for (members, code, param) in [
        (
            json!({"previous_response_id": "resp_1"}),
            "previous_response_not_found",
            "previous_response_id",
        ),
        (json!({"conversation": "conv_1"}), "unsupported_parameter", "conversation"),
        (json!({"conversation": {"id": "conv_1"}}), "unsupported_parameter", "conversation"),
        (json!({"prompt": {"id": "pmpt_1"}}), "unsupported_parameter", "prompt"),
        (json!({"background": true}), "unsupported_value", "background"),
    ] {
        let error = told(members);
        assert_eq!((&error["code"], &error["param"]), (&json!(code), &json!(param)));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("Send") || message.contains("Leave"), "{message}");
    }
    for item in [
        json!({"type": "item_reference", "id": "msg_1"}),
        json!({"type": null, "id": "msg_1"}),
        json!({"type": "compaction_trigger"}),
    ] {
        let error = told(json!({"input": [{"role": "user", "content": "a"}, item]}));
        assert_eq!(error["param"], "input[1]");
    }
}
