//! A provider that talks nonsense hurts only the request that asked it (bad input of the vendor).

use std::time::Duration;

use clasp_tests::support::clasp::Setup;
use clasp_tests::support::client::{ask, ask_stream};
use clasp_tests::support::upstream::{Answer, Gate, Vendor};
use clasp_tests::support::{pair, within};
use serde_json::json;

fn nonsense() -> Vec<(&'static str, Answer)> {
    vec![
        ("no HTTP", Answer::wire("\u{1}\u{2}\u{3} what?\r\n\r\n")),
        ("half a head", Answer::wire("HTTP/1.1 200 OK\r\ncontent-ty")),
        ("nothing but a close", Answer::close()),
        ("a reset", Answer::reset()),
        ("HTML with 200", Answer::body(200, "text/html", "<html><body>Welcome</body></html>")),
        ("HTML with 502", Answer::body(502, "text/html", "<html><body>Bad Gateway</body></html>")),
        ("an empty body with 200", Answer::body(200, "application/json", "")),
        ("an empty body with 500", Answer::body(500, "text/plain", "")),
        ("another document", Answer::json(200, &json!({"status": "ok"}))),
        ("a list", Answer::json(200, &json!([1, 2, 3]))),
        ("null", Answer::body(200, "application/json", "null")),
        ("a number", Answer::body(200, "application/json", "17")),
        ("choices of a wrong type", Answer::json(200, &json!({"choices": "none"}))),
        ("invalid UTF-8", Answer::frames([&b"data: {\"choices\":\xff\xfe}\n\n"[..]])),
        ("events of no JSON", Answer::frames(["data: hello\n\n", "data: world\n\n"])),
        ("an empty stream", Answer::frames([""])),
        ("only comments", Answer::frames([": one\n\n", ": two\n\n"])),
        (
            "a redirect",
            Answer::body(302, "text/html", "").header("location", "http://127.0.0.1:1/"),
        ),
        ("a strange status", Answer::body(299, "application/json", "{}")),
    ]
}

#[tokio::test]
async fn nonsense_of_the_provider_is_a_server_error() {
    let good = Gate::new();
    let (vendor, clasp) = pair().await;
    vendor.then(Answer::text("I go on undisturbed").hold(2, &good));
    let mut running = clasp.client().stream(&ask_stream("x")).await;
    running.until("content_block_delta").await;
    // All at once: each tries again with pauses.
    let mut asked = tokio::task::JoinSet::new();
    for (what, answer) in nonsense() {
        asked.spawn(async move {
            let (vendor, clasp) = pair().await;
            vendor.otherwise(answer);
            for body in [ask("x"), ask_stream("x")] {
                let answer = clasp.client().messages(&body).await;
                assert!(answer.status() >= 500, "{what}: {} {:?}", answer.status(), answer.body);
                let error = answer.server_error();
                assert!(error["message"].as_str().unwrap().len() > 10, "{what}: {error}");
            }
        });
    }
    while let Some(done) = asked.join_next().await {
        done.unwrap();
    }
    good.open();
    assert_eq!(running.end().await.good().text(), "I go on undisturbed");
}

#[tokio::test]
async fn an_endless_line_is_given_up_and_its_connection_closed() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_FRAME_LIMIT", "256KiB").start().await;
    vendor.otherwise(Answer::endless("data: {\"choices\":\"", "x".repeat(8192)));
    let error = clasp.client().messages(&ask_stream("x")).await.server_error();
    assert!(error["message"].as_str().unwrap().contains("262144"), "{error}");
    vendor.until("all closed", |counts| counts.open == 0).await;
}

#[tokio::test]
async fn endless_comments_and_endless_answers_end_with_the_client() {
    let (vendor, clasp) = pair().await;
    vendor.then(Answer::endless(": start\n\n", ": go on\n\n".repeat(1000)));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    asked.abort();
    vendor.until("the close", |counts| counts.left == 1).await;
}

#[tokio::test]
async fn an_answer_that_never_comes_is_a_timeout() {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("CLASP_HTTP_TIMEOUT", "100ms").start().await;
    vendor.otherwise(Answer::never());
    for body in [ask("x"), ask_stream("x")] {
        let answer = clasp.client().messages(&body).await;
        assert_eq!(answer.error(504)["type"], "timeout_error");
    }
    vendor.until("all closed", |counts| counts.open == 0).await;
}

#[tokio::test]
async fn a_connection_that_nobody_takes_is_an_error_that_names_the_address() {
    let vendor = Vendor::start().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let base = format!("http://{address}/v1");
    let clasp = Setup::new(&vendor).env("OPENAI_BASE_URL", &base).start().await;
    let answer = within("refused", clasp.client().messages(&ask("x"))).await;
    let error = answer.server_error();
    assert!(error["message"].as_str().unwrap().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn a_slow_provider_is_waited_for() {
    let vendor = Vendor::start().await;
    let timeout = Duration::from_secs(30).as_secs().to_string();
    let clasp = Setup::new(&vendor).env("CLASP_HTTP_TIMEOUT", &timeout).start().await;
    let gate = Gate::new();
    vendor.then(Answer::text("here I am").after(&gate));
    let client = clasp.client();
    let asked = tokio::spawn(async move { client.messages(&ask("x")).await });
    vendor.until("the request", |counts| counts.open == 1).await;
    gate.open();
    assert_eq!(asked.await.unwrap().message().text(), "here I am");
}
