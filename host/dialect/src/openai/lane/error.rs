//! What the provider's errors say, in a status, in an answer or in a stream.
//!
//! <https://developers.openai.com/api/docs/guides/error-codes>, as of 2026-11-21, and for codes that
//! are statuses <https://openrouter.ai/docs/api/errors>, as of 2026-11-21. Rule: the provider's own
//! words are passed on; what is read here only decides what is tried again (D1, D3) and what is
//! recorded.

#[cfg(test)]
mod tests;

use clasp_model::{ByteString, Failure, FailureKind, HttpResponse, Retry, Source};

use super::wait;
use crate::json::read::{Kind, Read, Reader};
use crate::lane::{edit, failure};

/// An error's members.
#[derive(Debug, Default)]
pub(crate) struct Told {
    kind: Option<ByteString>,
    /// A word, or a status as a number.
    code: Option<ByteString>,
    message: Option<ByteString>,
}

pub(crate) fn rejected(response: &HttpResponse) -> (Failure, bool) {
    let status = response.status;
    let body = std::str::from_utf8(&response.body).ok();
    let told = body.and_then(|body| Told::document(&ByteString::from(body)));
    let (mut failure, own) = match told {
        Some((told, own)) => (told.failure(Some(status)), own),
        None => (failure::of_status(status), false),
    };
    let timed = |name: &str| failure::header(response, name).is_some();
    if matches!(failure.retry, Retry::After(_)) && (timed("retry-after") || timed("retry-after-ms"))
    {
        failure.retry = Retry::Again;
    }
    failure.retry = failure::retry(response, &failure);
    (failure, own)
}

impl Told {
    /// Reads an error, or a document with one as its member `error`; some servers give only the
    /// message.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut told = Self::default();
        if reader.kind()? != Kind::Object {
            told.message = edit::text(reader)?;
            return Ok(told);
        }
        let mut inner = None;
        reader.object(|reader, name| {
            match name {
                "error" if reader.kind()? == Kind::Object => inner = Some(Self::read(reader)?),
                "type" => told.kind = edit::text(reader)?,
                "code" if reader.kind()? == Kind::Number => {
                    told.code = Some(reader.raw()?.text().clone());
                }
                "code" => told.code = edit::text(reader)?,
                "message" => told.message = edit::text(reader)?,
                _ => reader.skip()?,
            }
            Ok(())
        })?;
        Ok(inner.unwrap_or(told))
    }

    /// Reads `{"error":…}`, and whether that has the API's own form.
    fn document(body: &ByteString) -> Option<(Self, bool)> {
        let mut told = None;
        let mut reader = Reader::new(body);
        let read = reader.object(|reader, name| {
            match name {
                "error" if reader.kind()? != Kind::Null => {
                    let is_object = reader.kind()? == Kind::Object;
                    let error = Self::read(reader)?;
                    let own = is_object && error.message.is_some();
                    told = Some((error, own));
                }
                _ => reader.skip()?,
            }
            Ok(())
        });
        read.and_then(|()| reader.end()).ok()?;
        told
    }

    /// In a stream there is no status.
    pub(crate) fn failure(self, status: Option<u16>) -> Failure {
        let told = self.code.as_deref().and_then(|code| code.parse().ok());
        let status = status.or_else(|| told.filter(|code| (400..600).contains(code)));
        let kind = self.failure_kind(status);
        let message = self.message.filter(|message| !message.trim().is_empty());
        let message = match (message, status) {
            (Some(message), _) => message.trim().to_owned(),
            (None, Some(status)) => {
                format!("The provider answered with status {status} and no message")
            }
            (None, None) => "The provider reported an error without a message".to_owned(),
        };
        let mut failure = Failure::new(kind, Source::Vendor, message);
        failure.code = self.code.or(self.kind).map(|code| code.to_string());
        if kind == FailureKind::RateLimited
            && let Some(milliseconds) = wait::stated(&failure.message)
        {
            failure.retry = Retry::After(milliseconds);
        }
        // Another provider may do without.
        if failure.code.as_deref() == Some("invalid_encrypted_content") {
            failure.retry = Retry::Elsewhere;
        }
        failure
    }

    fn failure_kind(&self, status: Option<u16>) -> FailureKind {
        let word = |word: &Option<ByteString>| word.as_deref().unwrap_or_default().to_owned();
        let (code, kind) = (word(&self.code), word(&self.kind));
        let message = word(&self.message).to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        let is_open = !matches!(status, Some(401 | 403 | 404 | 429));
        match code.as_str() {
            "context_length_exceeded" => return FailureKind::ContextTooLong,
            "insufficient_quota" | "billing_hard_limit_reached" | "billing_not_active" => {
                return FailureKind::Billing;
            }
            "rate_limit_exceeded" => return FailureKind::RateLimited,
            "invalid_api_key" => return FailureKind::Authentication,
            "model_not_found" => return FailureKind::NotFound,
            "server_is_overloaded" | "slow_down" => return FailureKind::Overloaded,
            "content_filter"
            | "content_policy_violation"
            | "moderation_blocked"
            | "image_content_policy_violation"
            | "cyber_policy"
            | "bio_policy" => {
                return FailureKind::ContentFiltered;
            }
            "invalid_prompt" if says(&["flagged", "policy"]) => {
                return FailureKind::ContentFiltered;
            }
            "invalid_prompt" => return FailureKind::InvalidRequest,
            _ => {}
        }
        if kind == "insufficient_quota"
            || (status == Some(429) && says(&["exceeded your current quota"]))
        {
            FailureKind::Billing
        } else if is_open && says(OVERFLOW) {
            FailureKind::ContextTooLong
        } else if matches!(status, None | Some(500)) && says(&["overloaded"]) {
            FailureKind::Overloaded
        } else if let Some(status) = status {
            failure::kind(status)
        } else if kind == "invalid_request_error" {
            FailureKind::InvalidRequest
        } else if kind.starts_with("rate_limit") || says(&["rate limit", "too many requests"]) {
            FailureKind::RateLimited
        } else {
            FailureKind::ProviderError
        }
    }
}

/// A prompt that does not fit, where the code does not say so.
const OVERFLOW: &[&str] = &["context length", "context window", "prompt is too long"];
