//! A provider that speaks the client's own dialect (rules C9, C10, C15).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod breaks;
mod bytes;
mod check;
mod counting;
#[path = "../reload/guests.rs"]
mod guests;
mod odd;
mod openai;
mod setup;
mod state;
