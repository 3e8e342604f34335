//! Breaks, retries, silence and leaving on the lane (rules A8, A10, A12, D3).

use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Break, Gate, Point, Vendor};

use crate::setup::{ASKED, NAMED, error, frames, plain, settings, start, stream};

const TEXT: &str = "one two three four";

#[tokio::test]
async fn a08_a_break_between_events_is_an_error_event() {
    let (vendor, clasp) = start().await;
    for how in [Break::Clean, Break::Close, Break::Reset] {
        vendor.then(stream(TEXT).broken(Point::Frames(5), how.clone()));
        let ended = clasp.client().streamed(&ask_stream("x")).await;
        assert!(!ended.message.complete, "{how:?}");
        assert_eq!(ended.failed()["type"], "api_error", "{how:?}");
    }
    clasp.log().line("request failed").await;
}

#[tokio::test]
async fn a08_a_stream_cut_at_any_byte_is_never_a_success() {
    let (vendor, clasp) = start().await;
    let frames = frames(TEXT);
    let first = frames[0].len();
    let whole = frames.concat();
    for cut in (first + 1..whole.len() - 1).step_by(67) {
        for how in [Break::Clean, Break::Close] {
            vendor.then(stream(TEXT).broken(Point::Bytes(cut), how));
            let ended = clasp.client().streamed(&ask_stream("x")).await;
            assert!(!ended.message.complete, "cut at {cut}");
            assert!(!ended.clean || ended.message.error.is_some(), "cut at {cut}: ended cleanly");
        }
    }
}

#[tokio::test]
async fn a08_an_error_event_is_passed_on() {
    let (vendor, clasp) = start().await;
    let told = b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\
                 \"message\":\"Overloaded\"}}\n\n";
    let gate = Gate::new();
    let answer = stream(TEXT).hold(5, &gate).broken(Point::Frames(5), Break::With(told.to_vec()));
    vendor.then(answer);
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    gate.open();
    let ended = stream.end().await;
    assert!(ended.clean);
    assert_eq!(ended.failed()["message"], "Overloaded");
    let line = clasp.log().line("request failed").await;
    assert!(line.contains("Overloaded"), "{line}");
    assert_eq!(vendor.counts().requests, 1);
}

#[tokio::test]
async fn d03_what_fails_before_the_first_event_is_tried_again() {
    let (vendor, clasp) = start().await;
    let overloaded =
        b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\
                       \"message\":\"Overloaded\"}}\n\n";
    let failures = [
        error(529, "overloaded_error", "Overloaded"),
        Answer::reset(),
        Answer::frames([overloaded.to_vec()]),
        stream(TEXT).broken(Point::Bytes(20), Break::Clean),
        stream(TEXT).broken(Point::Bytes(0), Break::Close),
    ];
    for failure in failures {
        vendor.reset();
        vendor.then(failure).then(stream(TEXT));
        let message = clasp.client().streamed(&ask_stream("x")).await.good();
        assert_eq!(message.text(), TEXT);
        let [first, second] = vendor.requests().try_into().unwrap();
        assert_eq!((first.bytes, first.path), (second.bytes, second.path));
        vendor.assert_clean();
    }
    vendor.reset();
    let body = plain(TEXT);
    let cut = Answer::body(200, "application/json", body[..100].to_owned());
    vendor.then(cut).then(Answer::body(200, "application/json", body));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), TEXT);
}

#[tokio::test]
async fn d03_the_last_failure_is_told_with_its_retry_after() {
    let (vendor, clasp) = start().await;
    vendor.otherwise(error(429, "rate_limit_error", "slow down").header("retry-after", "120"));
    let answer = clasp.client().messages(&ask_stream("x")).await;
    assert_eq!(answer.error(429)["message"], "slow down");
    assert_eq!(answer.head.header("retry-after"), Some("120"));
    assert_eq!(vendor.counts().requests, 1, "so long a wait is the client's");
}

#[tokio::test]
async fn a10_pings_fill_silence_between_events_only() {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).env("CLASP_PING_INTERVAL", "20ms").start().await;
    let (first, second) = (Gate::new(), Gate::new());
    vendor.then(stream(TEXT).after(&first).hold(4, &second));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("ping").await;
    first.open();
    stream.until("content_block_delta").await;
    for _ in 0..3 {
        stream.until("ping").await;
    }
    second.open();
    assert_eq!(stream.end().await.good().text(), TEXT);

    // Silence within an event.
    let whole = frames(TEXT).concat();

    let (begin, end) = whole.split_at(700);
    assert!(!begin.ends_with('\n'));
    let gate = Gate::new();
    vendor.then(Answer::frames([begin.to_owned(), end.to_owned()]).hold(1, &gate));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask_stream("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    // Another stream tells that pings were due.
    let never = Gate::new();
    vendor.then(self::stream(TEXT).after(&never));
    let mut other = clasp.client().stream(&ask_stream("x")).await;
    for _ in 0..3 {
        other.until("ping").await;
    }
    gate.open();
    let body = asked.await.unwrap().body;
    let without =
        String::from_utf8_lossy(&body).replace("event: ping\ndata: {\"type\":\"ping\"}\n\n", "");
    assert_eq!(without, whole.replacen(NAMED, ASKED, 1));
}

#[tokio::test]
async fn a10_a_failure_after_a_ping_is_an_error_event() {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).env("CLASP_PING_INTERVAL", "20ms").start().await;
    let gate = Gate::new();
    vendor.then(error(400, "invalid_request_error", "no such thing").after(&gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("ping").await;
    gate.open();
    assert_eq!(stream.end().await.message.error.unwrap()["message"], "no such thing");
}

#[tokio::test]
async fn a11_silence_has_an_end() {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).env("CLASP_HTTP_TIMEOUT", "200ms").start().await;
    vendor.then(stream(TEXT).broken(Point::Frames(5), Break::Stall));
    let ended = clasp.client().streamed(&ask_stream("x")).await;
    assert_eq!(ended.failed()["type"], "timeout_error");
}

#[tokio::test]
async fn a12_leaving_closes_the_provider_s_connection() {
    let (vendor, clasp) = start().await;
    vendor.then(stream(TEXT).broken(Point::Frames(5), Break::Stall));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    drop(stream);
    vendor.until("the close", |counts| counts.left == 1 && counts.open == 0).await;
    clasp.log().line("cancelled").await;
}

#[tokio::test]
async fn a16_the_body_ends_although_the_provider_keeps_its_own_open() {
    let (vendor, clasp) = start().await;
    vendor.then(stream(TEXT).broken(Point::Frames(usize::MAX), Break::Stall));
    assert_eq!(clasp.client().streamed(&ask_stream("x")).await.good().text(), TEXT);
}
