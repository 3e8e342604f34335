//! Against a real Redis, which the tests start, stop and kill.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "redis/agree.rs"]
mod agree;
#[path = "redis/away.rs"]
mod away;
#[path = "redis/notices.rs"]
mod notices;
#[path = "redis/rates.rs"]
mod rates;
#[path = "redis/server.rs"]
mod server;
#[path = "redis/totals.rs"]
mod totals;
