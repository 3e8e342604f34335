//! Silence is filled with pings and has an end (rules A10, A11).

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Break, Chat, Gate, Point, Vendor};

async fn pinging(vendor: &Vendor, interval: &str) -> Clasp {
    Setup::new(vendor).env("CLASP_PING_INTERVAL", interval).start().await
}

#[tokio::test]
async fn a10_pings_come_before_the_provider_answers_at_all() {
    let vendor = Vendor::start().await;
    let clasp = pinging(&vendor, "20ms").await;
    let gate = Gate::new();
    vendor.then(Answer::text("at last").after(&gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    for _ in 0..5 {
        stream.until("ping").await;
    }
    gate.open();
    let message = stream.end().await.good();
    assert_eq!(message.text(), "at last");
    vendor.assert_clean();
}

#[tokio::test]
async fn a10_pings_come_in_the_middle_of_a_block() {
    let vendor = Vendor::start().await;
    let clasp = pinging(&vendor, "20ms").await;
    let gate = Gate::new();
    vendor.then(Answer::from(Chat::new().text("one two").pieces_of(4)).hold(2, &gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    for _ in 0..5 {
        stream.until("ping").await;
    }
    gate.open();
    assert_eq!(stream.end().await.good().text(), "one two");
}

#[tokio::test]
async fn a10_a_failure_after_a_ping_is_an_error_event() {
    let vendor = Vendor::start().await;
    let clasp = pinging(&vendor, "20ms").await;
    let gate = Gate::new();
    let error = Answer::error(400, "no such thing", "invalid_request_error", None);
    vendor.then(error.after(&gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("ping").await;
    gate.open();
    let ended = stream.end().await;
    let error = ended.failed();
    assert_eq!(error["type"], "invalid_request_error");
    assert!(error["message"].as_str().unwrap().contains("no such thing"));
}

#[tokio::test]
async fn a10_plain_requests_get_no_pings() {
    let vendor = Vendor::start().await;
    let clasp = pinging(&vendor, "1ms").await;
    let gate = Gate::new();
    vendor.then(Answer::text("late").after(&gate));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    gate.open();
    assert_eq!(asked.await.unwrap().message().text(), "late");
}

#[tokio::test]
async fn a11_silence_within_a_stream_ends_with_an_error_event() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_HTTP_TIMEOUT", "200ms").start().await;
    let chat = Chat::new().text("one two three four five");
    vendor.then(Answer::from(chat).broken(Point::Frames(2), Break::Stall));
    let ended = clasp.client().streamed(&ask_stream("x")).await;
    assert_eq!(ended.failed()["type"], "timeout_error");
    vendor.until("the close", |counts| counts.open == 0).await;
}

#[tokio::test]
async fn a11_a_stream_may_take_longer_than_the_idle_limit() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor)
        .env("CLASP_HTTP_TIMEOUT", "3s")
        .env("CLASP_PING_INTERVAL", "100ms")
        .start()
        .await;
    let gate = Gate::new();
    let text = "a b c d e f g h i j k l ";
    vendor.then(Answer::from(Chat::new().text(text).pieces_of(2)).paced(&gate));
    gate.pass(2);
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    // Each silence is far within the limit; all of them together are beyond it.
    for _ in 0..10 {
        for _ in 0..4 {
            stream.until("ping").await;
        }
        gate.pass(1);
    }
    gate.open();
    assert_eq!(stream.end().await.good().text(), text);
}
