//! What stands behind "Provider returned error": the error of the vendor that was asked
//! (rules D1, D2).
//!
//! <https://openrouter.ai/docs/api/reference/errors-and-debugging>, as of 2026-11-21:
//! `error.metadata.raw` is the vendor's error, often JSON inside a string, `provider_name` its name,
//! `headers` what it said of waiting.

use clasp_plugin::{Failure, FailureKind, Header, Retry, failure};
use serde_json::Value;

/// The failure with what its document tells of the vendor.
pub(crate) fn explained(mut outer: Failure) -> Failure {
    let document = outer.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok());
    let document: Value = document.unwrap_or_default();
    let error = document.get("error").unwrap_or(&document);
    let Some(metadata) = error.get("metadata") else { return outer };
    if let Some(inner) = vendor(metadata.get("raw"), error.get("code")) {
        if refines(inner.kind, outer.kind) {
            outer.kind = inner.kind;
            outer.context = inner.context;
            outer.retry = inner.retry;
        }
        if !inner.message.is_empty() && !outer.message.contains(&inner.message) {
            outer.message = format!("{}: {}", outer.message, inner.message);
        }
    }
    if let Some(name) = metadata.get("provider_name").and_then(Value::as_str)
        && !name.is_empty()
    {
        outer.message = format!("{} ({name})", outer.message);
    }
    if let (Retry::Again, Some(wait)) = (&outer.retry, wait(metadata.get("headers"))) {
        outer.retry = Retry::After(wait);
    }
    outer
}

/// The vendor's error, read by itself.
fn vendor(raw: Option<&Value>, code: Option<&Value>) -> Option<Failure> {
    let status = code.and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let document = match raw? {
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str()))
        }
        Value::Null => return None,
        other => other.clone(),
    };
    Some(failure::from_document(status.unwrap_or(0), &document))
}

/// Whether the vendor's kind says more.
fn refines(inner: FailureKind, outer: FailureKind) -> bool {
    let vague = matches!(outer, FailureKind::InvalidRequest | FailureKind::ProviderError);
    let clear = matches!(inner, FailureKind::ContextTooLong | FailureKind::ContentFiltered);
    vague && clear
}

fn wait(headers: Option<&Value>) -> Option<u64> {
    let headers = headers?.as_object()?.iter();
    let headers: Vec<Header> = headers
        .map(|(name, value)| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            Header { name: name.clone(), value: text }
        })
        .collect();
    failure::retry_after(&headers)
}
