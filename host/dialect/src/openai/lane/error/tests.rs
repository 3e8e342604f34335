use clasp_model::{Dialect, Failure, FailureKind, Retry};
use serde_json::{Value, json};

use crate::lane::samples;

/// The same in both dialects.
fn rejected(status: u16, headers: &[(&str, &str)], body: &str) -> (Failure, bool) {
    let told = samples::rejected(Dialect::OpenaiChat, status, headers, body);
    assert_eq!(told, samples::rejected(Dialect::OpenaiResponses, status, headers, body));
    told
}

#[test]
fn d01_error_statuses_are_read() {
    let error = |kind: &str, code: &str, message: &str| {
        let code = if code.is_empty() { Value::Null } else { json!(code) };
        json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
            .to_string()
    };
    let invalid = "invalid_request_error";
    for (status, kind, code, message, expected, retry) in [
        (400, invalid, "", "m", FailureKind::InvalidRequest, Retry::Never),
        (
            400,
            invalid,
            "context_length_exceeded",
            "m",
            FailureKind::ContextTooLong,
            Retry::Elsewhere,
        ),
        (
            400,
            invalid,
            "",
            "exceeds the context window of",
            FailureKind::ContextTooLong,
            Retry::Elsewhere,
        ),
        (
            400,
            invalid,
            "content_policy_violation",
            "m",
            FailureKind::ContentFiltered,
            Retry::Elsewhere,
        ),
        (
            400,
            invalid,
            "invalid_prompt",
            "was flagged",
            FailureKind::ContentFiltered,
            Retry::Elsewhere,
        ),
        (
            400,
            invalid,
            "invalid_encrypted_content",
            "m",
            FailureKind::InvalidRequest,
            Retry::Elsewhere,
        ),
        (401, invalid, "invalid_api_key", "m", FailureKind::Authentication, Retry::Elsewhere),
        (403, invalid, "", "context window", FailureKind::Permission, Retry::Elsewhere),
        (404, invalid, "model_not_found", "m", FailureKind::NotFound, Retry::Elsewhere),
        (408, "", "", "m", FailureKind::Timeout, Retry::Again),
        (409, "", "", "m", FailureKind::InvalidRequest, Retry::Again),
        (429, "requests", "rate_limit_exceeded", "m", FailureKind::RateLimited, Retry::Again),
        (
            429,
            "tokens",
            "",
            "Please try again in 2s.",
            FailureKind::RateLimited,
            Retry::After(2000),
        ),
        (
            429,
            "insufficient_quota",
            "insufficient_quota",
            "m",
            FailureKind::Billing,
            Retry::Elsewhere,
        ),
        (429, "insufficient_quota", "", "m", FailureKind::Billing, Retry::Elsewhere),
        (429, "", "", "You exceeded your current quota", FailureKind::Billing, Retry::Elsewhere),
        (500, "server_error", "", "m", FailureKind::ProviderError, Retry::Again),
        (500, "server_error", "", "The model is overloaded", FailureKind::Overloaded, Retry::Again),
        (503, "server_error", "slow_down", "m", FailureKind::Overloaded, Retry::Again),
        (529, "", "", "m", FailureKind::Overloaded, Retry::Again),
    ] {
        let body = error(kind, code, message);
        let (failure, own) = rejected(status, &[], &body);
        assert_eq!((failure.kind, failure.retry, own), (expected, retry, true), "{status} {body}");
    }
    let timed = [("Retry-After-Ms", "100")];
    let body = error("", "", "Please try again in 2s.");
    assert_eq!(rejected(429, &timed, &body).0.retry, Retry::Again, "the host reads the header");
    let word = |word| [("x-should-retry", word)];
    assert_eq!(rejected(500, &word("false"), &body).0.retry, Retry::Elsewhere);
    assert_eq!(rejected(400, &word("true"), &body).0.retry, Retry::Again);
    let spent = error("", "insufficient_quota", "m");
    assert_eq!(rejected(429, &word("true"), &spent).0.retry, Retry::Elsewhere);

    for (body, message) in [
        ("<html>", "status 502"),
        ("", "status 502"),
        (r#"{"error":null}"#, "status 502"),
        (r#"{"error":{"message":" "}}"#, "status 502"),
        (r#"{"detail":"x"}"#, "status 502"),
        (r#"{"error":"words"}"#, "words"),
    ] {
        let (failure, own) = rejected(502, &[], body);
        assert_eq!(failure.kind, FailureKind::ProviderError, "{body}");
        assert!(failure.message.contains(message), "{body}: {}", failure.message);
        assert_eq!(own, body.contains("message"), "{body}");
    }
    let anthropic = r#"{"type":"error","error":{"type":"api_error"}}"#;
    assert!(!rejected(500, &[], anthropic).1);
}
