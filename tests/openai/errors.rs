//! Errors in OpenAI's words, and streams that break (rules A8, B4, D1, D2, D5).

use clasp_tests::support::openai::{BOTH, Dialect};
use clasp_tests::support::upstream::{Answer, Break, Chat, Point};
use serde_json::json;

use crate::pair;

#[tokio::test]
async fn d01_statuses_of_the_provider_are_told_in_openai_s_envelope() {
    let (vendor, clasp) = pair().await;
    let invalid = "invalid_request_error";
    let cases = [
        (Answer::error(400, "Invalid value", invalid, Some("invalid_value")), 400),
        (Answer::error(401, "Incorrect API key", invalid, Some("invalid_api_key")), 401),
        (Answer::error(404, "No such model", invalid, Some("model_not_found")), 404),
        (Answer::error(429, "quota", "insufficient_quota", Some("insufficient_quota")), 429),
    ];
    for dialect in BOTH {
        for (answer, status) in &cases {
            for stream in [false, true] {
                vendor.then(answer.clone());
                let answer = dialect.ask(&clasp.client(), &dialect.body("x", stream)).await;
                dialect.error(&answer, *status);
            }
        }
    }
}

#[tokio::test]
async fn d02_a_full_context_has_the_code_that_clients_know() {
    let (vendor, clasp) = pair().await;
    for dialect in BOTH {
        vendor.then(Answer::error(
            400,
            "This model's maximum context length is 1000 tokens. However, your messages resulted in 2000 tokens.",
            "invalid_request_error",
            Some("context_length_exceeded"),
        ));
        let answer = dialect.ask(&clasp.client(), &dialect.body("x", true)).await;
        assert_eq!(dialect.error(&answer, 400)["code"], "context_length_exceeded");
    }
}

#[tokio::test]
async fn d05_wrong_requests_are_told_with_their_place() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    for (dialect, body, param) in [
        (Dialect::Chat, json!({"model": "m", "messages": [{"role": "x"}]}), "messages[0].role"),
        (Dialect::Chat, json!({"model": "m"}), "messages"),
        (Dialect::Chat, json!({"model": "m", "messages": [], "n": 2}), "n"),
        (Dialect::Responses, json!({"model": "m"}), "input"),
        (Dialect::Responses, json!({"model": "m", "input": 5}), "input"),
        (
            Dialect::Responses,
            json!({"model": "m", "input": "x", "previous_response_id": "resp_1"}),
            "previous_response_id",
        ),
    ] {
        let error = dialect.error(&dialect.ask(&client, &body).await, 400);
        let told = error["message"].as_str().unwrap();
        assert!(error["param"] == param || told.contains(param), "{error}");
    }
    for dialect in BOTH {
        let answer = client.post(dialect.path(), b"{\"model\": ").await;
        dialect.error(&answer, 400);
        dialect.error(&client.send("GET", dialect.path()).await, 405);
        dialect.error(&client.send("GET", &format!("{}/nothing/here", dialect.path())).await, 404);
    }
    assert_eq!(vendor.counts().requests, 0);
}

#[tokio::test]
async fn a08_a_stream_that_breaks_never_looks_complete() {
    let (vendor, clasp) = pair().await;
    for dialect in BOTH {
        for how in [Break::Close, Break::Clean, Break::Reset] {
            let chat = Chat::new().text("a text of many pieces that will not be told to its end");
            vendor.then(Answer::from(chat).broken(Point::Frames(3), how.clone()));
            let body = dialect.body("x", true);
            let streamed = dialect.stream(&clasp.client(), &body).await;
            assert_eq!(streamed.faults, [""; 0], "{dialect:?} {how:?}");
            let (_, last) = streamed.events.last().unwrap();
            match dialect {
                Dialect::Responses => assert_eq!(last["type"], "response.failed"),
                Dialect::Chat => assert!(last["error"].is_object(), "{last}"),
            }
        }
    }
}

#[tokio::test]
async fn d03_an_answer_that_can_be_had_again_is() {
    let (vendor, clasp) = pair().await;
    for dialect in BOTH {
        vendor.then(Answer::error(503, "overloaded", "server_error", None));
        let streamed = dialect.stream(&clasp.client(), &dialect.body("x", true)).await;
        streamed.good(dialect);
        assert_eq!(streamed.answer.head.header("x-clasp-provider"), Some("openai"));
    }
}
