//! Clients of OpenAI Responses and Chat Completions, in front of a provider of another dialect or of
//! their own (rules B1–B4). What they get is judged by checkers that know only the documentation.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod errors;
mod logprobs;
mod stored;

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::upstream::Vendor;

/// A provider of Chat Completions, and clasp that translates for it whoever asks.
async fn pair() -> (Vendor, Clasp) {
    let vendor = Vendor::start().await;
    let clasp = Setup::new(&vendor).env("OPENAI_LANE", "off").start().await;
    (vendor, clasp)
}
