//! Figures, printed on demand: `cargo test --release -p clasp-plugin-host measure -- --ignored
//! --nocapture`.

use std::time::Instant;

use clasp_model::Frame;

use super::guests::{hostile, limits, request, runtime, target};
use crate::Limits;

#[tokio::test]
#[ignore = "figures, not a test"]
async fn measure() {
    let runtime = runtime(Limits { exchanges: 600, ..limits() });
    let path = std::path::Path::new("x.wasm");
    let start = Instant::now();
    let plugin = runtime.load(path, &hostile()).unwrap();
    println!("first load {:?}", start.elapsed());
    let start = Instant::now();
    drop(runtime.load(path, &hostile()).unwrap());
    println!("load of cached code {:?} ({} bytes)", start.elapsed(), hostile().len());
    println!("resident, one plugin loaded: {} KB", resident());
    let each = |name: &str, count: u32, start: Instant| {
        println!("{name}: {:?} each", start.elapsed() / count);
    };
    for _ in 0..2 {
        let start = Instant::now();
        for _ in 0..2000 {
            drop(plugin.exchange(&target(""), b"").await.unwrap());
        }
        each("exchange (instantiate, construct, drop)", 2000, start);
        let start = Instant::now();
        for _ in 0..2000 {
            plugin.begin(&target(""), &request()).await.unwrap();
        }
        each("begin of an empty request", 2000, start);
        let mut exchange = plugin.exchange(&target(""), b"").await.unwrap();
        let start = Instant::now();
        for _ in 0..20_000 {
            exchange.feed(vec![Frame { name: None, data: "x".repeat(100) }]).await.unwrap();
        }
        each("feed of one frame", 20_000, start);
    }
    let before = resident();
    let mut open = Vec::new();
    for _ in 0..512 {
        let mut exchange = plugin.exchange(&target(""), b"").await.unwrap();
        exchange.feed(vec![Frame { name: None, data: "x".repeat(100) }]).await.unwrap();
        open.push(exchange);
    }
    println!("open exchange: {} KB each", (resident() - before) / 512);
    drop(open);
    println!("resident, all dropped: {} KB", resident());
}

fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
