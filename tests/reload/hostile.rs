//! Plugins that trap, loop, allocate or lie: an error for their request, nothing for any other.

use std::time::{Duration, Instant};

use clasp_tests::support::clasp::{Clasp, KEY, Setup};
use clasp_tests::support::client::{Stream, ask, ask_stream, with};
use clasp_tests::support::upstream::{Answer, Chat, Gate, Vendor};

use crate::versions::{guest, put, replaced, setup};

/// clasp with the plugin that does what its model's name says.
async fn hostile(vendor: &Vendor) -> Clasp {
    let setup = Setup::new(vendor)
        .env("HOSTILE_1_BASE_URL", &vendor.base_url())
        .env("HOSTILE_1_API_KEY", KEY)
        // A loop may be slow to use up its time; the answer shall be a status all the same.
        .env("CLASP_PING_INTERVAL", "1h");
    let file = setup.home().join("hostile.wasm");
    put(&file, &guest("clasp-guest-hostile"));
    setup.args(&["--plugin", "./hostile.wasm"]).start().await
}

#[tokio::test]
async fn f01_each_offence_is_an_error_of_its_own_request() {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = hostile(&vendor).await;
    let good = Gate::new();
    vendor.then(Answer::text("I go on undisturbed").hold(2, &good));
    let mut running = clasp.client().stream(&ask_stream("x")).await;
    running.until("content_block_delta").await;
    vendor.otherwise(Answer::frames(["data: {}\n\n", "data: [DONE]\n\n"]));
    for offence in [
        "trap",
        "alloc",
        "trap-new",
        "path:http://evil.example/",
        "path:@evil.example/",
        "path://evil.example/",
        "header:authorization",
        "header:host",
        "value:a\r\nb",
        "headers:10000",
        "state:100000000",
        "body:100000000",
        "blob:7",
        "feed-trap",
        "feed-alloc",
        "feed-events:1000000",
        "feed-text:100000000",
        "feed-block:{",
        "feed-citation:nothing",
        "feed-extra:}",
        "feed-loop",
        "loop",
    ] {
        let before = clasp.log().len();
        for stream in [false, true] {
            let body = with(ask("x"), "stream", stream);
            let answer =
                clasp.client().messages(&with(body, "model", format!("hostile-1/{offence}"))).await;
            let status = answer.status();
            // What the plugin may not reach is a matter of permission; all else is its failure.
            assert!(status == 403 || status >= 500, "{offence}: {status} {:?}", answer.body);
            let error = answer.error(status);
            let message = error["message"].as_str().unwrap();
            assert!(message.contains("hostile-1"), "{offence}: the plugin is not named: {message}");
        }
        clasp.log().line_after(before, "hostile-1").await;
    }
    good.open();
    assert_eq!(running.end().await.good().text(), "I go on undisturbed");
    vendor.otherwise(Answer::text("unharmed"));
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "unharmed");
}

#[tokio::test]
async fn f01_a_plugin_that_misbehaves_while_it_is_loaded_is_not_served() {
    let vendor = Vendor::start().await;
    let (setup, plugins) = setup(&vendor);
    let built = guest("clasp-guest-hostile");
    let ways = ["trap", "loop", "json", "key.", "host"];
    for way in ways {
        let (component, places) = replaced(&built, "describe=fine", &format!("describe={way}"));
        assert_eq!(places, 1);
        put(&plugins.join(format!("{way}wasm.wasm")), &component);
    }
    let clasp = setup.start().await;
    for way in ways {
        let line = clasp.log().line(&format!("{way}wasm.wasm")).await;
        assert!(line.contains("ERROR") && line.len() > 100, "{way}: hardly an explanation: {line}");
    }
    let info = clasp.client().send("GET", "/").await.json();
    assert!(!info["providers"].to_string().contains("hostile"), "{info}");
    assert_eq!(clasp.client().messages(&ask("x")).await.message().text(), "hello");
}

/// The longest wait for an event until the stream ends.
async fn longest_gap(mut stream: Stream) -> Duration {
    let mut longest = Duration::ZERO;
    loop {
        let before = Instant::now();
        let Some(event) = stream.next().await else { break };
        if event.name == "content_block_delta" {
            longest = longest.max(before.elapsed());
        }
    }
    stream.end().await.good();
    longest
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f01_loops_hold_up_no_other_stream() {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = hostile(&vendor).await;
    let gate = Gate::new();
    vendor
        .otherwise(Answer::from(Chat::new().text(&"word ".repeat(200)).pieces_of(5)).after(&gate));
    let mut streams = Vec::new();
    for _ in 0..32 {
        let client = clasp.client();
        streams.push(tokio::spawn(async move { client.stream(&ask_stream("x")).await }));
    }
    vendor.until("32 requests", |counts| counts.open == 32).await;
    // More loops than the server has threads, until the good ones are done.
    let mut loops = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = clasp.client();
        loops.spawn(async move {
            loop {
                let answer = client.messages(&with(ask("x"), "model", "hostile-1/loop")).await;
                answer.server_error();
            }
        });
    }
    gate.open();
    let mut longest = Duration::ZERO;
    for stream in streams {
        let gap = longest_gap(stream.await.unwrap()).await;
        longest = longest.max(gap);
    }
    println!("longest gap between events: {longest:?}");
    assert!(loops.try_join_next().is_none(), "a loop ended otherwise than by an error");
    // A loop may compute for five seconds. Whoever waited for one has waited as long.
    assert!(longest < Duration::from_secs(4), "held up for {longest:?}");
}
