//! Failures in Anthropic's words (rules D1–D3).
//!
//! <https://platform.claude.com/docs/en/api/errors>, as of 2026-11-21.

use serde_json::Value;

use crate::failure;
use crate::types::{Failure, FailureKind, HttpResponse, Retry};

/// Reads an answer with an error status.
pub fn from_response(response: &HttpResponse) -> Failure {
    let failure = failure::from_response(response);
    let document = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
    let mut failure = refine(failure, &document);
    let header = |name: &str| {
        let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        header.map(|header| header.value.trim())
    };
    if header("x-should-retry") == Some("false") && failure.retry == Retry::Again {
        failure.retry = Retry::Elsewhere;
    }
    failure
}

/// Reads an error document. `status` is HTTP's; 0 for an error inside a stream.
pub fn from_document(status: u16, document: &Value) -> Failure {
    refine(failure::from_document(status, document), document)
}

/// The error's type is more exact than its status, and some texts are more exact than both.
fn refine(mut failure: Failure, document: &Value) -> Failure {
    let error = document.get("error").unwrap_or(document);
    let kind = error.get("type").and_then(Value::as_str).unwrap_or_default();
    let message = failure.message.to_lowercase();
    let by_type = match kind {
        _ if failure.kind == FailureKind::ContextTooLong => None,
        _ if message.contains("credit balance is too low") => Some(FailureKind::Billing),
        "api_error" if message.contains("overloaded") => Some(FailureKind::Overloaded),
        "invalid_request_error" if failure.kind == FailureKind::ProviderError => {
            Some(FailureKind::InvalidRequest)
        }
        "authentication_error" => Some(FailureKind::Authentication),
        "billing_error" => Some(FailureKind::Billing),
        "permission_error" => Some(FailureKind::Permission),
        "not_found_error" => Some(FailureKind::NotFound),
        "request_too_large" => Some(FailureKind::RequestTooLarge),
        "rate_limit_error" => Some(FailureKind::RateLimited),
        "overloaded_error" => Some(FailureKind::Overloaded),
        "timeout_error" => Some(FailureKind::Timeout),
        "api_error" if failure.kind == FailureKind::InvalidRequest => {
            Some(FailureKind::ProviderError)
        }
        _ => None,
    };
    if let Some(kind) = by_type.filter(|kind| *kind != failure.kind) {
        let retry = failure.retry;
        let usual = failure::new(kind, "").retry;
        failure.kind = kind;
        failure.retry = match (usual, retry) {
            (Retry::Again, Retry::After(wait)) => Retry::After(wait),
            (usual, _) => usual,
        };
    }
    if failure.code.is_none() && !kind.is_empty() && kind != "error" {
        failure.code = Some(kind.to_owned());
    }
    failure
}
