//! Requests that wait instead of failing.

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Gate, Vendor};

use crate::support::{admin, explained, failure, steps, two, yaml};

const QUEUE: &str = "models: {default: a/gpt-4.1}\nqueue: {enabled: true, max_size: 1, \
                     max_wait_seconds: 60, retry_delay_ms: 20, max_retries: 5}\n";

#[tokio::test]
async fn a_request_waits_until_the_provider_is_back() {
    let house = two(QUEUE).await;
    // More failures than tries without a queue.
    for _ in 0..5 {
        house.a.then(failure(529).header("retry-after-ms", "10"));
    }
    house.a.then(Answer::text("at last"));
    let answer = house.clasp.client().messages(&ask("x")).await;
    assert_eq!(answer.message().text(), "at last");
    let record = explained(&house.clasp.client(), &answer).await;
    assert!(steps(&record).contains(&"queued"), "{record}");
}

#[tokio::test]
async fn a_full_queue_refuses_clearly() {
    let house = two(&QUEUE.replace("retry_delay_ms: 20", "retry_delay_ms: 3000")).await;
    house.a.otherwise(failure(529));
    let client = house.clasp.client();
    let waiting = tokio::spawn(async move { client.messages(&ask("x")).await });
    // The first one waits by now.
    loop {
        let status = admin(&house.clasp.client(), "/admin/status").await;
        if status["waiting"].as_object().is_some_and(|waiting| !waiting.is_empty()) {
            break;
        }
    }
    let refused = house.clasp.client().messages(&ask("x")).await;
    let error = refused.error(529);
    assert!(error["message"].as_str().unwrap().contains("1 requests wait"), "{error}");
    assert!(refused.head.header("retry-after").is_some());
    waiting.abort();
}

#[tokio::test]
async fn a10_a_stream_that_waits_gets_pings() {
    let house = two(&format!("{QUEUE}limits: {{ping_interval: 20ms}}\n")).await;
    let gate = Gate::new();
    for _ in 0..3 {
        house.a.then(failure(529).header("retry-after-ms", "1"));
    }
    house.a.then(Answer::text("at last").after(&gate));
    let mut stream = house.clasp.client().stream(&ask_stream("x")).await;
    stream.until("ping").await;
    gate.open();
    assert_eq!(stream.end().await.good().text(), "at last");
}

#[tokio::test]
async fn what_waiting_does_not_mend_does_not_wait() {
    let house = two(QUEUE).await;
    house.a.otherwise(failure(400));
    house.clasp.client().messages(&ask("x")).await.error(400);
    assert_eq!(house.a.counts().requests, 1);
}

#[tokio::test]
async fn who_waits_goes_on_waiting_when_the_queue_is_made_smaller() {
    let (a, b) = (Vendor::start().await, Vendor::start().await);
    let with =
        |size: usize| yaml(&a, &b, &QUEUE.replace("max_size: 1", &format!("max_size: {size}")));
    let clasp = Setup::bare().config(&with(10)).start().await;
    a.choose(|_, number| match number {
        1..=3 => failure(529).header("retry-after-ms", "1500"),
        _ => Answer::text("at last"),
    });
    let client = clasp.client();
    let waiting = tokio::spawn(async move { client.messages(&ask("x")).await });
    loop {
        let status = admin(&clasp.client(), "/admin/status").await;
        if status["waiting"].as_object().is_some_and(|waiting| !waiting.is_empty()) {
            break;
        }
    }
    clasp.configure(&with(1));
    clasp.log().line("changed settings apply").await;
    assert_eq!(waiting.await.unwrap().message().text(), "at last");
}

#[tokio::test]
async fn d03_waiting_does_not_multiply_an_outage() {
    const REQUESTS: usize = 60;
    let house = two(&QUEUE.replace("max_size: 1", "max_size: 100").replace("60,", "2,")).await;
    house.a.otherwise(failure(500));
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..REQUESTS {
        let client = house.clasp.client();
        asked.spawn(async move { client.messages(&ask("x")).await.status() });
    }
    while let Some(status) = asked.join_next().await {
        assert!(status.unwrap() >= 500);
    }
    let tries = house.a.counts().requests;
    assert!(tries <= REQUESTS * 14 / 10, "{tries} tries for {REQUESTS} requests");
}
