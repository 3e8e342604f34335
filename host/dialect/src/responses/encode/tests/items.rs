//! Messages, reasoning, and what the provider did by itself.

use clasp_model::{Event, Field, FinishReason};
use serde_json::{Value, json};

use super::{answer, end_turn, finished, message, raw, text, thinking};

fn reasoning(index: usize, summary: &[&str], state: Option<&str>) -> Value {
    let summary: Vec<Value> =
        summary.iter().map(|text| json!({"type": "summary_text", "text": text})).collect();
    let mut item =
        json!({"id": format!("rs_clasp_test_{index}"), "type": "reasoning", "summary": summary});
    if let Some(state) = state {
        item["encrypted_content"] = json!(state);
    }
    item
}

#[test]
fn c09_reasoning_holds_its_state() {
    let got = answer(&[
        thinking("a"),
        thinking("b"),
        Event::State("clasp1:x:s1".into()),
        Event::State("clasp1:x:s2".into()),
        thinking("c"),
        Event::RedactedThinking("clasp1:x:r".into()),
        text("d"),
        end_turn(),
    ]);
    assert_eq!(
        got.items(),
        [
            reasoning(0, &["ab"], Some("clasp1:x:s1")),
            reasoning(1, &[], Some("clasp1:x:s2")),
            reasoning(2, &["c"], None),
            reasoning(3, &[], Some("clasp1-redacted:clasp1:x:r")),
            message(4, "d"),
        ]
    );
    assert_eq!(got.deltas("response.reasoning_summary_text.delta"), ["a", "b", "c"]);
}

#[test]
fn texts_that_follow_each_other_are_one() {
    let cite = |url: &str| {
        let citation = json!({"type": "web_search_result_location", "url": url, "title": null,
                              "cited_text": "x"});
        Event::Citation(raw(&citation.to_string()))
    };
    let got = answer(&[
        text("Ein "),
        text("Bär"),
        cite("https://a"),
        cite(""),
        text(" 🐻."),
        cite("https://b"),
        end_turn(),
    ]);
    let note = |from: u32, to: u32, url: &str| {
        json!({"type": "url_citation", "start_index": from, "end_index": to, "url": url,
               "title": ""})
    };
    let mut expected = message(0, "Ein Bär 🐻.");
    expected["content"][0]["annotations"] =
        json!([note(0, 7, "https://a"), note(7, 10, "https://b")]);
    assert_eq!(got.items(), [expected]);
}

#[test]
fn only_the_last_message_is_incomplete() {
    let got = answer(&[text("a"), thinking("t"), text("b"), finished(FinishReason::MaxTokens)]);
    let status: Vec<_> = got.items().iter().map(|item| item["status"].as_str()).collect();
    assert_eq!(status, [Some("completed"), None, Some("incomplete")]);
}

#[test]
fn searches_and_programs_of_the_provider() {
    let block = |block: Value| Event::Block(raw(&block.to_string()));
    let search = |id: &str| {
        block(
            json!({"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "q"}}),
        )
    };
    let got = answer(&[
        search("s1"),
        block(json!({"type": "web_search_tool_result", "tool_use_id": "s1",
                     "content": [{"type": "web_search_result", "url": "https://a"}]})),
        search("s2"),
        block(json!({"type": "web_search_tool_result", "tool_use_id": "s2",
                     "content": {"type": "web_search_tool_result_error"}})),
        search("s3"),
        block(
            json!({"type": "server_tool_use", "id": "p", "name": "code_execution", "input": {"code": "1+1"}}),
        ),
        block(json!({"type": "code_execution_tool_result", "tool_use_id": "p",
                     "content": {"type": "code_execution_result", "stdout": "2", "stderr": ""}})),
        block(json!({"type": "web_search_tool_result", "tool_use_id": "?", "content": []})),
        block(json!({"type": "container_upload", "file_id": "f"})),
        text("Two."),
        end_turn(),
    ]);
    let searched = |index: usize, status: &str, sources: Value| {
        json!({"id": format!("ws_clasp_test_{index}"), "type": "web_search_call", "status": status,
               "action": {"type": "search", "query": "q", "queries": ["q"], "sources": sources}})
    };
    assert_eq!(
        got.items(),
        [
            searched(0, "completed", json!([{"type": "url", "url": "https://a"}])),
            searched(1, "failed", json!([])),
            searched(2, "completed", json!([])),
            json!({"id": "ci_clasp_test_3", "type": "code_interpreter_call", "status": "completed",
                   "code": "1+1", "container_id": "", "outputs": [{"type": "logs", "logs": "2"}]}),
            message(4, "Two."),
        ]
    );
}

#[test]
fn probabilities_of_tokens_stand_beside_their_text() {
    let entry = |token: &str| json!({"token": token, "logprob": -0.5, "bytes": token.as_bytes(), "top_logprobs": []});
    let logprobs = |token: &str| {
        let value = raw(&json!([entry(token)]).to_string());
        Event::Extra(Field { name: "logprobs".into(), value })
    };
    let events =
        [logprobs("Hi"), text("Hi"), text("!"), logprobs(" you"), text(" you"), end_turn()];
    let got = answer(&events);
    let both = json!([entry("Hi"), entry(" you")]);
    assert_eq!(got.items()[0]["content"][0]["logprobs"], both);
    let of = |kind: &str| -> Vec<&Value> {
        let events = got.events.iter().filter(|event| event["type"] == kind);
        events.map(|event| &event["logprobs"]).collect()
    };
    let pieces = [json!([entry("Hi")]), json!([]), json!([entry(" you")])];
    assert_eq!(of("response.output_text.delta"), pieces.iter().collect::<Vec<_>>());
    assert_eq!(of("response.output_text.done"), [&both]);
}
