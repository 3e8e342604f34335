//! The end of the process: what runs finishes, what is new is not taken.

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Gate, Vendor};
use tokio::net::TcpStream;

#[tokio::test]
async fn a_running_stream_finishes_after_sigterm() {
    let (vendor, mut clasp) = pair().await;
    let gate = Gate::new();
    vendor.then(Answer::text("one two three four five six").hold(2, &gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    clasp.terminate();
    clasp.log().line("draining").await;
    assert!(TcpStream::connect(clasp.address()).await.is_err(), "a new connection was taken");
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
