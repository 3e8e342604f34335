//! Calls, in each form that a client may know them in.

use clasp_model::FinishReason;
use serde_json::{Value, json};

use super::{answer, answer_with, call, check, end_turn, finished, text, tool, write_with};
use crate::ChatEcho;

#[test]
fn b02_calls_are_numbered_and_do_not_interleave() {
    let got = answer(&[
        call(0, Some("a"), Some("f"), "{\"x\":"),
        call(1, Some("b"), Some("g"), "{\"y\""),
        call(0, None, None, "1}"),
        call(1, None, None, ":2}"),
        finished(FinishReason::ToolCalls),
    ]);
    let expected = [tool("a", "f", "{\"x\":1}"), tool("b", "g", "{\"y\":2}")];
    assert_eq!(got.message, json!({"role": "assistant", "tool_calls": expected}));
    assert_eq!(got.finish_reason, "tool_calls");
}

#[test]
fn a04_ids_are_the_providers_or_made() {
    let got = answer(&[
        call(0, Some("functions.get:0"), Some("f"), "{}"),
        call(1, None, Some("g"), "{}"),
        end_turn(),
    ]);
    let calls = &got.message["tool_calls"];
    assert_eq!(calls[0]["id"], "functions.get:0");
    assert!(calls[1]["id"].as_str().unwrap().starts_with("call_"));
}

#[test]
fn a04_no_arguments_are_the_empty_object() {
    for nothing in ["", " ", "null", "nul"] {
        let got = answer(&[call(0, Some("a"), Some("f"), nothing), end_turn()]);
        let expected = if nothing == "nul" { "nul" } else { "{}" };
        assert_eq!(got.message["tool_calls"], json!([tool("a", "f", expected)]), "{nothing:?}");
    }
    let got = answer(&[call(0, Some("a"), Some("f"), "[1]"), end_turn()]);
    assert_eq!(got.message["tool_calls"], json!([tool("a", "f", "[1]")]));
}

fn with_custom() -> ChatEcho {
    ChatEcho { custom_tools: vec!["patch".into()], ..ChatEcho::default() }
}

#[test]
fn calls_of_custom_tools_are_custom() {
    let events = [
        call(0, Some("a"), Some("patch"), "{\"input\":\"*** B"),
        call(0, None, None, "egin\\n\\\"x\\\""),
        call(0, None, None, "\"}"),
        call(1, Some("b"), Some("f"), "{}"),
        end_turn(),
    ];
    let got = answer_with(with_custom(), &events);
    let input = "*** Begin\n\"x\"";
    let custom = json!({"id": "a", "type": "custom", "custom": {"name": "patch", "input": input}});
    assert_eq!(got.message["tool_calls"], json!([custom, tool("b", "f", "{}")]));
    assert_eq!(got.finish_reason, "tool_calls");
    // The text goes out while it comes.
    let streamed = write_with(&with_custom(), true, &events[..1]);
    assert!(streamed.contains(r#""tool_calls":[{"index":0,"custom":{"input":"*** B"}}]"#));
}

#[test]
fn a07_cut_calls_of_custom_tools_are_told() {
    let events =
        [call(0, Some("a"), Some("patch"), "{\"input\":\"ab"), finished(FinishReason::MaxTokens)];
    let got = answer_with(with_custom(), &events);
    assert_eq!(got.message["tool_calls"][0]["custom"]["input"], "ab");
    assert_eq!(got.finish_reason, "length");
}

#[test]
fn calls_of_functions_are_in_the_older_form() {
    let echo = ChatEcho { functions: true, ..ChatEcho::default() };
    let one = [text("a"), call(0, Some("x"), Some("f"), "{\"a\":"), call(0, None, None, "1}")];
    let all = |more: &[clasp_model::Event]| {
        let events: Vec<_> = one.iter().chain(more).cloned().collect();
        answer_with(echo.clone(), &events)
    };
    let got = all(&[finished(FinishReason::ToolCalls)]);
    let function = json!({"name": "f", "arguments": "{\"a\":1}"});
    let expected = json!({"role": "assistant", "content": "a", "function_call": function});
    assert_eq!(got.message, expected);
    assert_eq!(got.finish_reason, "function_call");
    // A call for which the older form has no room is not lost.
    let got = all(&[call(1, Some("y"), Some("g"), ""), end_turn()]);
    assert_eq!(got.message["function_call"], function);
    assert_eq!(got.message["tool_calls"], json!([tool("y", "g", "{}")]));
    assert_eq!(got.finish_reason, "function_call");
}

#[test]
fn a_first_chunk_with_a_call_has_no_text() {
    let streamed =
        write_with(&ChatEcho::default(), true, &[call(0, None, Some("f"), "{}"), end_turn()]);
    assert!(streamed.contains(r#""delta":{"role":"assistant","content":null,"tool_calls":["#));
    assert_eq!(check::stream(&streamed).message.get("content"), None::<&Value>);
}
