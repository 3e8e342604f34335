//! The one error that crosses layers within a request.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::request::Json;

/// What kind of failure it is; each dialect maps it to a status and an error type (rule D1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The request cannot be expressed for this provider.
    Unsupported,
    /// The request is wrong.
    InvalidRequest,
    /// The prompt does not fit the model's context window.
    ContextTooLong,
    /// The body is too large.
    RequestTooLarge,
    /// The key is missing or wrong.
    Authentication,
    /// The key may not do this.
    Permission,
    /// Out of credit or quota; waiting does not help.
    Billing,
    /// No such model, path or object.
    NotFound,
    /// Too many requests.
    RateLimited,
    /// The provider (or clasp) has no capacity now.
    Overloaded,
    /// Nothing came in time.
    Timeout,
    /// The provider's filter refused the prompt.
    ContentFiltered,
    /// The provider failed on its side.
    ProviderError,
    /// The provider said something that cannot be read.
    Protocol,
}

/// Whether trying again may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Retry {
    /// Will fail again, here and elsewhere.
    Never,
    /// The same provider, with backoff.
    Again,
    /// The same provider, not before this many milliseconds.
    After(u64),
    /// Not here; another provider or key may do.
    Elsewhere,
}

/// Who is at fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// What the client sent.
    Client,
    /// clasp itself, or its configuration.
    Host,
    /// A plugin.
    Plugin,
    /// The provider.
    #[default]
    Vendor,
}

/// Tokens of an overflow, where the provider tells them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContextSize {
    /// Tokens of the prompt.
    pub tokens: Option<u64>,
    /// Most tokens that the model takes.
    pub limit: Option<u64>,
}

/// A failure of one exchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind it is.
    pub kind: FailureKind,
    /// For the user, in one sentence, without secrets.
    pub message: String,
    /// Whether trying again may help.
    pub retry: Retry,
    /// Who is at fault.
    #[serde(default)]
    pub source: Source,
    /// For [`FailureKind::ContextTooLong`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<ContextSize>,
    /// The provider's own code, e.g. `insufficient_quota`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The provider's error document, for logs; for failures of source [`Source::Client`] the
    /// `details` member of the client's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Json>,
}

impl Failure {
    /// A failure of `source` with the retry that is usual for its kind.
    pub fn new(kind: FailureKind, source: Source, message: impl Into<String>) -> Self {
        let retry = match kind {
            FailureKind::RateLimited
            | FailureKind::Overloaded
            | FailureKind::Timeout
            | FailureKind::ProviderError => Retry::Again,
            FailureKind::Protocol
            | FailureKind::Unsupported
            | FailureKind::Authentication
            | FailureKind::Permission
            | FailureKind::Billing
            | FailureKind::NotFound
            | FailureKind::ContextTooLong
            | FailureKind::RequestTooLarge
            | FailureKind::ContentFiltered => Retry::Elsewhere,
            FailureKind::InvalidRequest => Retry::Never,
        };
        let message = message.into();
        Self { kind, message, retry, source, context: None, code: None, detail: None }
    }

    /// The client's request is wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureKind::InvalidRequest, Source::Client, message)
    }

    /// The same failure with another retry.
    pub fn with_retry(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    /// How long to wait at least, where that is known.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.retry {
            Retry::After(milliseconds) => Some(Duration::from_millis(milliseconds)),
            Retry::Never | Retry::Again | Retry::Elsewhere => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
