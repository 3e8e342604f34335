//! What reaches the provider, and plain answers (rules A15, B3, B4, C11, D6, D7).

use clasp_tests::support::clasp::{KEY, MODEL};
use clasp_tests::support::client::{Client, ask, ask_stream, post, weather_tool, with};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Chat, Layout, Vendor};
use serde_json::{Value, json};

#[tokio::test]
async fn d07_the_client_s_own_headers_and_key_stay_here() {
    let (vendor, clasp) = pair().await;
    let headers = [
        ("authorization", "Bearer client-secret"),
        ("anthropic-beta", "some-beta-2026-01-01"),
        ("cookie", "a=b"),
        ("x-app", "cli"),
        ("x-stainless-lang", "js"),
        ("x-claude-code-session-id", "0123"),
        ("accept-encoding", "gzip, br, zstd"),
        ("connection", "keep-alive, x-app"),
    ];
    let mut connection = clasp.client().connect().await;
    connection.write(&post("/v1/messages", &headers, ask("x").to_string().as_bytes())).await;
    connection.answer(false).await.message();
    vendor.assert_clean();
    let sent = vendor.only_request();
    assert_eq!(sent.path, "/v1/chat/completions");
    assert_eq!(sent.header("authorization"), Some(&*format!("Bearer {KEY}")));
    assert_eq!(sent.headers.iter().filter(|(name, _)| name == "authorization").count(), 1);
    assert!(!format!("{:?}", sent.headers).contains("client-"), "{:?}", sent.headers);
    let encoding = sent.header("accept-encoding").unwrap_or("identity");
    assert_eq!(encoding, "identity", "the stream must come uncompressed");
}

#[tokio::test]
async fn a15_the_answer_names_the_model_that_was_asked_for() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    for name in ["claude-sonnet-4-5", "claude-opus-5-5[1m]", "some-name-20250101"] {
        let plain = client.messages(&with(ask("x"), "model", name)).await.message();
        let stream = client.streamed(&with(ask_stream("x"), "model", name)).await.good();
        assert_eq!((plain.model.as_str(), stream.model.as_str()), (name, name));
        assert!(plain.id.starts_with("msg_") && plain.id != stream.id);
    }
    assert!(vendor.requests().iter().all(|request| request.body["model"] == MODEL));
}

#[tokio::test]
async fn b04_every_answer_has_its_request_id() {
    let (_vendor, clasp) = pair().await;
    let client = clasp.client();
    let plain = client.messages(&ask("x")).await;
    let stream = client.stream(&ask_stream("x")).await;
    let ids = [plain.head.header("request-id"), stream.head.header("request-id")];
    assert!(ids.iter().all(|id| id.is_some_and(|id| id.starts_with("req_"))), "{ids:?}");
    assert_ne!(ids[0], ids[1]);
    clasp.log().line(ids[0].unwrap()).await;
}

/// Asks for the same answer both ways.
async fn both(vendor: &Vendor, client: &Client, chat: Chat) -> (Value, Value) {
    vendor.then(chat.clone()).then(chat);
    let tools = json!([weather_tool()]);
    let plain = client.messages(&with(ask("x"), "tools", tools.clone())).await.message();
    let stream = client.streamed(&with(ask_stream("x"), "tools", tools)).await.good();
    (plain.essence(), stream.essence())
}

#[tokio::test]
async fn b03_a_plain_answer_says_what_the_stream_says() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let city = json!({"city": "S\u{e3}o \"Paulo\""});
    let answers = [
        Chat::new().text("plain text"),
        Chat::new().thinking("first this").text("then that"),
        Chat::new().text("calling").call("call_1", "get_weather", &city),
        Chat::new()
            .call("call_1", "get_weather", &city)
            .call("call_2", "get_weather", &json!({}))
            .calls(Layout::Whole),
        Chat::new().text("cut").finish("length"),
        Chat::new().text("no").finish("content_filter"),
        Chat::new().refusal("I will not."),
        Chat::new().text("cached").usage(500, 400, 20),
    ];
    for answer in answers {
        let (plain, stream) = both(&vendor, &client, answer).await;
        assert_eq!(plain, stream);
    }
    vendor.assert_clean();
}

#[tokio::test]
async fn c11_the_prefix_is_the_same_from_turn_to_turn() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let tool = |name: &str| with(weather_tool(), "name", name);
    let turn = |billing: &str, mut messages: Vec<Value>| {
        // The breakpoint wanders to the last block of each turn.
        let last = messages.last_mut().unwrap();
        last["content"][0]["cache_control"] = json!({"type": "ephemeral"});
        let mut body = with(ask("x"), "messages", Value::Array(messages));
        body["tools"] = json!([tool("b_tool"), tool("a_tool")]);
        body["system"] = json!([
            {"type": "text", "text": format!("x-anthropic-billing-header: cc_version=1.{billing};")},
            {"type": "text", "text": "You are careful.", "cache_control": {"type": "ephemeral"}},
        ]);
        body["metadata"] = json!({"user_id": "u".repeat(150)});
        body
    };
    let user = |text: &str| json!({"role": "user", "content": [{"type": "text", "text": text}]});
    let first = vec![user("one")];
    let second = vec![user("one"), json!({"role": "assistant", "content": "hello"}), user("two")];
    client.messages(&turn("abc", first)).await.message();
    client.messages(&turn("def", second)).await.message();
    vendor.assert_clean();
    let [one, two] = vendor.requests().try_into().unwrap();
    assert_eq!(one.body["tools"].to_string(), two.body["tools"].to_string());
    let messages = |body: &Value| body["messages"].as_array().unwrap().clone();
    let (one_messages, two_messages) = (messages(&one.body), messages(&two.body));
    assert_eq!(one_messages[..], two_messages[..one_messages.len()]);
    let text = String::from_utf8_lossy(&two.bytes).into_owned();
    assert!(!text.contains("billing-header"), "{text}");
    assert!(text.contains("You are careful."));
    let key = |body: &Value| body["prompt_cache_key"].as_str().map(str::to_owned);
    assert!(key(&one.body).is_some(), "no prompt_cache_key: {}", one.body);
    assert_eq!(key(&one.body), key(&two.body));
}

#[tokio::test]
async fn requests_of_many_clients_are_kept_apart() {
    let (vendor, clasp) = pair().await;
    vendor.choose(|request, _| {
        let said = request.body["messages"][0]["content"].as_str().unwrap_or_default();
        Chat::new().text(&format!("you said {said}")).pieces_of(3).into()
    });
    let mut asked = tokio::task::JoinSet::new();
    for index in 0..64 {
        let client = clasp.client();
        asked.spawn(async move {
            let said = format!("number {index}");
            let message = client.streamed(&ask_stream(&said)).await.good();
            assert_eq!(message.text(), format!("you said {said}"));
        });
    }
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}
