//! Plugin files that come, change, break and go while the proxy runs (rule F3).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod accounts;
mod broken;
mod example;
mod files;
mod guests;
mod hostile;
mod profiles;
mod swap;
mod versions;
