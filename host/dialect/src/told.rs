//! What a failure tells every client, whatever its dialect's envelope.

use std::borrow::Cow;

use clasp_model::{ContextSize, Failure, FailureKind};

/// Told with a 429 when the provider does not say when to come back: without any, some clients give
/// up at once, and clients that obey it would spend their retries in a moment with less.
const DEFAULT_RETRY_AFTER: u64 = 5;

/// The failure's own message, never empty. `too_long` says in a dialect's words that a prompt is too
/// long: clients act upon them (rule D2).
pub(crate) fn message<'f>(
    failure: &'f Failure,
    too_long: fn(Option<ContextSize>, &'f str) -> Cow<'f, str>,
) -> Cow<'f, str> {
    let told = failure.message.trim();
    if failure.kind == FailureKind::ContextTooLong {
        return too_long(failure.context, told);
    }
    if !told.is_empty() {
        return Cow::Borrowed(told);
    }
    Cow::Borrowed(match failure.kind {
        FailureKind::Unsupported => "The provider cannot do what the request asks for",
        FailureKind::InvalidRequest | FailureKind::ContextTooLong => "The request is not valid",
        FailureKind::ContentFiltered => "The provider's content filter refused the request",
        FailureKind::Authentication => "The API key is missing or wrong",
        FailureKind::Billing => "Out of credit or quota",
        FailureKind::Permission => "The API key may not do this",
        FailureKind::NotFound => "Not found",
        FailureKind::RequestTooLarge => "The request is too large",
        FailureKind::RateLimited => "Too many requests",
        FailureKind::ProviderError => "The provider failed",
        FailureKind::Protocol => "The provider's answer cannot be read",
        FailureKind::Timeout => "The provider did not answer in time",
        FailureKind::Overloaded => "Overloaded",
    })
}

/// In whole seconds, rounded up; none where waiting does not help.
pub(crate) fn retry_after(failure: &Failure) -> Option<u64> {
    let told = failure.retry_after().map(|wait| wait.as_millis().div_ceil(1000));
    let told = told.map(|seconds| u64::try_from(seconds).unwrap_or(u64::MAX).max(1));
    told.or((failure.kind == FailureKind::RateLimited).then_some(DEFAULT_RETRY_AFTER))
}
