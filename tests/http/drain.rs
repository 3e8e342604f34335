//! The end of the process: what runs finishes, what is new is not taken.

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Gate, Vendor};

#[tokio::test]
async fn a_running_stream_finishes_after_sigterm() {
    let (vendor, mut clasp) = pair().await;
    let gate = Gate::new();
    vendor.then(Answer::text("one two three four five six").hold(2, &gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    clasp.terminate();
    clasp.log().line("draining").await;
    let refused = clasp.client().messages(&ask("y")).await;
    assert_eq!((refused.status(), refused.head.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.json()["error"]["type"], "overloaded_error");
    assert_eq!(clasp.client().send("GET", "/health/ready").await.status(), 503);
    assert_eq!(clasp.client().send("GET", "/health/live").await.status(), 200);
    gate.open();
    assert_eq!(stream.end().await.good().text(), "one two three four five six");
    assert!(clasp.ended().await.success());
}

#[tokio::test]
async fn a_running_plain_request_finishes_after_sigterm() {
    let (vendor, mut clasp) = pair().await;
    let gate = Gate::new();
    vendor.then(Answer::text("late").after(&gate));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    clasp.terminate();
    clasp.log().line("draining").await;
    gate.open();
    assert_eq!(asked.await.unwrap().message().text(), "late");
    assert!(clasp.ended().await.success());
}

#[tokio::test]
async fn an_idle_server_ends_at_once_although_clients_keep_connections() {
    let (_vendor, mut clasp) = pair().await;
    let mut connection = clasp.client().connect().await;
    connection.write(b"GET /health HTTP/1.1\r\nhost: t\r\n\r\n").await;
    assert_eq!(connection.answer(false).await.status(), 200);
    clasp.terminate();
    assert!(clasp.ended().await.success());
    connection.closed().await;
}

#[tokio::test]
async fn the_drain_has_an_end() {
    let vendor = Vendor::start().await;
    let mut clasp = Setup::new(&vendor).env("CLASP_DRAIN_TIMEOUT", "200ms").start().await;
    vendor.then(Answer::never());
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.stream(&ask_stream("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    clasp.terminate();
    clasp.ended().await;
    vendor.until("the close", |counts| counts.connections == 0).await;
    asked.abort();
}

#[tokio::test]
async fn a_hundred_streams_finish_and_a_second_signal_does_not_wait() {
    const STREAMS: usize = 100;
    for second in [false, true] {
        let (vendor, mut clasp) = pair().await;
        let gate = Gate::new();
        vendor.otherwise(Answer::text("one two three four five six").hold(2, &gate));
        let mut streams = tokio::task::JoinSet::new();
        for _ in 0..STREAMS {
            let client = clasp.client();
            streams.spawn(async move { client.streamed(&ask_stream("x")).await });
        }
        vendor.until("all run", |counts| counts.open == STREAMS).await;
        clasp.terminate();
        clasp.log().line("draining").await;
        if second {
            clasp.terminate();
            assert!(!clasp.ended().await.success());
            continue;
        }
        gate.open();
        while let Some(ended) = streams.join_next().await {
            assert_eq!(ended.unwrap().good().text(), "one two three four five six");
        }
        assert!(clasp.ended().await.success());
    }
}
