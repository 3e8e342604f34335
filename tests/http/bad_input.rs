//! What a client gets for a request that is wrong: a 400 that names the place (rule D5).

use clasp_tests::support::client::{Client, ask, post, with};
use clasp_tests::support::pair;
use serde_json::{Value, json};

/// Each fault and the place that the message must name, as the API writes places.
fn faulty() -> Vec<(&'static str, Value, &'static str)> {
    let user = |content: Value| json!([{"role": "user", "content": content}]);
    let call = |id: &str| json!({"type": "tool_use", "id": id, "name": "f", "input": {}});
    vec![
        ("no model", json!({"max_tokens": 1, "messages": user(json!("x"))}), "model"),
        ("model of a wrong type", with(ask("x"), "model", 5), "model"),
        ("empty model", with(ask("x"), "model", ""), "model"),
        ("no messages", json!({"model": "m", "max_tokens": 1}), "messages"),
        ("messages of a wrong type", with(ask("x"), "messages", "hi"), "messages"),
        ("empty messages", with(ask("x"), "messages", json!([])), "messages"),
        ("max_tokens of a wrong type", with(ask("x"), "max_tokens", "many"), "max_tokens"),
        ("negative max_tokens", with(ask("x"), "max_tokens", -1), "max_tokens"),
        ("temperature of a wrong type", with(ask("x"), "temperature", "hot"), "temperature"),
        ("stream of a wrong type", with(ask("x"), "stream", "yes"), "stream"),
        ("a message that is none", with(ask("x"), "messages", json!(["hi"])), "messages.0"),
        (
            "a role of a wrong type",
            with(ask("x"), "messages", json!([{"role": 1, "content": "x"}])),
            "messages.0.role",
        ),
        (
            "an unknown role",
            with(ask("x"), "messages", json!([{"role": "robot", "content": "x"}])),
            "messages.0.role",
        ),
        ("no content", with(ask("x"), "messages", json!([{"role": "user"}])), "messages.0"),
        (
            "content of a wrong type",
            with(ask("x"), "messages", user(json!(7))),
            "messages.0.content",
        ),
        (
            "text of a wrong type",
            with(ask("x"), "messages", user(json!([{"type": "text", "text": 7}]))),
            "messages.0.content.0.text",
        ),
        (
            "a block without a type",
            with(ask("x"), "messages", user(json!([{"text": "x"}]))),
            "messages.0.content.0",
        ),
        (
            "an image without a source",
            with(ask("x"), "messages", user(json!([{"type": "image"}]))),
            "messages.0.content.0",
        ),
        (
            "a call without a name",
            with(
                ask("x"),
                "messages",
                json!([{"role": "user", "content": "x"},
                    {"role": "assistant", "content": [
                        {"type": "tool_use", "id": "a", "input": {}}]}]),
            ),
            "messages.1.content.0",
        ),
        (
            "the same call id twice in one message",
            with(
                ask("x"),
                "messages",
                json!([{"role": "user", "content": "x"},
                    {"role": "assistant", "content": [call("a"), call("a")]},
                    {"role": "user", "content": [
                        {"type": "tool_result", "tool_use_id": "a", "content": "1"}]}]),
            ),
            "messages.1.content.1",
        ),
        ("tools of a wrong type", with(ask("x"), "tools", "all"), "tools"),
        (
            "a tool without a name",
            with(ask("x"), "tools", json!([{"input_schema": {}}])),
            "tools.0",
        ),
        (
            "a tool choice of no kind",
            with(ask("x"), "tool_choice", json!({"type": "maybe"})),
            "tool_choice",
        ),
        ("system of a wrong type", with(ask("x"), "system", 5), "system"),
        (
            "stop sequences of a wrong type",
            with(ask("x"), "stop_sequences", json!(["a", 5])),
            "stop_sequences.1",
        ),
        ("no object", json!([1, 2]), ""),
        ("a bare text", json!("hi"), ""),
        ("null", Value::Null, ""),
    ]
}

#[tokio::test]
async fn d05_a_wrong_request_is_a_400_that_names_the_place() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let mut wrong = Vec::new();
    for (what, body, place) in faulty() {
        for stream in [false, true] {
            let mut body = body.clone();
            if stream && body.is_object() && body.get("stream").is_none() {
                body["stream"] = json!(true);
            }
            let answer = client.messages(&body).await;
            let shape = answer.json();
            let message = shape["error"]["message"].as_str().unwrap_or_default();
            let right = answer.status() == 400
                && shape["error"]["type"] == "invalid_request_error"
                && message.contains(place);
            if !right {
                wrong.push(format!("{what}: {} {shape}", answer.status()));
            } else {
                answer.error(400);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(vendor.counts().requests, 0, "a wrong request reached the provider");
}

#[tokio::test]
async fn d05_a_body_that_is_no_json_is_a_400() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"not json",
        b"{\"model\": \"m\", }",
        b"{\"model\": \"m\", \"messages\": [}",
        b"\xff\xfe\x00{",
        b"{\"model\":\"m\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"\xc3\x28\"}]}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let error = client.post("/v1/messages", body).await.error(400);
        assert_eq!(error["type"], "invalid_request_error");
    }
    assert_eq!(vendor.counts().requests, 0);
}

#[tokio::test]
async fn d05_one_bad_request_leaves_its_connection_and_others_alone() {
    let (_vendor, clasp) = pair().await;
    let mut connection = clasp.client().connect().await;
    connection.write(&post("/v1/messages", &[], b"{}")).await;
    connection.answer(false).await.error(400);
    connection.write(&post("/v1/messages", &[], ask("x").to_string().as_bytes())).await;
    assert_eq!(connection.answer(false).await.message().text(), "hello");
}

#[tokio::test]
async fn d05_unknown_members_and_blocks_are_taken() {
    let (vendor, clasp) = pair().await;
    let mut body = ask("x");
    body["safeguards"] = json!([]);
    body["something_new"] = json!({"deep": [1]});
    body["context_management"] = json!({"edits": [{"type": "clear_thinking_20251015"}]});
    body["messages"][0]["content"] = json!([
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}, "new": 1},
    ]);
    clasp.client().messages(&body).await.message();
    vendor.assert_clean();
}

#[tokio::test]
async fn c01_odd_tool_histories_still_reach_the_provider_well_formed() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let call = |id: &str| json!({"type": "tool_use", "id": id, "name": "f", "input": {"a": 1}});
    let result = |id: &str| json!({"type": "tool_result", "tool_use_id": id, "content": "seen"});
    let histories = [
        ("a result of no call", json!([{"role": "user", "content": [result("nobody")]}])),
        (
            "a call without a result",
            json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": [call("a")]},
                {"role": "user", "content": "go on"}]),
        ),
        (
            "two calls, results swapped, with text before them",
            json!([{"role": "user", "content": "x"},
                {"role": "assistant", "content": [call("a"), call("b")]},
                {"role": "user", "content": [{"type": "text", "text": "first"}, result("b"),
                    result("a")]}]),
        ),
        (
            "the same result twice",
            json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": [call("a")]},
                {"role": "user", "content": [result("a"), result("a")]}]),
        ),
        (
            "an id that is longer than the provider takes",
            json!([{"role": "user", "content": "x"},
                {"role": "assistant", "content": [call(&"i".repeat(100))]},
                {"role": "user", "content": [result(&"i".repeat(100))]}]),
        ),
        (
            "the call is the last message",
            json!([{"role": "user", "content": "x"}, {"role": "assistant", "content": [call("a")]}]),
        ),
    ];
    for (what, messages) in histories {
        let answer = client.messages(&with(ask("x"), "messages", messages)).await;
        assert_eq!(answer.status(), 200, "{what}: {:?}", answer.body);
        vendor.assert_clean();
    }
}

#[tokio::test]
async fn c16_system_messages_are_taken_at_any_place() {
    let (vendor, clasp) = pair().await;
    let body = with(
        ask("x"),
        "messages",
        json!([
            {"role": "user", "content": "first"},
            {"role": "system", "content": [{"type": "text", "text": "rule one",
                "cache_control": {"type": "ephemeral"}}], "output_config": {"effort": "high"}},
            {"role": "assistant", "content": "yes"},
            {"role": "user", "content": "second"},
            {"role": "system", "content": "rule two"},
        ]),
    );
    clasp.client().messages(&body).await.message();
    vendor.assert_clean();
    let sent = vendor.only_request().body["messages"].to_string();
    let place = |text: &str| sent.find(text).unwrap_or_else(|| panic!("{text} is lost: {sent}"));
    let order = ["first", "rule one", "yes", "second", "rule two"].map(place);
    assert!(order.is_sorted(), "{sent}");
}

#[tokio::test]
async fn c17_a_thread_is_refused_so_that_tool_runners_go_on_without() {
    let (vendor, clasp) = pair().await;
    let body = with(ask("x"), "thread", json!({"type": "create"}));
    let error = clasp.client().messages(&body).await.error(400);
    assert_eq!(error["details"]["error_code"], "thread_unsupported_request", "{error}");
    assert_eq!(vendor.counts().requests, 0);
}

#[tokio::test]
async fn d05_requests_that_are_no_http_leave_the_server_running() {
    let (_vendor, clasp) = pair().await;
    let client: Client = clasp.client();
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"hello there\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: t\r\ncontent-length: nine\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"POST /v1/messages HTTP/1.1\r\nhost: t\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
    ] {
        let mut connection = client.connect().await;
        connection.write(bytes).await;
        let _ = connection.closed().await;
    }
    client.messages(&ask("x")).await.message();
}
