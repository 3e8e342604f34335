//! Probabilities of tokens: asked for, and told beside their text.

use clasp_tests::support::client::with;
use clasp_tests::support::openai::Dialect;
use clasp_tests::support::upstream::Answer;
use serde_json::{Value, json};

use crate::pair;

fn entry(token: &str) -> Value {
    let told = json!({"token": token, "logprob": -0.25, "bytes": token.as_bytes()});
    let mut entry = told.clone();
    entry["top_logprobs"] = json!([told]);
    entry
}

/// An answer of two tokens.
fn stream() -> Answer {
    let chunk = |delta: Value, token: Option<&str>, finish: Option<&str>| {
        let logprobs = token.map(|token| json!({"content": [entry(token)], "refusal": null}));
        let choice =
            json!({"index": 0, "delta": delta, "logprobs": logprobs, "finish_reason": finish});
        let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1,
            "model": "gpt-4.1", "choices": [choice]});
        format!("data: {chunk}\n\n")
    };
    Answer::frames([
        chunk(json!({"role": "assistant", "content": ""}), None, None),
        chunk(json!({"content": "Hey"}), Some("Hey"), None),
        chunk(json!({"content": "!"}), Some("!"), None),
        chunk(json!({}), None, Some("stop")),
        "data: [DONE]\n\n".to_owned(),
    ])
}

#[tokio::test]
async fn b01_responses_tell_probabilities_where_they_are_included() {
    let (vendor, clasp) = pair().await;
    vendor.then(stream());
    let include = json!(["message.output_text.logprobs"]);
    let body = with(Dialect::Responses.body("x", true), "include", include);
    let streamed = Dialect::Responses.stream(&clasp.client(), &with(body, "top_logprobs", 1)).await;
    let answer = streamed.good(Dialect::Responses);
    let told = &answer["output"][0]["content"][0];
    assert_eq!(told["text"], "Hey!");
    assert_eq!(told["logprobs"], json!([entry("Hey"), entry("!")]));
    let sent = vendor.only_request().body;
    assert_eq!((&sent["logprobs"], &sent["top_logprobs"]), (&json!(true), &json!(1)));
    vendor.assert_clean();
}

#[tokio::test]
async fn b02_chat_tells_probabilities_beside_their_text() {
    let (vendor, clasp) = pair().await;
    vendor.then(stream());
    let body = with(Dialect::Chat.body("x", true), "logprobs", true);
    let streamed = Dialect::Chat.stream(&clasp.client(), &body).await;
    streamed.good(Dialect::Chat);
    let beside: Vec<(&Value, &Value)> = streamed
        .events
        .iter()
        .map(|(_, chunk)| &chunk["choices"][0])
        .filter(|choice| choice["logprobs"].is_object())
        .map(|choice| (&choice["delta"]["content"], &choice["logprobs"]["content"][0]["token"]))
        .collect();
    assert_eq!(beside, [(&json!("Hey"), &json!("Hey")), (&json!("!"), &json!("!"))]);
    assert_eq!(vendor.only_request().body["logprobs"], true);
    vendor.assert_clean();
}
