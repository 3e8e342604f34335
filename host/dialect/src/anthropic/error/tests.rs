#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{ContextSize, Failure, FailureKind, Json, Retry, Source};
use serde_json::{Value, json};

use super::answer;

const TABLE: [(FailureKind, u16, &str); 14] = [
    (FailureKind::Unsupported, 400, "invalid_request_error"),
    (FailureKind::InvalidRequest, 400, "invalid_request_error"),
    (FailureKind::ContextTooLong, 400, "invalid_request_error"),
    (FailureKind::RequestTooLarge, 413, "request_too_large"),
    (FailureKind::Authentication, 401, "authentication_error"),
    (FailureKind::Permission, 403, "permission_error"),
    (FailureKind::Billing, 402, "billing_error"),
    (FailureKind::NotFound, 404, "not_found_error"),
    (FailureKind::RateLimited, 429, "rate_limit_error"),
    (FailureKind::Overloaded, 529, "overloaded_error"),
    (FailureKind::Timeout, 504, "timeout_error"),
    (FailureKind::ContentFiltered, 400, "invalid_request_error"),
    (FailureKind::ProviderError, 502, "api_error"),
    (FailureKind::Protocol, 502, "api_error"),
];

fn document(failure: &Failure) -> Value {
    serde_json::from_slice(&answer(failure, "req_1").body).unwrap()
}

fn text(failure: &Failure) -> String {
    document(failure)["error"]["message"].as_str().unwrap().to_owned()
}

#[test]
fn d01_every_kind_has_its_status_and_type() {
    for (kind, status, word) in TABLE {
        for said in ["It \"failed\".\n", ""] {
            let failure = Failure::new(kind, Source::Vendor, said);
            assert_eq!(answer(&failure, "req_1").status, status, "{kind:?}");
            let document = document(&failure);
            assert_eq!(document["type"], "error");
            assert_eq!(document["error"]["type"], word, "{kind:?}");
            assert_eq!(document["request_id"], "req_1");
            assert!(!text(&failure).is_empty(), "{kind:?}");
            assert!(text(&failure).contains(said.trim()), "{kind:?}");
        }
    }
}

#[test]
fn d01_faults_of_our_own_are_not_the_providers() {
    let status = |kind, source| answer(&Failure::new(kind, source, "x"), "r").status;
    assert_eq!(status(FailureKind::Protocol, Source::Host), 500);
    assert_eq!(status(FailureKind::Protocol, Source::Plugin), 502);
    assert_eq!(status(FailureKind::Timeout, Source::Plugin), 502);
    assert_eq!(status(FailureKind::Unsupported, Source::Plugin), 400);
}

#[test]
fn d02_too_long_reads_as_clients_expect() {
    let mut failure = Failure::new(FailureKind::ContextTooLong, Source::Vendor, "Too many tokens.");
    assert_eq!(text(&failure), "prompt is too long: Too many tokens.");
    failure.context = Some(ContextSize { tokens: None, limit: Some(128_000) });
    assert_eq!(text(&failure), "prompt is too long: Too many tokens.");
    failure.context = Some(ContextSize { tokens: Some(130_001), limit: Some(128_000) });
    assert_eq!(text(&failure), "prompt is too long: 130001 tokens > 128000 maximum");
    failure.context = None;
    failure.message = "prompt is too long: 2 tokens > 1 maximum".into();
    assert_eq!(text(&failure), "prompt is too long: 2 tokens > 1 maximum");
}

#[test]
fn d03_retry_after_is_passed_on() {
    let after = |kind, retry| {
        answer(&Failure::new(kind, Source::Vendor, "x").with_retry(retry), "r").retry_after
    };
    assert_eq!(after(FailureKind::RateLimited, Retry::Again), Some(5));
    assert_eq!(after(FailureKind::RateLimited, Retry::After(1500)), Some(2));
    assert_eq!(after(FailureKind::RateLimited, Retry::After(0)), Some(1));
    assert_eq!(after(FailureKind::Overloaded, Retry::After(30_000)), Some(30));
    assert_eq!(after(FailureKind::Overloaded, Retry::Again), None);
}

#[test]
fn c17_details_are_for_the_clients_own_faults() {
    let mut failure = Failure::invalid("no threads");
    failure.detail = Some(Json::from_checked("{\"error_code\":\"x\"}".into()));
    assert_eq!(document(&failure)["error"]["details"], json!({"error_code": "x"}));
    failure.source = Source::Vendor;
    assert_eq!(document(&failure)["error"].get("details"), None);
}
