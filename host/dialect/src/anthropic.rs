//! Anthropic Messages: requests, answers and errors.
//!
//! <https://platform.claude.com/docs/en/api/messages> and
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>, seen 2026-11.

pub(crate) mod encode;
pub(crate) mod error;
pub(crate) mod lane;
pub(crate) mod parse;
