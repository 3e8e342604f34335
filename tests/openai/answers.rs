//! Answers of a provider, streamed and plain (rules A15, B1–B3).

use clasp_tests::support::openai::{BOTH, Dialect, essence};
use clasp_tests::support::upstream::{Chat, Layout};
use serde_json::{Value, json};

use crate::pair;

/// Every kind of answer, by name.
fn scripts() -> Vec<(&'static str, Chat)> {
    let city = json!({"city": "S\u{e3}o \"Paulo\"\n"});
    vec![
        ("text", Chat::new().text("plain \u{1f980} text")),
        ("thinking", Chat::new().thinking("first this").text("then that")),
        ("call", Chat::new().text("calling").call("call_1", "get_weather", &city)),
        (
            "parallel",
            Chat::new()
                .call("call_1", "get_weather", &city)
                .call("call_2", "get_weather", &json!({}))
                .calls(Layout::Interleaved),
        ),
        ("cut", Chat::new().text("cut").finish("length")),
        ("filtered", Chat::new().text("no").finish("content_filter")),
        ("refused", Chat::new().refusal("I will not.")),
        ("cached", Chat::new().text("cached").usage(500, 400, 20)),
    ]
}

/// The answer both ways, which must say the same.
async fn both(dialect: Dialect, chat: Chat) -> Value {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    vendor.then(chat.clone()).then(chat);
    let plain = dialect.plain(&client, &dialect.body("x", false)).await;
    let streamed = dialect.stream(&client, &dialect.body("x", true)).await.good(dialect);
    assert_eq!(essence(dialect, &plain), essence(dialect, &streamed));
    assert_eq!(plain["model"], "gpt-test", "the model is the client's word for it");
    vendor.assert_clean();
    plain
}

fn output<'a>(answer: &'a Value, kind: &str) -> Vec<&'a Value> {
    let items = answer["output"].as_array().unwrap();
    items.iter().filter(|item| item["type"] == kind).collect()
}

#[tokio::test]
async fn b03_streams_and_plain_answers_say_the_same() {
    for dialect in BOTH {
        for (_, chat) in scripts() {
            both(dialect, chat).await;
        }
    }
}

#[tokio::test]
async fn b01_responses_say_what_the_provider_said() {
    for (name, chat) in scripts() {
        let answer = both(Dialect::Responses, chat).await;
        let text = |answer: &Value| answer["output"][0]["content"][0]["text"].clone();
        match name {
            "text" => assert_eq!(text(&answer), "plain \u{1f980} text"),
            "thinking" => {
                assert_eq!(output(&answer, "reasoning")[0]["summary"][0]["text"], "first this");
                assert_eq!(output(&answer, "message").len(), 1);
            }
            "call" | "parallel" => {
                let calls = output(&answer, "function_call");
                assert_eq!(calls[0]["call_id"], "call_1");
                let city: Value =
                    serde_json::from_str(calls[0]["arguments"].as_str().unwrap()).unwrap();
                assert_eq!(city, json!({"city": "S\u{e3}o \"Paulo\"\n"}));
                assert_eq!(calls.len(), if name == "call" { 1 } else { 2 });
            }
            "cut" => {
                assert_eq!(answer["status"], "incomplete");
                assert_eq!(answer["incomplete_details"]["reason"], "max_output_tokens");
            }
            "filtered" => {
                assert_eq!(answer["incomplete_details"]["reason"], "content_filter");
            }
            "cached" => {
                let usage = &answer["usage"];
                assert_eq!(usage["input_tokens"], 500, "cached tokens are input too");
                assert_eq!(usage["input_tokens_details"]["cached_tokens"], 400);
                assert_eq!(usage["output_tokens"], 20);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn b02_chat_says_what_the_provider_said() {
    for (name, chat) in scripts() {
        let answer = both(Dialect::Chat, chat).await;
        let choice = &answer["choices"][0];
        let message = &choice["message"];
        match name {
            "text" => assert_eq!(message["content"], "plain \u{1f980} text"),
            "thinking" => assert_eq!(message["reasoning_content"], "first this"),
            "call" | "parallel" => {
                assert_eq!(choice["finish_reason"], "tool_calls");
                assert_eq!(message["tool_calls"][0]["id"], "call_1");
            }
            "cut" => assert_eq!(choice["finish_reason"], "length"),
            "filtered" | "refused" => assert_eq!(choice["finish_reason"], "content_filter"),
            "cached" => {
                assert_eq!(answer["usage"]["prompt_tokens"], 500);
                assert_eq!(answer["usage"]["prompt_tokens_details"]["cached_tokens"], 400);
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn b02_usage_comes_only_where_it_is_asked_for() {
    let (_vendor, clasp) = pair().await;
    let mut body = Dialect::Chat.body("x", true);
    body.as_object_mut().unwrap().remove("stream_options");
    let streamed = Dialect::Chat.stream(&clasp.client(), &body).await;
    streamed.good(Dialect::Chat);
    let with_usage = streamed.events.iter().filter(|(_, chunk)| chunk.get("usage").is_some());
    assert_eq!(with_usage.count(), 0);
}

#[tokio::test]
async fn e_tokens_are_counted_for_responses() {
    let (_vendor, clasp) = pair().await;
    let body = json!({"model": "gpt-test", "input": "several words ".repeat(100)}).to_string();
    let count = clasp.client().post("/v1/responses/input_tokens", body.as_bytes()).await.json();
    assert_eq!(count["object"], "response.input_tokens");
    assert!((150..400).contains(&count["input_tokens"].as_u64().unwrap()), "{count}");
}
