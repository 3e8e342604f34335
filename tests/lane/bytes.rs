//! What goes through unchanged, and what does not go through (rules C15, D7).

use clasp_tests::support::client::{ask, ask_stream, post, with};
use clasp_tests::support::upstream::{Answer, Gate};

use crate::setup::{ASKED, NAMED, TARGET, error, frames, plain, settings, start, stream};

const BODY: &str = "{ \"stream\" : true,\n \"model\":\"claude-sonnet-4-5\" , \"max_tokens\":1e2,\"thread\":{\"type\":\"create\"},\
    \"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"caf\\u00e9\",\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"2h\"}}]},\
    {\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"sig==\"},{\"type\":\"unheard_of\",\"x\":0.10}]}],\
    \"unheard_of\":null}\n ";

#[tokio::test]
async fn c15_the_client_s_bytes_go_on_but_for_the_model() {
    let (vendor, clasp) = start().await;
    vendor.then(stream("hello"));
    let headers = [
        ("anthropic-beta", "one-2025,two-2026"),
        ("anthropic-beta", "three"),
        ("user-agent", "claude-cli/2.1"),
        ("x-app", "cli"),
        ("x-stainless-lang", "js"),
        ("authorization", "Bearer client-token"),
        ("cookie", "a=b"),
        ("accept-encoding", "gzip, br"),
        ("x-forwarded-for", "10.0.0.1"),
    ];
    let mut connection = clasp.client().connect().await;
    let path = "/v1/messages?beta=true&api_key=secret&x=%20y";
    connection.write(&post(path, &headers, BODY.as_bytes())).await;
    let answer = connection.answer(false).await;
    assert_eq!(answer.status(), 200, "{:?}", answer.body);

    vendor.assert_clean();
    let sent = vendor.only_request();
    assert_eq!(sent.path, "/v1/messages?beta=true&x=%20y");
    let text = std::str::from_utf8(&sent.bytes).unwrap();
    assert_eq!(text, BODY.replace(ASKED, TARGET));
    let betas: Vec<&str> = sent
        .headers
        .iter()
        .filter(|(name, _)| name == "anthropic-beta")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(betas, ["one-2025,two-2026", "three"]);
    for (name, value) in
        [("user-agent", "claude-cli/2.1"), ("x-app", "cli"), ("x-stainless-lang", "js")]
    {
        assert_eq!(sent.header(name), Some(value));
    }
    assert_eq!(sent.header("x-forwarded-for"), None);
}

#[tokio::test]
async fn c15_a_stream_s_bytes_come_back_as_they_are() {
    let (vendor, clasp) = start().await;
    let whole = frames("one two three").concat().replacen(NAMED, ASKED, 1);
    for size in [1, 7, 1000] {
        let answer = stream("one two three")
            .in_writes_of(size)
            .header("request-id", "req_vendor")
            .header("anthropic-ratelimit-tokens-remaining", "77")
            .header("set-cookie", "a=b");
        vendor.then(answer);
        let answer = clasp.client().messages(&ask_stream("x")).await;
        assert_eq!(std::str::from_utf8(&answer.body).unwrap(), whole);
        let header = |name: &str| answer.head.header(name);
        assert_eq!(header("request-id"), Some("req_vendor"));
        assert_eq!(header("anthropic-ratelimit-tokens-remaining"), Some("77"));
        assert_eq!(header("set-cookie"), None);
        assert_eq!(header("x-clasp-lane"), Some("untranslated"));
        assert_eq!(header("x-clasp-model"), Some(TARGET));
        assert!(header("content-type").unwrap().starts_with("text/event-stream"));
    }
    let line = clasp.log().line_with(&["request finished", "untranslated=true"]).await;
    for part in ["input_tokens=16", "cached_tokens=5", "output_tokens=7", TARGET] {
        assert!(line.contains(part), "{part} in {line}");
    }
    assert_eq!(vendor.counts().connections, 1, "the connection is used again");
}

#[tokio::test]
async fn a11_each_event_comes_when_it_was_sent() {
    let (vendor, clasp) = start().await;
    let gate = Gate::new();
    vendor.then(stream("one two").paced(&gate));
    gate.pass(1);
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    for name in ["message_start", "content_block_start", "ping", "content_block_delta"] {
        assert_eq!(stream.next().await.unwrap().name, name);
        gate.pass(1);
    }
    gate.open();
    assert_eq!(stream.end().await.good().text(), "one two");
}

#[tokio::test]
async fn c15_a_plain_answer_comes_back_as_it_is() {
    let (vendor, clasp) = start().await;
    let body = plain("caf\u{e9}");
    vendor.otherwise(Answer::body(200, "application/json", body.clone()).header("request-id", "r"));
    let asked = with(ask("x"), "model", TARGET);
    assert_eq!(clasp.client().messages(&asked).await.body, body);
    // The one thing that changes, where the client has a name of its own for the model.
    let answer = clasp.client().messages(&ask("x")).await;
    let body = body.replacen(NAMED, ASKED, 1);
    assert_eq!(answer.body, body);
    assert_eq!(answer.head.header("request-id"), Some("r"));
    assert_eq!(answer.head.header("content-length"), Some(&*body.len().to_string()));
    vendor.assert_clean();
}

#[tokio::test]
async fn c15_an_error_comes_back_in_the_provider_s_own_words() {
    let (vendor, clasp) = start().await;
    let refusal = error(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum");
    vendor.then(refusal);
    let answer = clasp.client().messages(&ask_stream("x")).await;
    answer.error(400);
    assert_eq!(answer.json()["request_id"], "req_vendor");
    assert_eq!(answer.head.header("request-id"), Some("req_vendor"));

    vendor.then(error(418, "new_error", "teapot"));
    let answer = clasp.client().messages(&ask("x")).await;
    assert_eq!((answer.status(), &answer.json()["error"]["type"]), (418, &"new_error".into()));

    // Another shape is another's: the dialect's own error tells of it.
    vendor.then(Answer::body(403, "text/html", "<html>"));
    let error = clasp.client().messages(&ask_stream("x")).await.error(403);
    assert!(error["message"].as_str().unwrap().contains("403"), "{error}");
}

#[tokio::test]
async fn d07_a_key_in_an_error_is_masked() {
    use clasp_tests::support::clasp::KEY;
    let (vendor, clasp) = start().await;
    vendor.then(error(401, "authentication_error", &format!("bad key {KEY}")));
    let answer = clasp.client().messages(&ask("x")).await;
    answer.error(401);
    assert!(!String::from_utf8_lossy(&answer.body).contains(KEY));
    clasp.log().line("request failed").await;
    assert!(!clasp.log().text().contains(KEY));
}

#[tokio::test]
async fn c15_the_lane_can_be_switched_off() {
    let vendor = clasp_tests::support::upstream::Vendor::start().await;
    let clasp = settings(&vendor).env("NATIVE_LANE", "off").start().await;
    vendor.then(Answer::frames(["data: {\"text\":\"hi\",\"finished\":true}\n\n"]));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!((message.text().as_str(), message.model.as_str()), ("hi", ASKED));
    assert_eq!(vendor.only_request().body["messages"][0]["content"], "translated");
}

#[tokio::test]
async fn d05_what_cannot_be_read_at_all_is_refused_here() {
    let (vendor, clasp) = start().await;
    for body in ["{", "[]", "{\"model\":\"\",\"messages\":[]}", "{\"messages\":[]}"] {
        clasp.client().post("/v1/messages", body.as_bytes()).await.error(400);
    }
    assert_eq!(vendor.counts().requests, 0);
}
