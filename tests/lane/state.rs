//! Opaque state through clients that know nothing of it (rules C9, C10).

use clasp_tests::support::clasp::{Clasp, KEY};
use clasp_tests::support::client::{ask, ask_stream, with};
use clasp_tests::support::upstream::{Answer, Vendor};
use serde_json::{Value, json};

use crate::setup::{plain, settings, stream};

/// One turn of the translated way: a text, two calls and their state.
fn turn() -> Answer {
    let frames = [
        json!({"text": "a", "state": "text state"}),
        json!({"call": "one:1", "slot": 0, "call_state": "state 1"}),
        json!({"call": "two", "slot": 1}),
        json!({"call": "two", "slot": 1, "arguments": "", "call_state": "late"}),
        json!({"finished": true}),
    ];
    Answer::frames(frames.map(|frame| format!("data: {frame}\n\n")))
}

/// The conversation after such a turn.
fn after(content: &[Value]) -> Value {
    let results: Vec<Value> = content
        .iter()
        .filter(|block| block["type"] == "tool_use")
        .map(|block| json!({"type": "tool_result", "tool_use_id": block["id"], "content": "ok"}))
        .collect();
    json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": content},
        {"role": "user", "content": results}])
}

async fn translating(vendor: &Vendor) -> Clasp {
    settings(vendor).env("NATIVE_LANE", "off").start().await
}

#[tokio::test]
async fn c09_state_comes_back_after_a_restart() {
    let vendor = Vendor::start().await;
    for body in [ask_stream("x"), ask("x")] {
        vendor.reset();
        let clasp = translating(&vendor).await;
        vendor.then(turn());
        let content = match body["stream"] == true {
            true => clasp.client().streamed(&body).await.good().content,
            false => clasp.client().messages(&body).await.message().content,
        };
        drop(clasp);
        let clasp = translating(&vendor).await;
        vendor.then(turn());
        clasp.client().messages(&with(body.clone(), "messages", after(&content))).await;
        let shown = &vendor.requests()[1].body["shown"];
        let expected = json!([
            ["text", "x", null],
            ["text", "a", "text state"],
            ["call", "one:1", "state 1"],
            ["call", "two", "late"],
            ["other"],
            ["other"]
        ]);
        assert_eq!(*shown, expected);
        vendor.assert_clean();

        // A client that keeps no hidden blocks.
        let kept: Vec<Value> =
            content.into_iter().filter(|block| block["type"] != "redacted_thinking").collect();
        vendor.then(turn());
        clasp.client().messages(&with(body, "messages", after(&kept))).await;
        let shown = &vendor.requests()[2].body["shown"];
        assert_eq!(shown[2], json!(["call", "one:1", null]));
    }
}

#[tokio::test]
async fn c10_the_lane_carries_its_own_provider_s_state_and_no_other_s() {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).start().await;
    let sent = async |content: Value| {
        vendor.reset();
        vendor.then(Answer::body(200, "application/json", plain("x")));
        let messages = json!([{"role": "user", "content": "x"},
            {"role": "assistant", "content": content}, {"role": "user", "content": "y"}]);
        clasp.client().messages(&with(ask("x"), "messages", messages)).await.message();
        vendor.assert_clean();
        vendor.only_request().body["messages"].clone()
    };
    let text = json!({"type": "text", "text": "t"});
    let thought = |state: &str| json!({"type": "thinking", "thinking": "h", "signature": state});
    let hidden = |state: &str| json!({"type": "redacted_thinking", "data": state});
    let got = sent(json!([
        thought("clasp1:gemini:x"),
        hidden("clasp1:native:own"),
        text,
        hidden("clasp1-text:clasp1:gemini:y"),
        thought("vendor's")
    ]))
    .await;
    assert_eq!(got[1]["content"], json!([hidden("own"), text, thought("vendor's")]));
    let got = sent(json!([hidden("clasp1-call:a:clasp1:gemini:y")])).await;
    assert_eq!(got.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn c10_the_lane_s_state_is_not_sent_to_another_provider() {
    let (vendor, chat) = (Vendor::start().await, Vendor::start().await);
    let clasp = settings(&vendor)
        .env("OPENAI_BASE_URL", &chat.base_url())
        .env("OPENAI_API_KEY", KEY)
        .start()
        .await;
    vendor.then(stream("hi"));
    clasp.client().streamed(&ask_stream("x")).await.good();
    let content = json!([{"type": "thinking", "thinking": "h", "signature": "native's own"},
        {"type": "text", "text": "t"}]);
    let messages = json!([{"role": "user", "content": "x"},
        {"role": "assistant", "content": content}, {"role": "user", "content": "y"}]);
    let body = with(with(ask("x"), "messages", messages), "model", "openai/gpt-4.1");
    clasp.client().messages(&body).await.message();
    let sent = chat.only_request();
    assert!(!String::from_utf8_lossy(&sent.bytes).contains("native's own"));
    chat.assert_clean();
}
