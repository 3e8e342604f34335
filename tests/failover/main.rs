//! Retries: what is tried again, how often, and what the client gets in the end (rules D3, D4, D7).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::{Duration, Instant};

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Vendor};

fn failure(status: u16) -> Answer {
    Answer::error(status, "Scripted failure", "server_error", None)
}

#[tokio::test]
async fn d03_failures_that_pass_are_tried_again_with_the_same_bytes() {
    let mut asked = tokio::task::JoinSet::new();
    for status in [408, 409, 429, 500, 502, 503, 504, 529] {
        asked.spawn(async move {
            let (vendor, clasp) = pair().await;
            for body in [ask("x"), ask_stream("x")] {
                vendor.reset();
                vendor.then(failure(status)).then(Answer::text("recovered"));
                let answer = clasp.client().messages(&body).await;
                assert_eq!(answer.status(), 200, "{status}: {:?}", answer.body);
                let [first, second] = vendor.requests().try_into().unwrap();
                assert_eq!(first.bytes, second.bytes, "{status}");
                vendor.assert_clean();
            }
        });
    }
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
}

#[tokio::test]
async fn d03_broken_connections_are_tried_again() {
    let (vendor, clasp) = pair().await;
    for broken in [Answer::reset(), Answer::close(), Answer::wire("HTTP/1.1 200 OK\r\nx")] {
        vendor.reset();
        vendor.then(broken).then(Answer::text("recovered"));
        assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "recovered");
        assert_eq!(vendor.counts().requests, 2);
    }
}

#[tokio::test]
async fn d03_what_will_fail_again_is_not_tried_again() {
    let (vendor, clasp) = pair().await;
    for status in [400, 401, 402, 403, 404, 405, 413, 415, 422] {
        vendor.reset();
        vendor.then(failure(status)).then(Answer::text("too late"));
        let answer = clasp.client().messages(&ask("x")).await;
        assert!((400..500).contains(&answer.status()), "{status}: {}", answer.status());
        assert_eq!(vendor.counts().requests, 1, "{status}");
    }
}

#[tokio::test]
async fn d03_retry_after_is_honoured() {
    let (vendor, clasp) = pair().await;
    vendor.then(failure(429).header("retry-after", "1")).then(Answer::text("recovered"));
    let before = Instant::now();
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "recovered");
    assert!(before.elapsed() >= Duration::from_secs(1), "came back too early");
}

#[tokio::test]
async fn d03_a_long_retry_after_is_left_to_the_client() {
    let (vendor, clasp) = pair().await;
    vendor.otherwise(failure(503).header("retry-after", "3600"));
    let answer = clasp.client().messages(&ask("x")).await;
    answer.error(529);
    assert_eq!(answer.head.header("retry-after"), Some("3600"));
    assert_eq!(vendor.counts().requests, 1);
}

#[tokio::test]
async fn d03_tries_have_an_end() {
    let (vendor, clasp) = pair().await;
    vendor.otherwise(failure(500));
    clasp.client().messages(&ask("x")).await.server_error();
    let tries = vendor.counts().requests;
    assert!((2..=5).contains(&tries), "{tries} tries");
}

#[tokio::test]
async fn d03_an_outage_is_not_multiplied() {
    let (vendor, clasp) = pair().await;
    vendor.otherwise(failure(503));
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let client = clasp.client();
        asked.spawn(async move { client.messages(&ask("x")).await.server_error() });
    }
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
    let tries = vendor.counts().requests;
    assert!(tries < 160, "100 requests became {tries} during an outage");
}

#[tokio::test]
async fn d04_the_most_useful_error_is_told() {
    let (vendor, clasp) = pair().await;
    let useful = Answer::error(
        400,
        "Invalid schema for function 'f'",
        "invalid_request_error",
        Some("invalid_function_parameters"),
    );
    vendor.then(failure(500)).then(useful);
    let error = clasp.client().messages(&ask("x")).await.error(400);
    assert!(error["message"].as_str().unwrap().contains("Invalid schema"), "{error}");
}

#[tokio::test]
async fn d07_a_redirect_does_not_take_the_key_elsewhere() {
    let (vendor, clasp) = pair().await;
    let other = Vendor::start().await;
    for status in [301, 302, 307, 308] {
        let location = format!("{}/chat/completions", other.base_url());
        vendor.then(Answer::body(status, "text/plain", "").header("location", &location));
        clasp.client().messages(&ask("x")).await.server_error();
    }
    assert_eq!(other.counts().connections, 0);
    assert_eq!(other.counts().requests, 0);
}

#[tokio::test]
async fn connections_to_the_provider_are_kept() {
    let (vendor, clasp) = pair().await;
    for _ in 0..10 {
        clasp.client().streamed(&ask_stream("x")).await.good();
    }
    assert_eq!(vendor.counts().connections, 1);
}
