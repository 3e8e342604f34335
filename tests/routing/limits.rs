//! Limits of clients.

use clasp_tests::support::client::{ask, with};
use clasp_tests::support::upstream::{Answer, Gate};
use tokio::task::JoinSet;

use crate::support::{ask_with, two};

const ALICE: (&str, &str) = ("authorization", "Bearer clasp-alice-0123456789abcdef");
const BOB: (&str, &str) = ("authorization", "Bearer clasp-bob-0123456789abcdef");

fn keys(limits: &str) -> String {
    format!(
        "models: {{default: a/gpt-4.1}}\nkeys:\n  - {{name: alice, key: clasp-alice-0123456789abcdef, \
         limits: {limits}}}\n  - {{name: bob, key: clasp-bob-0123456789abcdef}}\n"
    )
}

#[tokio::test]
async fn requests_beyond_a_keys_rate_are_told_when_to_come_back() {
    let house = two(&keys("{requests: {count: 2, per: 3600s, burst: 2}}")).await;
    let client = house.clasp.client();
    for _ in 0..2 {
        ask_with(&client, &[ALICE], &ask("x")).await.message();
    }
    let refused = ask_with(&client, &[ALICE], &ask("x")).await;
    let error = refused.error(429);
    assert!(error["message"].as_str().unwrap().contains("alice"), "{error}");
    let wait: u64 = refused.head.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    // Nobody else notices.
    ask_with(&client, &[BOB], &ask("x")).await.message();
    assert_eq!(house.a.counts().requests, 3);
}

#[tokio::test]
async fn tokens_are_charged_when_they_are_known() {
    let house = two(&keys("{tokens: {count: 10, per: 3600s, burst: 10}}")).await;
    let client = house.clasp.client();
    ask_with(&client, &[ALICE], &ask("x")).await.message();
    ask_with(&client, &[ALICE], &ask("x")).await.error(429);
    ask_with(&client, &[BOB], &ask("x")).await.message();
}

#[tokio::test]
async fn so_many_at_a_time_and_no_more() {
    let house = two(&keys("{concurrency: 2}")).await;
    let gate = Gate::new();
    house.a.otherwise(Answer::text("ok").after(&gate));
    let mut running = JoinSet::new();
    for _ in 0..2 {
        let client = house.clasp.client();
        running.spawn(async move { ask_with(&client, &[ALICE], &ask("x")).await });
    }
    house.a.until("two run", |counts| counts.open == 2).await;
    let refused = ask_with(&house.clasp.client(), &[ALICE], &ask("x")).await;
    refused.error(429);
    assert!(refused.head.header("retry-after").is_some());
    gate.open();
    while let Some(done) = running.join_next().await {
        done.unwrap().message();
    }
    ask_with(&house.clasp.client(), &[ALICE], &ask("x")).await.message();
}

#[tokio::test]
async fn a_limit_for_all_holds_for_all_together() {
    let more = "models: {default: a/gpt-4.1}\nrate_limit: {enabled: true, requests: 3, window: 3600, \
                burst: 3}\n";
    let house = two(more).await;
    for _ in 0..3 {
        house.clasp.client().messages(&ask("x")).await.message();
    }
    house.clasp.client().messages(&with(ask("x"), "stream", true)).await.error(429);
}
