//! Sizes and waits that a client may not exceed (rule D5).

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, post};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::Vendor;

#[tokio::test]
async fn d05_a_body_over_the_limit_is_413() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_BODY_LIMIT", "64KiB").start().await;
    let client = clasp.client();
    let body = ask(&"x".repeat(70_000)).to_string();
    let error = client.post("/v1/messages", body.as_bytes()).await.error(413);
    assert_eq!(error["type"], "request_too_large");
    let error = client.post("/v1/messages/count_tokens", body.as_bytes()).await.error(413);
    assert_eq!(error["type"], "request_too_large");
    assert_eq!(vendor.counts().requests, 0);
    client.messages(&ask(&"x".repeat(60_000))).await.message();
}

#[tokio::test]
async fn d05_a_body_that_only_grows_is_413_as_soon_as_it_is_too_large() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_BODY_LIMIT", "64KiB").start().await;
    let mut connection = clasp.client().connect().await;
    connection
        .write(b"POST /v1/messages HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    let chunk = [b"8000\r\n".as_slice(), &[b' '; 0x8000], b"\r\n"].concat();
    for _ in 0..3 {
        connection.write(&chunk).await;
    }
    connection.answer(false).await.error(413);
}

#[tokio::test]
async fn d05_a_length_that_is_announced_too_large_needs_no_body() {
    let (_vendor, clasp) = pair().await;
    let mut connection = clasp.client().connect().await;
    connection
        .write(b"POST /v1/messages HTTP/1.1\r\nhost: t\r\ncontent-length: 99999999999\r\n\r\n")
        .await;
    connection.answer(false).await.error(413);
}

#[tokio::test]
async fn d05_large_bodies_are_taken() {
    let (vendor, clasp) = pair().await;
    let text = "0123456789abcdef".repeat(1 << 19);
    clasp.client().messages(&ask(&text)).await.message();
    let sent = vendor.only_request();
    assert_eq!(sent.body["messages"][0]["content"].as_str().map(str::len), Some(text.len()));
}

#[tokio::test]
async fn header_bombs_are_refused_and_harm_nobody() {
    let (vendor, clasp) = pair().await;
    let client = clasp.client();
    let many: String = (0..5000).map(|index| format!("x-{index}: y\r\n")).collect();
    let long = format!("x-long: {}\r\n", "y".repeat(4 << 20));
    let path = format!("POST /{} HTTP/1.1\r\nhost: t\r\n", "p".repeat(4 << 20));
    for bomb in [
        format!("POST /v1/messages HTTP/1.1\r\nhost: t\r\n{many}\r\n"),
        format!("POST /v1/messages HTTP/1.1\r\nhost: t\r\n{long}\r\n"),
        format!("{path}\r\n"),
    ] {
        let mut connection = client.connect().await;
        connection.write(bomb.as_bytes()).await;
        let answer = String::from_utf8_lossy(&connection.closed().await).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!(vendor.counts().requests, 0);
    client.messages(&ask("x")).await.message();
}

#[tokio::test]
async fn headers_that_do_not_come_close_the_connection() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_HEADER_TIMEOUT", "200ms").start().await;
    let mut slow = clasp.client().connect().await;
    slow.write(b"POST /v1/messages HTTP/1.1\r\nhost: t\r\nx-half").await;
    slow.closed().await;
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_IDLE_TIMEOUT", "200ms").start().await;
    let mut connection = clasp.client().connect().await;
    let whole = post("/v1/messages", &[], ask("x").to_string().as_bytes());
    connection.write(&whole[..whole.len() - 5]).await;
    let answer = connection.answer(false).await;
    assert!(answer.status() >= 400, "{}", answer.status());
    answer.error(answer.status());
    assert_eq!(vendor.counts().requests, 0);
}

#[tokio::test]
async fn connections_over_the_limit_wait_their_turn() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_MAX_CONNECTIONS", "2").start().await;
    let client = clasp.client();
    let first = client.connect().await;
    let _second = client.connect().await;
    let mut third = client.connect().await;
    third.write(&post("/v1/messages", &[], ask("x").to_string().as_bytes())).await;
    drop(first);
    assert_eq!(third.answer(false).await.message().text(), "hello");
}
