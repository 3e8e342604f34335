//! Headers of a client and of the provider that pass.
//!
//! <https://developers.openai.com/api/reference/overview>, as of 2026-11-21. What names an
//! organization or a project belongs to the account, and that is the host's.

use clasp_model::Header;

use crate::lane::headers::{add, allowed};

/// What a client says of itself, of its request and of the conversation.
const OF_REQUEST: [&str; 11] = [
    "accept",
    "user-agent",
    "openai-beta",
    "originator",
    "x-client-request-id",
    "session-id",
    "session_id",
    "thread-id",
    "thread_id",
    "conversation-id",
    "conversation_id",
];
const OF_REQUEST_PREFIXES: [&str; 2] = ["x-codex-", "x-stainless-"];

/// What the provider says of its answer. Not `openai-model`: some clients take another model than
/// the one that they asked for as a warning, and which one is meant by a name is decided here.
const OF_ANSWER: [&str; 6] = [
    "content-type",
    "openai-processing-ms",
    "openai-version",
    "retry-after",
    "x-request-id",
    "x-should-retry",
];
const OF_ANSWER_PREFIXES: [&str; 2] = ["retry-after-", "x-ratelimit-"];

pub(crate) fn of_request(headers: &[Header]) -> Vec<Header> {
    let mut kept = allowed(headers, &OF_REQUEST, &OF_REQUEST_PREFIXES);
    add(&mut kept, "content-type", "application/json");
    kept
}

pub(crate) fn of_answer(headers: &[Header]) -> Vec<Header> {
    allowed(headers, &OF_ANSWER, &OF_ANSWER_PREFIXES)
}
