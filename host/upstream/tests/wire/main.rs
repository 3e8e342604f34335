//! The client against scripted servers on loopback, checked on the wire.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::result_large_err,
    reason = "tests"
)]

mod aws;
mod body;
mod failures;
mod http2;
mod leaving;
mod login;
mod pool;
mod proxy;
mod script;
mod send;
mod vendor;
