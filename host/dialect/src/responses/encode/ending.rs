//! How an answer ended, and what it cost (rules A6, A7, A9).

use bytes::BytesMut;
use clasp_model::{Failure, FailureKind, FinishReason};

use super::wire::{number, raw, text};
use crate::counts::Counts;
use crate::openai::error;
use crate::told;

/// How an answer ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Completed,
    /// With the reason.
    Incomplete(&'static str),
}

impl Ending {
    /// A finished call wants its tool run, whatever the provider's word; a call that was cut does
    /// not (rules A6, A7).
    pub(super) fn of(reason: Option<&FinishReason>, calls: usize, cut: bool) -> Self {
        match reason {
            Some(FinishReason::Refusal) if cut => Self::Incomplete("content_filter"),
            _ if cut => Self::Incomplete("max_output_tokens"),
            _ if calls > 0 => Self::Completed,
            Some(FinishReason::MaxTokens | FinishReason::ContextFull) => {
                Self::Incomplete("max_output_tokens")
            }
            Some(FinishReason::Refusal) => Self::Incomplete("content_filter"),
            _ => Self::Completed,
        }
    }

    pub(super) fn event(self) -> &'static str {
        match self {
            Self::Completed => "response.completed",
            Self::Incomplete(_) => "response.incomplete",
        }
    }

    /// Of the last item, where it is a message.
    pub(super) fn item_status(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Incomplete(_) => "incomplete",
        }
    }
}

/// The members of `usage`, of which the first has a comma too.
pub(super) fn write_counts(counts: Counts, out: &mut BytesMut) {
    number(out, "input_tokens", counts.input);
    let (read, write) = (counts.cache_read, counts.cache_write);
    let details = format!(r#"{{"cached_tokens":{read},"cache_write_tokens":{write}}}"#);
    raw(out, "input_tokens_details", &details);
    number(out, "output_tokens", counts.all_output());
    let details = format!(r#"{{"reasoning_tokens":{}}}"#, counts.reasoning);
    raw(out, "output_tokens_details", &details);
    number(out, "total_tokens", counts.input.saturating_add(counts.all_output()));
}

/// The members of the `error` of an answer that failed, in codes that clients act upon.
pub(super) fn write_error(failure: &Failure, out: &mut BytesMut) {
    text(out, "code", code(failure));
    let mut message = error::message(failure).into_owned();
    if let Some(seconds) = told::retry_after(failure)
        && failure.kind == FailureKind::RateLimited
        && !message.contains("try again in")
    {
        // Clients look for the wait in the text: there is no header any more.
        message.push_str(&format!(" Please try again in {seconds}s."));
    }
    text(out, "message", &message);
}

fn code(failure: &Failure) -> &'static str {
    match failure.kind {
        FailureKind::ContextTooLong => "context_length_exceeded",
        FailureKind::Billing => "insufficient_quota",
        FailureKind::RateLimited => "rate_limit_exceeded",
        FailureKind::InvalidRequest
        | FailureKind::Unsupported
        | FailureKind::ContentFiltered
        | FailureKind::RequestTooLarge
        | FailureKind::NotFound
        | FailureKind::Permission
        | FailureKind::Authentication => "invalid_prompt",
        FailureKind::Overloaded
        | FailureKind::Timeout
        | FailureKind::ProviderError
        | FailureKind::Protocol => "server_error",
    }
}
