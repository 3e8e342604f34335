//! The judging listener as a program of its own: `tap ADDRESS` passes on to that address.
//!
//! Prints `listening on http://127.0.0.1:PORT` and runs until its standard input closes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_tests::support::tap::Tap;
use tokio::io::AsyncReadExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let target = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let tap = Tap::start(target.expect("usage: tap ADDRESS:PORT")).await;
    println!("listening on http://{}", tap.address());
    let mut rest = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut rest).await;
}
