//! A target that fails is left alone for a while.

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Break, Point};
use serde_json::Value;

use crate::support::{A_THEN_B, Two, explained, failure, steps, two};

async fn house(timeout: &str) -> Two {
    let breaker = format!(
        "circuit_breaker: {{enabled: true, threshold: 2, recovery: 1, timeout_sec: {timeout}}}\n"
    );
    two(&format!("{A_THEN_B}{breaker}")).await
}

async fn state(house: &Two) -> Value {
    let health = house.clasp.client().send("GET", "/health").await.json();
    let breakers = health["breakers"].as_array().unwrap().clone();
    breakers.into_iter().find(|one| one["target"] == "a/gpt-4.1").unwrap_or_default()
}

#[tokio::test]
async fn it_opens_after_failures_in_a_row_and_says_so() {
    let house = house("60").await;
    house.a.otherwise(failure(529));
    for _ in 0..6 {
        house.clasp.client().messages(&ask("x")).await.message();
    }
    let tries = house.a.counts().requests;
    assert_eq!(tries, 2, "it is asked until it failed twice");
    assert_eq!(state(&house).await["state"], "open");
    house.clasp.log().line_with(&["WARN", "left alone", "a/gpt-4.1"]).await;
    let answer = house.clasp.client().messages(&ask("x")).await;
    let record = explained(&house.clasp.client(), &answer).await;
    let decided = &record["steps"][0];
    assert_eq!(decided["passed_over"][0]["provider"], "a", "{record}");
    assert_eq!(steps(&record), ["decided", "tried", "opened"]);
}

#[tokio::test]
async fn a_probe_finds_out_that_the_target_is_back() {
    let house = house("1").await;
    house.a.then(failure(529)).then(failure(529));
    for _ in 0..2 {
        house.clasp.client().messages(&ask("x")).await.message();
    }
    assert_eq!(state(&house).await["state"], "open");
    house.a.otherwise(Answer::text("from a"));
    // Whoever asks after the timeout is the probe.
    loop {
        if house.clasp.client().messages(&ask("x")).await.message().text() == "from a" {
            break;
        }
    }
    assert_eq!(state(&house).await["state"], "closed");
}

#[tokio::test]
async fn a_stream_that_breaks_in_the_middle_counts_as_a_failure() {
    let house = house("60").await;
    house.a.otherwise(
        Answer::text("one two three four five six").broken(Point::Frames(3), Break::Close),
    );
    for _ in 0..2 {
        house.clasp.client().streamed(&ask_stream("x")).await.failed();
    }
    assert_eq!(state(&house).await["state"], "open");
}

#[tokio::test]
async fn what_the_client_did_wrong_counts_for_nothing() {
    let house = house("60").await;
    house.a.otherwise(failure(400));
    for _ in 0..5 {
        house.clasp.client().messages(&ask("x")).await.error(400);
    }
    assert_ne!(state(&house).await["state"], "open");
}

#[tokio::test]
async fn d03_with_nobody_left_the_client_hears_when_to_come_back() {
    let more = "models: {default: a/gpt-4.1}\ncircuit_breaker: {enabled: true, threshold: 1, \
                timeout_sec: 60}\n";
    let house = two(more).await;
    house.a.otherwise(failure(503));
    house.clasp.client().messages(&ask("x")).await.server_error();
    let tries = house.a.counts().requests;
    let answer = house.clasp.client().messages(&ask("x")).await;
    let error = answer.error(529);
    assert!(error["message"].as_str().unwrap().contains("a/gpt-4.1"), "{error}");
    let wait: u64 = answer.head.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(house.a.counts().requests, tries);
}
