//! Failures in the API's own codes (rules D1–D3).
//!
//! <https://developers.openai.com/api/docs/guides/error-codes>, as of 2026-11-21.

use serde_json::Value;

use crate::failure;
use crate::types::{Failure, FailureKind, HttpResponse, Retry};

/// An answer with an error status.
pub(crate) fn from_response(response: &HttpResponse) -> Failure {
    refine(failure::from_response(response))
}

/// An error inside an answer: the error itself, or a document that holds it.
pub(crate) fn from_json(json: &str) -> Failure {
    let document = serde_json::from_str(json).unwrap_or_else(|_| Value::from(json));
    refine(failure::from_document(0, &document))
}

fn refine(mut failure: Failure) -> Failure {
    let code = failure.code.as_deref().unwrap_or_default();
    let says = |word: &str| failure.message.to_lowercase().contains(word);
    let kind = match code {
        "image_content_policy_violation" | "cyber_policy" | "bio_policy" => {
            FailureKind::ContentFiltered
        }
        "invalid_prompt" if says("flagged") || says("policy") => FailureKind::ContentFiltered,
        "failed_to_download_image" | "empty_image_file" | "unsupported_image_media_type" => {
            FailureKind::InvalidRequest
        }
        code if code.starts_with("image_") => FailureKind::InvalidRequest,
        "server_is_overloaded" | "slow_down" => FailureKind::Overloaded,
        "previous_response_not_found" => {
            failure.message.push_str(
                " The provider no longer keeps the earlier part of this conversation: turn \
                 `session` off in the provider's settings, or begin a new conversation.",
            );
            failure.kind = FailureKind::InvalidRequest;
            // The client has all of it, so another provider can go on.
            failure.retry = Retry::Elsewhere;
            return failure;
        }
        "invalid_encrypted_content" => {
            failure.retry = Retry::Elsewhere;
            return failure;
        }
        _ => return failure,
    };
    failure.retry = failure::new(kind, "").retry;
    failure.kind = kind;
    failure
}
