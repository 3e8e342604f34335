//! Headers of a client and of the provider that pass.

use clasp_model::Header;

use crate::lane::headers::{add, allowed};

/// What a client says of itself and of its request.
const OF_REQUEST: [&str; 3] = ["accept", "user-agent", "x-app"];
const OF_REQUEST_PREFIXES: [&str; 3] = ["anthropic-", "x-claude-", "x-stainless-"];

/// What the provider says of its answer.
const OF_ANSWER: [&str; 4] = ["content-type", "request-id", "retry-after", "x-should-retry"];
const OF_ANSWER_PREFIXES: [&str; 2] = ["anthropic-", "retry-after-"];

/// The API wants one; clients that leave it out mean the only one that there has been.
const VERSION: &str = "anthropic-version";
const DEFAULT_VERSION: &str = "2023-06-01";

pub(crate) fn of_request(headers: &[Header]) -> Vec<Header> {
    let mut kept = allowed(headers, &OF_REQUEST, &OF_REQUEST_PREFIXES);
    add(&mut kept, "content-type", "application/json");
    if !headers.iter().any(|header| header.name.eq_ignore_ascii_case(VERSION)) {
        add(&mut kept, VERSION, DEFAULT_VERSION);
    }
    kept
}

pub(crate) fn of_answer(headers: &[Header]) -> Vec<Header> {
    allowed(headers, &OF_ANSWER, &OF_ANSWER_PREFIXES)
}
