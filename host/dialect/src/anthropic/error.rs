//! Failures as clients of Anthropic Messages get them
//! (<https://platform.claude.com/docs/en/api/errors>, seen 2026-11).
//!
//! Rule: one table from kind to status and type (D1); every error has a message and a request id.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use clasp_model::{ContextSize, Failure, FailureKind, Source};

use crate::ErrorAnswer;
use crate::json::write;
use crate::told;

pub(crate) fn answer(failure: &Failure, request_id: &str) -> ErrorAnswer {
    let (status, _) = classify(failure);
    let mut body = BytesMut::with_capacity(failure.message.len() + 160);
    envelope(&mut body, failure, Some(request_id));
    ErrorAnswer { status, body: body.freeze(), retry_after: told::retry_after(failure) }
}

/// Writes the error document; a stream's error event has no request id.
pub(super) fn envelope(out: &mut BytesMut, failure: &Failure, request_id: Option<&str>) {
    out.put_slice(b"{\"type\":\"error\",\"error\":{\"type\":");
    write::string(out, classify(failure).1);
    out.put_slice(b",\"message\":");
    write::string(out, &told::message(failure, too_long));
    if let (Source::Client, Some(detail)) = (failure.source, &failure.detail) {
        out.put_slice(b",\"details\":");
        write::document(out, detail.as_str());
    }
    out.put_slice(b"}");
    if let Some(request_id) = request_id {
        out.put_slice(b",\"request_id\":");
        write::string(out, request_id);
    }
    out.put_slice(b"}");
}

/// The status and the error type.
fn classify(failure: &Failure) -> (u16, &'static str) {
    match (failure.kind, failure.source) {
        // Of our own making, and not of the provider's.
        (FailureKind::ProviderError | FailureKind::Protocol, Source::Host) => (500, "api_error"),
        (FailureKind::Timeout, Source::Plugin) => (502, "api_error"),
        (kind, _) => of_kind(kind),
    }
}

fn of_kind(kind: FailureKind) -> (u16, &'static str) {
    match kind {
        FailureKind::Unsupported
        | FailureKind::InvalidRequest
        | FailureKind::ContextTooLong
        | FailureKind::ContentFiltered => (400, "invalid_request_error"),
        FailureKind::Authentication => (401, "authentication_error"),
        FailureKind::Billing => (402, "billing_error"),
        FailureKind::Permission => (403, "permission_error"),
        FailureKind::NotFound => (404, "not_found_error"),
        FailureKind::RequestTooLarge => (413, "request_too_large"),
        FailureKind::RateLimited => (429, "rate_limit_error"),
        FailureKind::ProviderError | FailureKind::Protocol => (502, "api_error"),
        FailureKind::Timeout => (504, "timeout_error"),
        FailureKind::Overloaded => (529, "overloaded_error"),
    }
}

/// Clients shorten the conversation only upon this very text (rule D2).
fn too_long(context: Option<ContextSize>, told: &str) -> Cow<'_, str> {
    const TEXT: &str = "prompt is too long";
    match context {
        Some(ContextSize { tokens: Some(tokens), limit: Some(limit) }) => {
            Cow::Owned(format!("{TEXT}: {tokens} tokens > {limit} maximum"))
        }
        _ if told.starts_with(TEXT) => Cow::Borrowed(told),
        _ if told.is_empty() => Cow::Borrowed(TEXT),
        _ => Cow::Owned(format!("{TEXT}: {told}")),
    }
}
