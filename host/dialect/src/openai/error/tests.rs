#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{ContextSize, Failure, FailureKind, Retry, Source};
use serde_json::{Value, json};

use super::{answer, detail_of};

const INVALID: &str = "invalid_request_error";

const TABLE: [(FailureKind, u16, &str, Option<&str>); 14] = [
    (FailureKind::Unsupported, 400, INVALID, None),
    (FailureKind::InvalidRequest, 400, INVALID, None),
    (FailureKind::ContextTooLong, 400, INVALID, Some("context_length_exceeded")),
    (FailureKind::RequestTooLarge, 413, INVALID, Some("request_too_large")),
    (FailureKind::Authentication, 401, INVALID, Some("invalid_api_key")),
    (FailureKind::Permission, 403, INVALID, Some("insufficient_permissions")),
    (FailureKind::Billing, 429, "insufficient_quota", Some("insufficient_quota")),
    (FailureKind::NotFound, 404, INVALID, Some("model_not_found")),
    (FailureKind::RateLimited, 429, "rate_limit_error", Some("rate_limit_exceeded")),
    (FailureKind::Overloaded, 503, "server_error", None),
    (FailureKind::Timeout, 504, "server_error", None),
    (FailureKind::ContentFiltered, 400, INVALID, Some("content_policy_violation")),
    (FailureKind::ProviderError, 502, "server_error", None),
    (FailureKind::Protocol, 502, "server_error", None),
];

fn document(failure: &Failure) -> Value {
    serde_json::from_slice(&answer(failure).body).unwrap()
}

#[test]
fn d01_every_kind_has_its_status_type_and_code() {
    for (kind, status, word, code) in TABLE {
        for said in ["It \"failed\".\n", ""] {
            let failure = Failure::new(kind, Source::Vendor, said);
            assert_eq!(answer(&failure).status, status, "{kind:?}");
            let document = document(&failure);
            let error = document["error"].as_object().unwrap();
            assert_eq!(error.keys().collect::<Vec<_>>(), ["message", "type", "param", "code"]);
            assert_eq!(error["type"], word, "{kind:?}");
            assert_eq!(error["code"], json!(code), "{kind:?}");
            assert_eq!(error["param"], Value::Null);
            let message = error["message"].as_str().unwrap();
            assert!(!message.is_empty() && message.contains(said.trim()), "{kind:?}");
        }
    }
}

#[test]
fn d01_faults_of_our_own_are_not_the_providers() {
    let status = |kind, source| answer(&Failure::new(kind, source, "x")).status;
    assert_eq!(status(FailureKind::Protocol, Source::Host), 500);
    assert_eq!(status(FailureKind::Protocol, Source::Plugin), 502);
    assert_eq!(status(FailureKind::Timeout, Source::Plugin), 502);
    let unknown_path = Failure::new(FailureKind::NotFound, Source::Client, "No such path");
    assert_eq!(document(&unknown_path)["error"]["code"], Value::Null);
}

#[test]
fn d01_the_providers_code_is_told_where_the_kind_has_none() {
    let mut failure = Failure::new(FailureKind::InvalidRequest, Source::Vendor, "x");
    failure.code = Some("unsupported_value".into());
    assert_eq!(document(&failure)["error"]["code"], "unsupported_value");
    failure.kind = FailureKind::ContextTooLong;
    assert_eq!(document(&failure)["error"]["code"], "context_length_exceeded");
}

#[test]
fn d01_the_parameter_at_fault_is_named() {
    let mut failure = Failure::invalid("input[0].type: Field required");
    failure.detail = Some(detail_of("input[0].\"type\""));
    assert_eq!(document(&failure)["error"]["param"], "input[0].\"type\"");
    failure.source = Source::Vendor;
    assert_eq!(document(&failure)["error"]["param"], Value::Null);
}

#[test]
fn d02_too_long_tells_the_sizes() {
    let text = |failure: &Failure| document(failure)["error"]["message"].to_string();
    let mut failure = Failure::new(FailureKind::ContextTooLong, Source::Vendor, "Too many tokens.");
    assert_eq!(text(&failure), "\"Too many tokens.\"");
    failure.context = Some(ContextSize { tokens: Some(130_001), limit: Some(128_000) });
    assert!(text(&failure).contains("128000 tokens") && text(&failure).contains("130001 tokens"));
}

#[test]
fn d03_retry_after_is_passed_on() {
    let after = |kind, retry| {
        answer(&Failure::new(kind, Source::Vendor, "x").with_retry(retry)).retry_after
    };
    assert_eq!(after(FailureKind::RateLimited, Retry::Again), Some(5));
    assert_eq!(after(FailureKind::RateLimited, Retry::After(1500)), Some(2));
    assert_eq!(after(FailureKind::RateLimited, Retry::After(0)), Some(1));
    assert_eq!(after(FailureKind::Overloaded, Retry::After(30_000)), Some(30));
    // A 429 that waiting does not help has none, so that clients give up.
    assert_eq!(after(FailureKind::Billing, Retry::Elsewhere), None);
}
