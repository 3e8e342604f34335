//! Limits: each hostile deed is a failure that names the plugin, the deed and the limit.

use std::time::Duration;

use clasp_model::{Failure, FailureKind, Frame, Retry, Source};

use super::guests::{limits, plugin, request, target};
use crate::{Limits, Plugin};

async fn begin_fails(plugin: &Plugin, model: &str) -> Failure {
    let failure = plugin.begin(&target(model), &request()).await.expect_err(model);
    assert_blamed(&failure);
    failure
}

async fn feed_fails(plugin: &Plugin, model: &str) -> Failure {
    let mut exchange = plugin.exchange(&target(model), b"").await.unwrap();
    let failure = exchange.feed(vec![frame("x")]).await.expect_err(model);
    assert_blamed(&failure);
    let dead = exchange.feed(vec![frame("x")]).await.expect_err("a call after a failure");
    assert!(dead.message.contains("an earlier call failed or did not finish"), "{dead}");
    failure
}

fn assert_blamed(failure: &Failure) {
    assert_eq!(failure.source, Source::Plugin, "{failure}");
    assert_eq!(failure.retry, Retry::Elsewhere, "{failure}");
    assert!(failure.message.starts_with("plugin `hostile-1` "), "{failure}");
}

fn frame(data: &str) -> Frame {
    Frame { name: None, data: data.to_owned() }
}

fn short() -> Limits {
    let time = Duration::from_millis(50);
    let bytes = 8 << 20;
    Limits {
        begin_time: time,
        call_time: time,
        begin_memory_bytes: bytes,
        memory_bytes: bytes,
        ..limits()
    }
}

#[tokio::test]
async fn f02_traps_loops_and_allocations_are_failures() {
    let plugin = plugin(short());
    for (deed, word) in [
        ("trap", "crashed: it panicked or aborted (in `begin`)"),
        ("loop", "computed for more than 50ms (in `begin`)"),
        ("alloc", "used more than 8 MiB of memory (in `begin`)"),
    ] {
        let failure = begin_fails(&plugin, deed).await;
        assert!(failure.message.contains(word), "{failure}");
        assert_eq!(failure.kind, FailureKind::ProviderError);
        let failure = feed_fails(&plugin, &format!("feed-{deed}")).await;
        assert!(failure.message.contains(&word.replace("begin", "exchange.feed")), "{failure}");
    }
    let failure = plugin.exchange(&target("trap-new"), b"").await.expect_err("a crash");
    assert!(failure.message.contains("(in `exchange`)"), "{failure}");
}

#[tokio::test]
async fn f02_what_begin_returns_is_bounded() {
    let plugin = plugin(Limits { request_bytes: 4 << 20, ..limits() });
    for (model, word) in [
        ("state:1048577", "1048577 bytes of state; at most 1048576"),
        ("long-path:8192", "8193 bytes of path; at most 8192"),
        ("headers:101", "101 headers; at most 100"),
        ("body:5000000", "returned more than 4 MiB"),
        ("path:relative", "the path `relative`; it must begin with `/`"),
        ("path:@evil.example/", "the path `@evil.example/`"),
        ("path:https://evil.example/", "the path `https://evil.example/`"),
        ("path:/a b", "the byte 0x20"),
        ("path:/a\r\nx: y", "the byte 0x0d"),
        ("path:/../b", "`.` or `..` segments"),
        ("path:/%2E%2e/b", "`.` or `..` segments"),
        ("header:Authorization", "the credential header `Authorization`"),
        ("header:x-api-key", "the credential header `x-api-key`"),
        ("header:X-Hostile-Key", "the credential header `X-Hostile-Key`"),
        ("header:host", "the header `host`, which the host writes itself"),
        ("header:a b", "a header with the invalid name `a b`"),
        ("header:", "a header with the invalid name ``"),
        ("value:a\r\nb: c", "control characters"),
        ("blob:0", "blob 0, which is not in the request"),
        ("read-blob:7", "blob 7, which is not in the request"),
    ] {
        let failure = begin_fails(&plugin, model).await;
        assert!(failure.message.contains(word), "{model}: {failure}");
        assert_eq!(failure.kind, FailureKind::Protocol, "{model}");
    }
    for fine in ["state:1048576", "long-path:8191", "headers:100", "path:/v1?a=b&c=%20", "header:x"]
    {
        plugin.begin(&target(fine), &request()).await.expect(fine);
    }
}

#[tokio::test]
async fn f01_what_feed_returns_is_bounded_and_json() {
    let plugin = plugin(Limits { events: 1000, events_bytes: 4 << 20, ..limits() });
    for (model, word) in [
        ("feed-events:1001", "1001 events; at most 1000"),
        ("feed-events:100000", "returned more than 4 MiB"),
        ("feed-text:5000000", "returned more than 4 MiB"),
        ("feed-block:{\"a\":}", "a `block` that is not JSON"),
        ("feed-citation:", "a `citation` that is not JSON"),
        ("feed-extra:1 2", "a `field.value` that is not JSON"),
        ("feed-failed:nope", "a `failure.detail` that is not JSON"),
    ] {
        let failure = feed_fails(&plugin, model).await;
        assert!(failure.message.contains(word), "{model}: {failure}");
        assert_eq!(failure.kind, FailureKind::Protocol, "{model}");
    }
}

#[tokio::test]
async fn a_million_events_do_not_fit() {
    // Room enough in the guest, so that it is the host that says no.
    let plugin = plugin(Limits { memory_bytes: 1 << 30, ..limits() });
    let failure = feed_fails(&plugin, "feed-events:1000000").await;
    assert!(failure.message.contains("returned more than 32 MiB"), "{failure}");
}

#[tokio::test]
async fn notes_are_cut_and_logs_dropped() {
    let plugin = plugin(Limits { notes: 10, log_lines: 3, ..limits() });
    let begun = plugin.begin(&target("notes:5000"), &request()).await.unwrap();
    assert_eq!(begun.notes.len(), 10);
    plugin.begin(&target("log:100000"), &request()).await.unwrap();
    plugin.begin(&target("log-line:100000"), &request()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_looping_plugin_lets_others_run() {
    let plugin = plugin(Limits { begin_time: Duration::from_secs(3600), ..limits() });
    let plugin = std::sync::Arc::new(plugin);
    let looping = std::sync::Arc::clone(&plugin);
    let looping =
        tokio::spawn(async move { looping.begin(&target("loop"), &request()).await.map(drop) });
    // On one worker thread this is only reached when the loop yields.
    let other = std::sync::Arc::clone(&plugin);
    let other = tokio::spawn(async move {
        for _ in 0..20 {
            other.begin(&target(""), &request()).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    other.await.unwrap();
    assert!(!looping.is_finished());
    looping.abort();
    assert!(looping.await.expect_err("aborted").is_cancelled());
}

#[tokio::test]
async fn a_full_pool_is_a_queue() {
    let limits = Limits { exchanges: 1, wait: Duration::from_millis(20), ..limits() };
    let plugin = plugin(limits);
    let first = plugin.exchange(&target(""), b"").await.unwrap();
    let failure = plugin.exchange(&target(""), b"").await.expect_err("no room");
    assert_eq!((failure.kind, failure.source), (FailureKind::Overloaded, Source::Host));
    drop(first);
    plugin.exchange(&target(""), b"").await.unwrap();
}

#[tokio::test]
async fn all_instances_of_the_pool_can_be_used() {
    let limits = Limits { exchanges: 64, ..limits() };
    let plugin = plugin(limits);
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(plugin.exchange(&target(""), b"").await.unwrap());
        plugin.begin(&target(""), &request()).await.unwrap();
    }
    assert_eq!(open.len(), 64);
}

#[tokio::test]
async fn a_dropped_call_ends_the_exchange() {
    let plugin = plugin(Limits { call_time: Duration::from_secs(3600), ..limits() });
    let mut exchange = plugin.exchange(&target("feed-loop"), b"").await.unwrap();
    tokio::select! {
        biased;
        _ = exchange.feed(vec![frame("x")]) => panic!("it loops"),
        () = tokio::task::yield_now() => {}
    }
    let failure = exchange.end().await.expect_err("in mid-call");
    assert!(failure.message.contains("did not finish"), "{failure}");
}
