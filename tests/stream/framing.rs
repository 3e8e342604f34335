//! However the provider's bytes are cut and dressed, the same answer comes (rule A14).

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream, with};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::play::LETTERS;
use clasp_tests::support::upstream::{Answer, Chat, Vendor};
use serde_json::json;

fn letters() -> Chat {
    Chat::new().thinking(LETTERS).text(LETTERS).call("call_1", "f", &json!({"text": LETTERS}))
}

#[tokio::test]
async fn a14_bytes_may_be_cut_anywhere() {
    let (vendor, clasp) = pair().await;
    for pieces in [1, 3, 1000] {
        for writes in [1, 2, 3, 7, 64] {
            vendor.then(Answer::from(letters().pieces_of(pieces)).in_writes_of(writes));
            let message = clasp.client().streamed(&ask_stream("x")).await.good();
            assert_eq!(message.thinking(), LETTERS, "pieces of {pieces}, writes of {writes}");
            assert_eq!(message.text(), LETTERS);
            assert_eq!(message.calls()[0]["input"]["text"], LETTERS);
        }
    }
    vendor.then(Answer::from(letters()).in_writes_of(1));
    let message = clasp.client().messages(&ask("x")).await.message();
    assert_eq!(message.text(), LETTERS);
}

#[tokio::test]
async fn a14_all_spellings_of_event_streams_are_read() {
    let (vendor, clasp) = pair().await;
    let frames =
        letters().frames(&json!({"model": "m", "stream_options": {"include_usage": true}}));
    let text = frames.concat();
    let dressed: Vec<(&str, String)> = vec![
        ("CRLF", text.replace('\n', "\r\n")),
        ("CR", text.replace('\n', "\r")),
        ("no space", text.replace("data: ", "data:")),
        ("comments", text.replace("data: ", ": PROCESSING\n\n: again\ndata: ")),
        ("other fields", text.replace("data: ", "event: message\nid: 7\nretry: 100\ndata: ")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("no blank line at the end", text.trim_end().to_owned()),
        ("many blank lines", text.replace("\n\n", "\n\n\n\n")),
        ("data over several lines", text.replace(",\"delta\"", ",\ndata: \"delta\"")),
    ];
    for (what, text) in dressed {
        for writes in [usize::MAX, 5] {
            vendor.then(Answer::frames([text.clone()]).in_writes_of(writes));
            let message = clasp.client().streamed(&ask_stream("x")).await.good();
            assert_eq!(message.text(), LETTERS, "{what}");
            assert_eq!(message.calls().len(), 1, "{what}");
        }
    }
}

#[tokio::test]
async fn a14_a_surrogate_pair_in_two_chunks_is_joined() {
    let (vendor, clasp) = pair().await;
    let chunk = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
               data: [DONE]\n\n";
    vendor.then(Answer::frames([chunk("a\\ud83e"), chunk("\\udd80b"), end.to_owned()]));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!(message.text(), "a\u{1f980}b");
}

#[tokio::test]
async fn a14_one_event_may_be_large() {
    let (vendor, clasp) = pair().await;
    let text = "0123456789".repeat(800_000);
    vendor.then(Chat::new().call("call_1", "f", &json!({"text": text})).pieces_of(usize::MAX));
    let message = clasp.client().streamed(&ask_stream("x")).await.good();
    assert_eq!(message.calls()[0]["input"]["text"].as_str().map(str::len), Some(text.len()));
}

#[tokio::test]
async fn a14_an_event_over_the_limit_is_a_clear_error() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_FRAME_LIMIT", "64KiB").start().await;
    vendor.otherwise(Chat::new().text(&"0123456789".repeat(10_000)).pieces_of(usize::MAX));
    let answer = clasp.client().messages(&ask_stream("x")).await;
    let error = answer.server_error();
    assert!(error["message"].as_str().unwrap().contains("65536"), "{error}");
    vendor.otherwise(Chat::new().text(&"0123456789".repeat(10_000)));
    clasp.client().streamed(&ask_stream("x")).await.good();
}

#[tokio::test]
async fn a14_headers_of_the_answer_do_not_decide() {
    let (vendor, clasp) = pair().await;
    let frames = letters().frames(&json!({"model": "m"})).concat();
    for content_type in ["text/plain", "application/json", "TEXT/EVENT-STREAM"] {
        vendor.then(Answer::body(200, content_type, frames.clone()));
        let message = clasp.client().streamed(&with(ask_stream("x"), "stream", true)).await.good();
        assert_eq!(message.text(), LETTERS, "{content_type}");
    }
}
