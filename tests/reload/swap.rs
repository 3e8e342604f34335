//! A plugin that is replaced over and over under load: no request notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clasp_tests::support::client::Client;
use clasp_tests::support::upstream::{Answer, Gate, Recorded, Vendor};

use crate::versions::{asked, component, name, put, served, setup, version};

const STREAMS: usize = 64;
const SWAPS: usize = 50;

fn frames(count: usize) -> Vec<String> {
    let mut frames = vec!["data: {}\n\n".to_owned(); count];
    frames.push("data: [DONE]\n\n".to_owned());
    frames
}

/// The versions in an answer's text, which must be one.
fn only_version(text: &str) -> &str {
    let first = text.split(' ').next().unwrap_or_default();
    assert!(text.split_whitespace().all(|each| each == first), "several versions: {text}");
    first
}

/// One stream from start to end.
async fn one(client: &Client) -> String {
    let message = client.streamed(&asked(true)).await.good();
    let text = message.text();
    assert_eq!(text.split_whitespace().count(), 20, "{text}");
    only_version(&text).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f03_fifty_swaps_under_64_streams() {
    let built = component();
    let vendor = Vendor::start().await;
    vendor.choose(|request: &Recorded, _| {
        let streamed = request.body["stream"] == true;
        Answer::frames(frames(if streamed { 20 } else { 1 })).in_writes_of(7)
    });
    let (setup, plugins) = setup(&vendor);
    let file = plugins.join("versioned.wasm");
    put(&file, &version(&built, 1));
    let clasp = setup.start().await;
    served(&clasp, 1).await;

    // Some stay open through all swaps: half of their frames come before, half after.
    let gate = Gate::new();
    let mut held = Vec::new();
    for _ in 0..8 {
        vendor.then(Answer::frames(frames(20)).hold(10, &gate));
        let mut stream = clasp.client().stream(&asked(true)).await;
        stream.until_text("version-").await;
        held.push(stream);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let answers = Arc::new(AtomicUsize::new(0));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..STREAMS - held.len() {
        let (client, stop, answers) = (clasp.client(), Arc::clone(&stop), Arc::clone(&answers));
        running.spawn(async move {
            let mut last = String::new();
            while !stop.load(Ordering::Relaxed) {
                let version = one(&client).await;
                assert!(version >= last, "{version} after {last}");
                last = version;
                answers.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    for number in 2..2 + SWAPS {
        put(&file, &version(&built, number));
        served(&clasp, number).await;
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    assert!(answers.load(Ordering::Relaxed) >= STREAMS, "hardly any load");

    // Those that were open all the time end on the version that they began with.
    gate.open();
    for stream in held {
        let text = stream.end().await.good().text();
        assert_eq!(only_version(&text), name(1));
    }
    let log = clasp.log().text();
    assert!(!log.contains("request failed") && !log.contains("panicked"), "{log}");
    vendor.assert_clean();
}
