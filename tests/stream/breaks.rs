//! An answer that breaks off is an error, never a success (rules A8, A16, D3).

use clasp_tests::support::clasp::{Clasp, MODEL};
use clasp_tests::support::client::{Ended, ask, ask_stream, with};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Break, Chat, Gate, Point, Vendor};
use serde_json::json;

const TEXT: &str = "one two three four five six seven eight nine ten";

fn breaks() -> Vec<(&'static str, Break)> {
    let error = "data: {\"error\":{\"message\":\"overloaded now\",\"type\":\"server_error\",\
                 \"param\":null,\"code\":null}}\n\n";
    vec![
        ("a clean end", Break::Clean),
        ("a close", Break::Close),
        ("a reset", Break::Reset),
        ("an error chunk", Break::With(error.into())),
        ("an error event", Break::With(format!("event: error\n{error}").into_bytes())),
        ("an error chunk and DONE", Break::With(format!("{error}data: [DONE]\n\n").into_bytes())),
        ("garbage", Break::With(b"data: {\"choices\": [}\n\n".to_vec())),
    ]
}

/// A stream of which the client has content before frame `index` and what follows it come.
async fn breaking(vendor: &Vendor, clasp: &Clasp, answer: Answer, index: usize) -> Ended {
    let gate = Gate::new();
    vendor.then(answer.hold(index, &gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    stream.until("content_block_delta").await;
    gate.open();
    stream.end().await
}

#[tokio::test]
async fn a08_a_break_after_content_is_an_error_event_and_never_a_clean_end() {
    let (vendor, clasp) = pair().await;
    for (what, how) in breaks() {
        vendor.reset();
        let answer = Answer::from(Chat::new().text(TEXT)).broken(Point::Frames(3), how);
        let ended = breaking(&vendor, &clasp, answer, 3).await;
        assert!(!ended.message.complete, "{what}: taken for a success");
        let error = ended.failed();
        let kind = error["type"].as_str().unwrap();
        assert!(["api_error", "overloaded_error"].contains(&kind), "{what}: {error}");
        assert_eq!(vendor.counts().requests, 1, "{what}: tried again after content");
    }
}

#[tokio::test]
async fn a08_a_break_inside_a_call_is_an_error_event() {
    let (vendor, clasp) = pair().await;
    for (what, how) in breaks() {
        let chat = Chat::new().text("x").call("call_1", "f", &json!({"text": TEXT})).pieces_of(4);
        let answer = Answer::from(chat).broken(Point::Frames(6), how);
        let ended = breaking(&vendor, &clasp, answer, 6).await;
        assert!(!ended.message.complete, "{what}: taken for a success");
        ended.failed();
    }
}

#[tokio::test]
async fn a08_a_provider_s_own_end_is_an_end_also_without_a_finish_reason() {
    let (vendor, clasp) = pair().await;
    let done = || Break::With(b"data: [DONE]\n\n".to_vec());
    let call = json!({"text": "short"});
    let whole = Chat::new().text(TEXT).call("call_1", "f", &call);
    let frames = whole.frames(&json!({"model": MODEL})).len() - 2;
    vendor.then(Answer::from(whole).broken(Point::Frames(frames), done()));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!((message.text().as_str(), &message.calls()[0]["input"]), (TEXT, &call));

    // A call whose arguments are not whole is none that a client could run.
    let chat = Chat::new().text("x").call("call_1", "f", &json!({"text": TEXT})).pieces_of(4);
    vendor.then(Answer::from(chat).broken(Point::Frames(6), done()));
    let ended = clasp.client().streamed(&ask_stream("x")).await;
    assert!(ended.faults.is_empty(), "{:#?} in {:#?}", ended.faults, ended.message);
}

#[tokio::test]
async fn a08_a_break_before_content_is_tried_again() {
    let (vendor, clasp) = pair().await;
    for (what, how) in breaks() {
        if matches!(how, Break::With(_)) {
            continue;
        }
        vendor.reset();
        vendor.then(Answer::from(Chat::new().text(TEXT)).broken(Point::Frames(1), how));
        vendor.then(Answer::text("second try"));
        let message = clasp.client().streamed(&ask_stream("x")).await.good();
        assert_eq!(message.text(), "second try", "{what}");
        assert_eq!(vendor.counts().requests, 2, "{what}");
    }
}

#[tokio::test]
async fn a08_a_persistent_break_before_content_is_a_status() {
    for (what, how) in [("a close", Break::Close), ("a clean end", Break::Clean)] {
        let (vendor, clasp) = pair().await;
        vendor.otherwise(Answer::from(Chat::new().text(TEXT)).broken(Point::Frames(1), how));
        let error = clasp.client().messages(&ask_stream("x")).await.server_error();
        assert!(!error["message"].as_str().unwrap().is_empty(), "{what}");
        let tries = vendor.counts().requests;
        assert!((2..=6).contains(&tries), "{what}: {tries} tries");
    }
}

#[tokio::test]
async fn a08_an_error_inside_a_success_is_a_status_while_nothing_was_sent() {
    let (vendor, clasp) = pair().await;
    let error = json!({"error": {"message": "model is not loaded", "type": "server_error",
        "param": null, "code": null}});
    vendor.otherwise(Answer::json(200, &error));
    for body in [ask("x"), ask_stream("x")] {
        let error = clasp.client().messages(&body).await.server_error();
        assert!(error["message"].as_str().unwrap().contains("model is not loaded"), "{error}");
    }
    vendor.otherwise(Chat::new().error_chunk("model is not loaded"));
    let error = clasp.client().messages(&ask_stream("x")).await.server_error();
    assert!(error["message"].as_str().unwrap().contains("model is not loaded"), "{error}");
}

#[tokio::test]
async fn a08_a_plain_answer_that_breaks_off_is_tried_again_and_then_a_status() {
    let (vendor, clasp) = pair().await;
    for how in [Break::Close, Break::Reset, Break::Clean] {
        vendor.then(Answer::from(Chat::new().text(TEXT)).broken(Point::Bytes(100), how));
        vendor.then(Answer::text("second try"));
        let message = clasp.client().messages(&ask("x")).await.message();
        assert_eq!(message.text(), "second try");
    }
    vendor.otherwise(Answer::from(Chat::new().text(TEXT)).broken(Point::Bytes(100), Break::Close));
    clasp.client().messages(&ask("x")).await.server_error();
}

#[tokio::test]
async fn a08_a_stream_cut_at_any_byte_is_never_a_success() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text("short").call("call_1", "f", &json!({"a": 1}));
    let request = json!({"model": MODEL, "stream_options": {"include_usage": true}});
    let frames = chat.frames(&request);
    let finish = frames.iter().position(|frame| frame.contains("\"tool_calls\"}")).unwrap();
    let content = frames[0].len() + frames[1].len();
    let end: usize = frames[..finish].iter().map(String::len).sum();
    for cut in (content..end).step_by(23) {
        let answer = Answer::from(chat.clone()).broken(Point::Bytes(cut), Break::Close);
        let ended = breaking(&vendor, &clasp, answer, 2).await;
        assert!(!ended.message.complete, "cut at {cut} of {end}");
        ended.failed();
    }
}

#[tokio::test]
async fn a08_what_follows_the_finish_may_be_missing() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text(TEXT).no_done().no_usage();
    for how in [Break::Clean, Break::Close, Break::Reset] {
        vendor.then(Answer::from(chat.clone()).broken(Point::Frames(usize::MAX), how));
        assert_eq!(clasp.client().streamed(&ask_stream("x")).await.good().text(), TEXT);
    }
}

#[tokio::test]
async fn a16_the_body_ends_although_the_provider_keeps_its_own_open() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text(TEXT);
    vendor.then(Answer::from(chat).broken(Point::Frames(usize::MAX), Break::Stall));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!(message.text(), TEXT);
    vendor.until("the close", |counts| counts.open == 0).await;
}

#[tokio::test]
async fn a16_a_filtered_answer_without_a_message_is_a_refusal() {
    let (vendor, clasp) = pair().await;
    let filtered = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "finish_reason": "content_filter"}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 0, "total_tokens": 9}});
    vendor.then(Answer::json(200, &filtered)).then(Answer::json(200, &filtered));
    let plain = clasp.client().messages(&ask("x")).await.message();
    assert_eq!(plain.stop_reason, "refusal");
    let stream = clasp.client().streamed(&with(ask("x"), "stream", true)).await.good();
    assert_eq!(stream.stop_reason, "refusal");
}
