//! What Google's errors mean (rules D1–D3): status, reason and details of `google.rpc.Status`.
//!
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>,
//! <https://ai.google.dev/gemini-api/docs/rate-limits> and
//! <https://cloud.google.com/apis/design/errors>, as of 2026-11-21.

use crate::{Failure, FailureKind, HttpResponse, Retry, failure};
use serde_json::Value;

/// Reads an answer with an error status.
pub fn from_response(response: &HttpResponse) -> Failure {
    let mut read = failure::from_response(response);
    if let Ok(document) = serde_json::from_str(&String::from_utf8_lossy(&response.body)) {
        refine(&mut read, response.status, &document);
    }
    read
}

/// Reads an error inside an answer that began well.
pub(crate) fn from_document(document: &Value) -> Failure {
    let mut read = failure::from_document(0, document);
    refine(&mut read, 0, document);
    read
}

fn refine(failure: &mut Failure, status: u16, document: &Value) {
    let document = document.as_array().and_then(|list| list.first()).unwrap_or(document);
    let Some(error) = document.get("error").filter(|error| error.is_object()) else { return };
    let code = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let status = if status == 0 { code.unwrap_or(0) } else { status };
    let word = error.get("status").and_then(Value::as_str).unwrap_or_default();
    let details = error.get("details").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let reason = member(details, "ErrorInfo", "reason").and_then(Value::as_str);
    if let Some(code) = reason.or(Some(word).filter(|word| !word.is_empty())) {
        failure.code = Some(code.to_owned());
    }
    let words = failure.message.to_lowercase();
    let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let reason = reason.unwrap_or_default();
    let kind = match status {
        429 if spent(details) || says(OUT_OF_MONEY) => Some(FailureKind::Billing),
        // The words are the same for a limit by the minute: `exceeded your current quota`.
        429 => Some(FailureKind::RateLimited),
        _ if reason == "API_KEY_INVALID" || says(&["api key expired"]) => {
            Some(FailureKind::Authentication)
        }
        _ if reason == "BILLING_DISABLED" => Some(FailureKind::Billing),
        400 if word == "FAILED_PRECONDITION" && says(&["enable billing"]) => {
            Some(FailureKind::Billing)
        }
        400 if word == "FAILED_PRECONDITION" && says(&["location is not supported"]) => {
            Some(FailureKind::Permission)
        }
        400 if says(&["request payload size exceeds"]) => Some(FailureKind::RequestTooLarge),
        499 => Some(FailureKind::Timeout),
        _ => None,
    };
    if let Some(kind) = kind.filter(|kind| *kind != failure.kind) {
        let refined = failure::new(kind, "");
        failure.kind = refined.kind;
        failure.retry = refined.retry;
    }
    let delay = member(details, "RetryInfo", "retryDelay").and_then(Value::as_str);
    if failure.retry == Retry::Again
        && let Some(wait) = delay.and_then(milliseconds)
    {
        failure.retry = Retry::After(wait);
    }
}

const OUT_OF_MONEY: &[&str] = &["spending cap", "spend cap", "prepayment credits", "limit: 0"];

/// Whether a limit was hit that waiting does not lift in a session's time: one by the day.
fn spent(details: &[Value]) -> bool {
    let violations = member(details, "QuotaFailure", "violations").and_then(Value::as_array);
    violations.into_iter().flatten().any(|violation| {
        let id = violation.get("quotaId").and_then(Value::as_str).unwrap_or_default();
        id.contains("PerDay")
    })
}

/// A member of the first detail of a type.
fn member<'d>(details: &'d [Value], kind: &str, name: &str) -> Option<&'d Value> {
    let is = |detail: &&Value| {
        let named = detail.get("@type").and_then(Value::as_str).unwrap_or_default();
        named.rsplit('.').next() == Some(kind)
    };
    details.iter().find(is)?.get(name)
}

/// A duration: `34.074824224s`.
fn milliseconds(duration: &str) -> Option<u64> {
    let seconds: f64 = duration.strip_suffix('s')?.parse().ok()?;
    (seconds.is_finite() && seconds > 0.0).then(|| (seconds * 1000.0).ceil() as u64)
}
