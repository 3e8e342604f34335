//! Clients of OpenAI Responses and Chat Completions, in front of a provider of another dialect or of
//! their own (rules B1–B4). What they get is judged by checkers that know only the documentation.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod answers;
mod ask;
mod errors;
