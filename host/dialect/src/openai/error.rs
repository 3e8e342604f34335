//! Failures as clients of OpenAI's dialects get them
//! (<https://developers.openai.com/api/docs/guides/error-codes>, as of 2026-11-21).
//!
//! Rule: one table from kind to status, type and code (D1), in the codes that clients act upon; the
//! parameter at fault is named where it is known.

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::{BufMut, BytesMut};
use clasp_model::{ContextSize, Failure, FailureKind, Source};

use crate::ErrorAnswer;
use crate::json::read::Reader;
use crate::json::write;
use crate::told;

/// A row of the table.
struct Class {
    status: u16,
    kind: &'static str,
    code: Option<&'static str>,
}

/// An answer of its own. The request id goes into the headers: this envelope has no place for it.
pub(crate) fn answer(failure: &Failure) -> ErrorAnswer {
    let mut body = BytesMut::with_capacity(failure.message.len() + 160);
    envelope(&mut body, failure);
    ErrorAnswer {
        status: classify(failure).status,
        body: body.freeze(),
        retry_after: told::retry_after(failure),
    }
}

/// Writes the error document, as it stands in an answer of its own.
pub(crate) fn envelope(out: &mut BytesMut, failure: &Failure) {
    out.put_slice(b"{\"error\":{\"message\":");
    write::string(out, &message(failure));
    out.put_slice(b",\"type\":");
    write::string(out, classify(failure).kind);
    out.put_slice(b",\"param\":");
    optional(out, param(failure).as_deref());
    out.put_slice(b",\"code\":");
    optional(out, code(failure));
    out.put_slice(b"}}");
}

/// The message, whatever the failure tells of itself.
pub(crate) fn message(failure: &Failure) -> Cow<'_, str> {
    told::message(failure, too_long)
}

/// The `detail` of a failure of source client that names the parameter at fault.
pub(crate) fn detail_of(param: &str) -> clasp_model::Json {
    let mut out = BytesMut::with_capacity(param.len() + 16);
    out.put_slice(b"{\"param\":");
    write::string(&mut out, param);
    out.put_slice(b"}");
    clasp_model::Json::from_checked(String::from_utf8_lossy(&out).into_owned().into())
}

/// The parameter at fault.
pub(crate) fn param(failure: &Failure) -> Option<clasp_model::ByteString> {
    let detail = failure.detail.as_ref().filter(|_| failure.source == Source::Client)?;
    Reader::new(detail.text()).peek("param").ok().flatten()
}

/// The kind's own code counts before the provider's: clients know it.
fn code(failure: &Failure) -> Option<&str> {
    classify(failure).code.or(failure.code.as_deref()).filter(|code| !code.is_empty())
}

fn classify(failure: &Failure) -> Class {
    const INVALID: &str = "invalid_request_error";
    let class = |status, kind, code| Class { status, kind, code };
    match (failure.kind, failure.source) {
        // Of our own making, and not of the provider's.
        (FailureKind::ProviderError | FailureKind::Protocol, Source::Host) => {
            class(500, "server_error", None)
        }
        (FailureKind::Timeout, Source::Plugin) => class(502, "server_error", None),
        (FailureKind::Unsupported | FailureKind::InvalidRequest, _) => class(400, INVALID, None),
        (FailureKind::ContextTooLong, _) => class(400, INVALID, Some("context_length_exceeded")),
        (FailureKind::ContentFiltered, _) => class(400, INVALID, Some("content_policy_violation")),
        (FailureKind::Authentication, _) => class(401, INVALID, Some("invalid_api_key")),
        (FailureKind::Permission, _) => class(403, INVALID, Some("insufficient_permissions")),
        (FailureKind::NotFound, Source::Vendor) => class(404, INVALID, Some("model_not_found")),
        (FailureKind::NotFound, _) => class(404, INVALID, None),
        (FailureKind::RequestTooLarge, _) => class(413, INVALID, Some("request_too_large")),
        (FailureKind::Billing, _) => class(429, "insufficient_quota", Some("insufficient_quota")),
        (FailureKind::RateLimited, _) => {
            class(429, "rate_limit_error", Some("rate_limit_exceeded"))
        }
        (FailureKind::ProviderError | FailureKind::Protocol, _) => class(502, "server_error", None),
        (FailureKind::Overloaded, _) => class(503, "server_error", None),
        (FailureKind::Timeout, _) => class(504, "server_error", None),
    }
}

/// In the provider's words where it has some; clients look at the code.
fn too_long(context: Option<ContextSize>, told: &str) -> Cow<'_, str> {
    match context {
        Some(ContextSize { tokens: Some(tokens), limit: Some(limit) }) => Cow::Owned(format!(
            "This model's maximum context length is {limit} tokens. However, your input resulted \
             in {tokens} tokens. Please reduce the length of the input."
        )),
        _ if told.is_empty() => Cow::Borrowed(
            "Your input exceeds the context window of this model. Please adjust your input and \
             try again.",
        ),
        _ => Cow::Borrowed(told),
    }
}

fn optional(out: &mut BytesMut, text: Option<&str>) {
    match text {
        Some(text) => write::string(out, text),
        None => out.put_slice(b"null"),
    }
}
