//! The provider's errors, as the client sees them (rules B4, D1, D2, D7).

use clasp_tests::support::clasp::KEY;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::Answer;
use serde_json::json;

#[tokio::test]
async fn d01_statuses_of_the_provider_become_the_api_s_own() {
    let (vendor, clasp) = pair().await;
    let invalid = "invalid_request_error";
    let cases = [
        (Answer::error(400, "Invalid value", invalid, Some("invalid_value")), 400, invalid),
        (
            Answer::error(401, "Incorrect API key", invalid, Some("invalid_api_key")),
            401,
            "authentication_error",
        ),
        (
            Answer::error(403, "Not here", "request_forbidden", Some("unsupported_country")),
            403,
            "permission_error",
        ),
        (
            Answer::error(404, "The model does not exist", invalid, Some("model_not_found")),
            404,
            "not_found_error",
        ),
        (Answer::error(413, "Too large", invalid, None), 413, "request_too_large"),
        (
            Answer::error(429, "quota", "insufficient_quota", Some("insufficient_quota")),
            402,
            "billing_error",
        ),
    ];
    for (answer, status, kind) in cases {
        for body in [ask("x"), ask_stream("x")] {
            vendor.then(answer.clone());
            let error = clasp.client().messages(&body).await.error(status);
            assert_eq!(error["type"], kind);
        }
    }
    assert_eq!(vendor.counts().requests, 12, "what will fail again was tried again (D3)");
}

#[tokio::test]
async fn d01_persistent_failures_of_the_provider() {
    for (status, expected, kind) in [
        (500, &[500, 502][..], "api_error"),
        (503, &[529], "overloaded_error"),
        (504, &[504], "timeout_error"),
    ] {
        let (vendor, clasp) = pair().await;
        vendor.otherwise(Answer::error(status, "Scripted failure", "server_error", None));
        let answer = clasp.client().messages(&ask_stream("x")).await;
        assert!(expected.contains(&answer.status()), "{status}: {:?}", answer.body);
        let error = answer.error(answer.status());
        assert_eq!(error["type"], kind);
        assert!(error["message"].as_str().unwrap().contains("Scripted failure"), "{error}");
    }
}

#[tokio::test]
async fn d02_a_context_overflow_reads_as_clients_know_it() {
    let (vendor, clasp) = pair().await;
    let overflow = Answer::error(
        400,
        "This model's maximum context length is 128000 tokens. However, your messages resulted in \
         208310 tokens. Please reduce the length of the messages.",
        "invalid_request_error",
        Some("context_length_exceeded"),
    );
    vendor.otherwise(overflow);
    for body in [ask("x"), ask_stream("x")] {
        let error = clasp.client().messages(&body).await.error(400);
        assert_eq!(error["type"], "invalid_request_error");
        assert_eq!(error["message"], "prompt is too long: 208310 tokens > 128000 maximum");
    }
}

#[tokio::test]
async fn b04_a_429_says_when_to_come_back_in_whole_seconds() {
    for (header, given) in [("retry-after", "120"), ("retry-after-ms", "119500")] {
        let (vendor, clasp) = pair().await;
        let limit = Answer::error(429, "Rate limit", "requests", Some("rate_limit_exceeded"));
        vendor.otherwise(limit.header(header, given));
        let answer = clasp.client().messages(&ask("x")).await;
        assert_eq!(answer.error(429)["type"], "rate_limit_error");
        assert_eq!(answer.head.header("retry-after"), Some("120"), "{header}");
        assert_eq!(vendor.counts().requests, 1, "two minutes are for the client to wait");
    }
}

#[tokio::test]
async fn d01_error_bodies_of_other_shapes_are_read() {
    let bodies = [
        Answer::json(400, &json!({"error": "just a text"})),
        Answer::json(400, &json!({"code": 400, "message": "just a text", "type": "x"})),
        Answer::json(400, &json!({"detail": "just a text"})),
        Answer::json(400, &json!({"error": {"code": 400, "message": "just a text"}})),
        Answer::body(400, "text/plain", "just a text"),
    ];
    for body in bodies {
        let (vendor, clasp) = pair().await;
        vendor.then(body);
        let error = clasp.client().messages(&ask("x")).await.error(400);
        assert!(error["message"].as_str().unwrap().contains("just a text"), "{error}");
    }
}

#[tokio::test]
async fn d01_a_huge_error_body_does_not_become_a_huge_answer() {
    let (vendor, clasp) = pair().await;
    vendor.then(Answer::body(400, "text/plain", "x".repeat(20_000_000)));
    let answer = clasp.client().messages(&ask("x")).await;
    answer.error(400);
    assert!(answer.body.len() < 100_000, "{} bytes", answer.body.len());
}

#[tokio::test]
async fn d07_the_key_is_in_no_error_and_no_log() {
    let (vendor, clasp) = pair().await;
    vendor.otherwise(Answer::error(
        401,
        &format!("Incorrect API key provided: {KEY}."),
        "invalid_request_error",
        Some("invalid_api_key"),
    ));
    let answer = clasp.client().messages(&ask("x")).await;
    assert!(!answer.error(401).to_string().contains(KEY));
    assert_eq!(vendor.only_request().header("authorization"), Some(&*format!("Bearer {KEY}")));
    clasp.log().line("request failed").await;
    assert!(!clasp.log().text().contains(KEY), "{}", clasp.log().text());
}
