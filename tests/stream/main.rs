//! Streams on the wire: grammar, breaks, silence, cancellation.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod breaks;
mod cancel;
mod framing;
mod garbage;
mod grammar;
mod silence;
