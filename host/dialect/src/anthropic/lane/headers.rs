//! Which headers belong to the two that speak, and not to a connection or to an account.
//!
//! Rule: names are allowed, never forbidden, so that no credential and nothing of the connection
//! gets through by being unknown (D7). The account's key is added by the host.

use clasp_model::Header;

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
    let mut add = |name: &str, value: &str| {
        kept.push(Header { name: name.to_owned(), value: value.to_owned() });
    };
    add("content-type", "application/json");
    if !headers.iter().any(|header| header.name.eq_ignore_ascii_case(VERSION)) {
        add(VERSION, DEFAULT_VERSION);
    }
    kept
}

pub(crate) fn of_answer(headers: &[Header]) -> Vec<Header> {
    allowed(headers, &OF_ANSWER, &OF_ANSWER_PREFIXES)
}

fn allowed(headers: &[Header], names: &[&str], prefixes: &[&str]) -> Vec<Header> {
    let is_allowed = |header: &&Header| {
        let name = header.name.to_ascii_lowercase();
        let secret = name.contains("key") || name.contains("token") && !name.contains("tokens");
        !secret
            && (names.contains(&name.as_str())
                || prefixes.iter().any(|prefix| name.starts_with(prefix)))
    };
    headers.iter().filter(is_allowed).cloned().collect()
}
