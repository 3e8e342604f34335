//! The scripted provider as a program of its own, for the client tests.
//!
//! Prints `listening on http://127.0.0.1:PORT` and plays until its standard input closes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_tests::support::upstream::Vendor;
use clasp_tests::support::upstream::play::Stage;
use tokio::io::AsyncReadExt as _;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let vendor = Vendor::start().await;
    vendor.play(Stage::default());
    println!("listening on http://{}", vendor.address());
    let mut rest = Vec::new();
    let _ = tokio::io::stdin().read_to_end(&mut rest).await;
}
