//! A client that leaves takes its request with it (rule A12).

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Break, Chat, Point};

#[tokio::test]
async fn a12_leaving_a_stream_closes_the_provider_s_connection() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text("one two three four five");
    vendor.then(Answer::from(chat).broken(Point::Frames(2), Break::Stall));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    drop(stream);
    vendor.until("the close", |counts| counts.left == 1 && counts.open == 0).await;
    let line = clasp.log().line("cancelled").await;
    assert!(!line.contains("ERROR") && !line.contains("WARN"), "{line}");
}

#[tokio::test]
async fn a12_leaving_before_the_first_byte_closes_the_provider_s_connection() {
    let (vendor, clasp) = pair().await;
    for body in [ask("x"), ask_stream("x")] {
        vendor.reset();
        vendor.then(Answer::never());
        let client = clasp.client();
        let asked = tokio::spawn(async move { client.messages(&body).await });
        vendor.until("the request", |counts| counts.open == 1).await;
        asked.abort();
        vendor.until("the close", |counts| counts.left == 1 && counts.open == 0).await;
    }
    assert_eq!(vendor.counts().requests, 1, "a request that nobody waits for was tried again");
}

#[tokio::test]
async fn a12_leaving_a_plain_answer_half_way_closes_the_provider_s_connection() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text("one two three four five");
    vendor.then(Answer::from(chat).broken(Point::Bytes(50), Break::Stall));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    asked.abort();
    vendor.until("the close", |counts| counts.left == 1 && counts.open == 0).await;
}

#[tokio::test]
async fn a12_a_client_that_leaves_while_a_retry_waits_ends_it() {
    let (vendor, clasp) = pair().await;
    let limit = Answer::error(429, "Rate limit", "requests", Some("rate_limit_exceeded"));
    vendor.otherwise(limit.header("retry-after", "5"));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    clasp.log().line("trying again").await;
    asked.abort();
    clasp.log().line("cancelled").await;
    assert_eq!(vendor.counts().requests, 1);
}

#[tokio::test]
async fn a12_many_clients_leave_at_once() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text("one two three four five");
    vendor.otherwise(Answer::from(chat).broken(Point::Frames(2), Break::Stall));
    let mut streams = Vec::new();
    for _ in 0..64 {
        let mut stream = clasp.client().stream(&ask_stream("x")).await;
        stream.until("content_block_delta").await;
        streams.push(stream);
    }
    assert_eq!(vendor.counts().open, 64);
    drop(streams);
    vendor.until("64 closes", |counts| counts.left == 64 && counts.open == 0).await;
    vendor.reset();
    vendor.otherwise(Answer::text("still here"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "still here");
}

#[tokio::test]
async fn a12_a_reader_that_stops_reading_holds_the_provider_back() {
    let (vendor, clasp) = pair().await;
    let chunk = format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{}\"}}}}]}}\n\n",
        "x".repeat(8000)
    );
    vendor.then(Answer::endless(chunk.clone(), chunk));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    // Whatever is in flight, the sockets' buffers bound it: memory must not grow with time.
    for _ in 0..200 {
        stream.until("content_block_delta").await;
    }
    let resident = resident_bytes(clasp.pid());
    assert!(resident < 400 << 20, "{resident} bytes resident");
    drop(stream);
    vendor.until("the close", |counts| counts.open == 0).await;
}

fn resident_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) << 10
}
