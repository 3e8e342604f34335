//! What the provider's errors mean (rules D1–D3).
//!
//! <https://docs.cohere.com/reference/errors>, as of 2026-11-21.

use clasp_plugin::{ContextSize, Failure, FailureKind, HttpResponse, Retry, failure};
use serde_json::Value;

/// Reads an answer with an error status.
pub(crate) fn from_response(response: &HttpResponse) -> Failure {
    let mut failure = refine(failure::from_response(response));
    match response.status {
        // Blocked words, by the documentation; a token that is not valid, by the provider's SDK.
        498 if failure.message.to_lowercase().contains("block") => {
            failure.kind = FailureKind::ContentFiltered;
            failure.retry = Retry::Elsewhere;
        }
        498 => {
            failure.kind = FailureKind::Authentication;
            failure.retry = Retry::Elsewhere;
        }
        // Cancelled on the provider's side: "try the request again".
        499 => {
            failure.kind = FailureKind::ProviderError;
            failure.retry = Retry::Again;
        }
        501 => {
            failure.kind = FailureKind::Unsupported;
            failure.retry = Retry::Elsewhere;
        }
        _ => {}
    }
    failure
}

/// Reads an error inside a successful answer.
pub(crate) fn in_stream(text: &str) -> Failure {
    let document = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
    refine(failure::from_document(0, &document))
}

/// What a finish reason that is an error means; `text` is the document that holds it.
pub(crate) fn finish(reason: &str, text: &str) -> Failure {
    let document: Value = serde_json::from_str(text).unwrap_or_default();
    let error = document.pointer("/delta/error").or_else(|| document.get("error"));
    let said = error.and_then(|error| error.as_str().or_else(|| error.get("message")?.as_str()));
    let (kind, usual) = match reason {
        "TIMEOUT" => (FailureKind::Timeout, "the provider took too long to answer"),
        "ERROR_LIMIT" => (FailureKind::ContextTooLong, "the context limit was reached"),
        _ => (FailureKind::ProviderError, "the provider failed while it answered"),
    };
    let mut failure = failure::new(kind, said.unwrap_or(usual));
    failure.code = Some(reason.to_owned());
    failure.detail = Some(document.to_string());
    failure
}

fn refine(mut failure: Failure) -> Failure {
    let words = failure.message.to_lowercase();
    if words.contains("max tokens must be") {
        // Too many for the answer, not for the prompt.
        failure.kind = FailureKind::InvalidRequest;
        failure.retry = Retry::Never;
        failure.context = None;
    } else if failure.kind == FailureKind::ContextTooLong {
        sizes(&words, failure.context.get_or_insert_with(ContextSize::default));
    } else if failure.kind == FailureKind::RateLimited && words.contains("calls / month") {
        failure.kind = FailureKind::Billing;
        failure.retry = Retry::Elsewhere;
    }
    failure
}

/// Reads `size limit exceeded by 25836 tokens … The limit for this model is 288000` and `cannot
/// exceed 4081 - received 4292`.
fn sizes(words: &str, size: &mut ContextSize) {
    let after = |phrase: &str| {
        let rest = words.split_once(phrase)?.1.trim_start();
        let digits = rest.split(|character: char| !character.is_ascii_digit()).next()?;
        digits.parse::<u64>().ok()
    };
    size.limit = after("cannot exceed").or(after("limit for this model is")).or(size.limit);
    size.tokens = match (size.limit, after("exceeded by")) {
        (Some(limit), Some(over)) => Some(limit.saturating_add(over)),
        _ => after("received").or(size.tokens),
    };
}
