//! Where requests go, and what happens when they cannot go there.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod breaker;
mod clients;
mod explain;
mod fallback;
mod health;
mod hedge;
mod keys;
mod limits;
mod parameters;
mod queue;
mod reload;
mod rules;
#[allow(dead_code, reason = "the tests of what is shared use the rest")]
#[path = "../../host/state/tests/redis/server.rs"]
mod server;
mod shared;
mod streaming;
mod support;
