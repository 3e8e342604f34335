//! What the integration tests share: a scripted provider, a raw client, the running binary.
//!
//! Everything here stays on loopback, and nothing waits by sleeping: tests wait for what they
//! caused, bounded by [`support::within`].

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

pub mod support;
