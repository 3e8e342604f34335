//! Answers checked while they are sent: the setting `debug.check`.

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::openai::BOTH;
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::setup::{ASKED, NAMED, error, frames, settings, stream};

const WARNING: &str = "breaks its dialect's grammar";

async fn checking(setup: Setup) -> Clasp {
    setup.env("CLASP_DEBUG_CHECK", "true").start().await
}

#[tokio::test]
async fn what_is_written_here_has_no_fault() {
    let vendor = Vendor::start().await;
    let clasp = checking(Setup::new(&vendor).env("OPENAI_LANE", "off")).await;
    clasp.client().messages(&ask("x")).await.message();
    clasp.client().streamed(&ask_stream("x")).await.good();
    for dialect in BOTH {
        dialect.plain(&clasp.client(), &dialect.body("x", false)).await;
        dialect.stream(&clasp.client(), &dialect.body("x", true)).await.good(dialect);
        vendor.then(Answer::error(400, "no", "invalid_request_error", None));
        dialect.error(&dialect.ask(&clasp.client(), &dialect.body("x", true)).await, 400);
    }
    clasp.client().post("/v1/messages", b"{").await.error(400);
    clasp.log().line("is not valid JSON").await;
    assert!(!clasp.log().text().contains(WARNING), "{}", clasp.log().text());
}

#[tokio::test]
async fn a_provider_s_fault_is_told_and_its_bytes_go_on() {
    let vendor = Vendor::start().await;
    let clasp = checking(settings(&vendor)).await;
    vendor.then(stream("one two"));
    clasp.client().messages(&ask_stream("x")).await;

    let mut broken = frames("one two");
    broken.remove(5);
    vendor.then(Answer::frames(broken.clone()));
    let answer = clasp.client().messages(&ask_stream("x")).await;
    let sent = broken.concat().replacen(NAMED, ASKED, 1);
    assert_eq!(std::str::from_utf8(&answer.body).unwrap(), sent);
    let line = clasp.log().line(WARNING).await;
    let id = answer.head.header("request-id").unwrap();
    for part in [id, "AnthropicMessages", "event=5", "untranslated=true", "a block is open"] {
        assert!(line.contains(part), "{part} in {line}");
    }

    vendor.then(error(418, "new_error", "teapot"));
    assert_eq!(clasp.client().messages(&ask("x")).await.status(), 418);
    clasp.log().line_with(&[WARNING, "new_error"]).await;
    assert_eq!(clasp.log().text().matches(WARNING).count(), 2, "{}", clasp.log().text());
}

#[tokio::test]
async fn nothing_is_checked_unasked() {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).start().await;
    vendor.then(error(418, "new_error", "teapot"));
    assert_eq!(clasp.client().messages(&ask("x")).await.status(), 418);
    clasp.log().line("request failed").await;
    assert!(!clasp.log().text().contains(WARNING));
}
