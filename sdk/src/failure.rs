//! Failures from what providers answer: any error document, status and headers become one
//! [`Failure`] of the right kind, with the provider's own message (rules D1–D3).

mod context;
#[cfg(test)]
mod tests;
mod wait;

use serde_json::Value;

use crate::types::{Failure, FailureKind, Header, HttpResponse, Retry};

/// Longest text taken over from a page that is no JSON, in characters.
const EXCERPT: usize = 300;

/// Largest error document that is kept for the logs, in bytes.
const DETAIL: usize = 16 * 1024;

/// A failure with the retry that is usual for its kind.
pub fn new(kind: FailureKind, message: impl Into<String>) -> Failure {
    Failure { kind, message: message.into(), retry: usual_retry(kind), ..Failure::default() }
}

/// The request cannot be expressed for this provider; `path` is the place in the canonical
/// request, e.g. `messages[3].parts[0]`.
pub fn unsupported(path: &str, what: impl AsRef<str>) -> Failure {
    new(FailureKind::Unsupported, format!("{path}: {}", what.as_ref()))
}

/// The request is wrong; `path` as for [`unsupported`].
pub fn invalid(path: &str, what: impl AsRef<str>) -> Failure {
    new(FailureKind::InvalidRequest, format!("{path}: {}", what.as_ref()))
}

/// The provider said something that cannot be read.
pub fn protocol(message: impl Into<String>) -> Failure {
    new(FailureKind::Protocol, message)
}

/// Reads an answer with an error status.
///
/// Understood are error objects, strings and lists under `error` or `errors`, members without
/// such a wrapper, `detail` as text or as a list of findings, HTML, plain text and nothing.
pub fn from_response(response: &HttpResponse) -> Failure {
    let text = String::from_utf8_lossy(&response.body);
    let mut failure = match serde_json::from_str::<Value>(&text) {
        Ok(document) => from_document(response.status, &document),
        Err(_) => from_page(response.status, &text),
    };
    if let Some(milliseconds) = retry_after(&response.headers)
        && matches!(failure.retry, Retry::Again | Retry::After(_))
    {
        failure.retry = Retry::After(milliseconds);
    }
    failure
}

/// Reads an error document. `status` is HTTP's; 0 for an error inside a successful answer, where
/// the document's own code stands for it.
pub fn from_document(status: u16, document: &Value) -> Failure {
    let error = Document::read(document);
    let status = if status == 0 { error.status.unwrap_or(0) } else { status };
    let mut failure = classify(status, &error);
    if failure.message.is_empty() {
        failure.message = match status {
            0 => "the provider reported an error without a message".into(),
            status => format!("the provider answered with status {status} and no message"),
        };
    }
    let detail = document.to_string();
    failure.detail = (detail.len() <= DETAIL).then_some(detail);
    failure
}

/// The wait that `retry-after-ms` or `retry-after` asks for, in milliseconds. Dates are not
/// understood, since a plugin has no clock.
pub fn retry_after(headers: &[Header]) -> Option<u64> {
    let number = |name: &str| {
        let header = headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        header.value.trim().parse::<f64>().ok().filter(|wait| wait.is_finite() && *wait >= 0.0)
    };
    let milliseconds = number("retry-after-ms").filter(|wait| *wait > 0.0);
    let wait = milliseconds.or_else(|| number("retry-after").map(|wait| wait * 1000.0))?;
    // A float beyond the range saturates, which is what is wanted of a hostile header.
    Some(wait.ceil() as u64)
}

/// What error documents have in common.
#[derive(Debug, Default)]
struct Document {
    message: String,
    code: Option<String>,
    kind: String,
    /// A status inside the document.
    status: Option<u16>,
    /// Tokens of the prompt and most that fit, where they are members of their own.
    context: (Option<u64>, Option<u64>),
}

impl Document {
    fn read(document: &Value) -> Self {
        let outer = match document {
            Value::Array(list) => list.first().unwrap_or(&Value::Null),
            other => other,
        };
        let wrapped = outer.get("error").or_else(|| outer.get("errors"));
        let wrapped = match wrapped {
            Some(Value::Array(list)) => list.first(),
            other => other,
        };
        let (error, message) = match wrapped {
            Some(object @ Value::Object(_)) => (object, String::new()),
            Some(Value::String(message)) => (outer, message.clone()),
            _ => (outer, outer.as_str().unwrap_or_default().to_owned()),
        };
        let text = |name: &str| error.get(name).and_then(plain_text);
        let message = Some(message)
            .filter(|message| !message.is_empty())
            .or_else(|| ["message", "detail", "msg", "description"].iter().find_map(|n| text(n)))
            .unwrap_or_default();
        let code = text("code").filter(|code| !code.is_empty());
        let number = |value: Option<&Value>| value.and_then(Value::as_u64);
        let status = [
            code.as_deref().and_then(|code| code.parse().ok()),
            number(error.get("status_code")),
            number(outer.get("raw_status_code")),
            number(error.get("status")),
        ]
        .into_iter()
        .flatten()
        .find(|status| (400..600).contains(status))
        .and_then(|status| u16::try_from(status).ok());
        Self {
            message,
            kind: [text("type"), text("error_type"), text("status")]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(" "),
            status,
            context: (number(error.get("n_prompt_tokens")), number(error.get("n_ctx"))),
            code,
        }
    }
}

fn classify(status: u16, error: &Document) -> Failure {
    let code = error.code.as_deref().unwrap_or_default();
    let words = format!("{} {code} {}", error.message, error.kind).to_ascii_lowercase();
    let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let by_status = match status {
        0 | 400 | 405 | 409 | 422 => FailureKind::InvalidRequest,
        401 => FailureKind::Authentication,
        402 => FailureKind::Billing,
        403 => FailureKind::Permission,
        404 | 410 => FailureKind::NotFound,
        408 | 504 => FailureKind::Timeout,
        413 => FailureKind::RequestTooLarge,
        429 => FailureKind::RateLimited,
        503 | 529 => FailureKind::Overloaded,
        400..500 => FailureKind::InvalidRequest,
        _ => FailureKind::ProviderError,
    };
    let refinable = matches!(status, 0 | 400 | 403);
    let in_band = status == 0;
    let context = context::overflow(&words, &error.message, error.context);
    let kind = if context.is_some() && !matches!(status, 401 | 403 | 404 | 429) {
        FailureKind::ContextTooLong
    } else if says(&["insufficient_quota", "billing_hard_limit", "insufficient balance"])
        || (matches!(status, 403 | 429) && says(&["exceeded your current quota", "out of credit"]))
    {
        FailureKind::Billing
    } else if refinable && says(&["content_filter", "content_policy_violation", "moderation"]) {
        FailureKind::ContentFiltered
    } else if refinable && says(INVALID_KEY) {
        FailureKind::Authentication
    } else if refinable && says(UNKNOWN_MODEL) {
        FailureKind::NotFound
    } else if in_band && says(&["rate limit", "rate_limit", "too many requests", "quota"]) {
        FailureKind::RateLimited
    } else if matches!(status, 0 | 500) && says(&["overloaded", "busy", "capacity", "unavailable"])
    {
        FailureKind::Overloaded
    } else if in_band && !says(&["invalid", "not support", "unsupported", "bad request"]) {
        FailureKind::ProviderError
    } else {
        by_status
    };
    let mut failure = new(kind, error.message.trim());
    failure.code.clone_from(&error.code);
    if kind == FailureKind::ContextTooLong {
        failure.context = context;
    }
    if matches!(status, 408 | 409) {
        failure.retry = Retry::Again;
    }
    if kind == FailureKind::RateLimited
        && let Some(milliseconds) = wait::stated(&error.message)
    {
        failure.retry = Retry::After(milliseconds);
    }
    failure
}

const INVALID_KEY: &[&str] = &[
    "invalid api key",
    "invalid_api_key",
    "incorrect api key",
    "api key not valid",
    "api key is invalid",
    "invalid authentication",
    "authentication_error",
    "unauthorized",
    "unregistered callers",
];

const UNKNOWN_MODEL: &[&str] = &[
    "model_not_found",
    "model not found",
    "unknown model",
    "invalid model",
    "not a valid model",
    "does not exist",
];

/// A body that is no JSON: its text without tags.
fn from_page(status: u16, page: &str) -> Failure {
    let mut text = String::new();
    let (mut in_tag, mut hidden) = (false, 0_u32);
    let mut rest = page;
    while let Some(character) = rest.chars().next() {
        let lower = rest.get(..8).unwrap_or(rest).to_ascii_lowercase();
        match character {
            '<' => {
                in_tag = true;
                hidden += u32::from(["<style", "<script"].iter().any(|t| lower.starts_with(t)));
                let closes = ["</style", "</script"].iter().any(|t| lower.starts_with(t));
                hidden = hidden.saturating_sub(u32::from(closes));
                text.push(' ');
            }
            '>' if in_tag => in_tag = false,
            _ if in_tag || hidden > 0 => {}
            other => text.push(other),
        }
        rest = rest.get(character.len_utf8()..).unwrap_or_default();
        if text.len() > 16 * EXCERPT {
            break;
        }
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let message: String = text.chars().take(EXCERPT).collect();
    if message.is_empty() {
        let status_only = Document {
            message: format!("the provider answered with status {status} and an empty body"),
            ..Document::default()
        };
        return classify(status, &status_only);
    }
    classify(status, &Document { message, ..Document::default() })
}

/// A scalar as text; lists and objects as JSON, null as nothing.
fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn usual_retry(kind: FailureKind) -> Retry {
    match kind {
        FailureKind::RateLimited
        | FailureKind::Overloaded
        | FailureKind::Timeout
        | FailureKind::ProviderError
        | FailureKind::Protocol => Retry::Again,
        FailureKind::InvalidRequest => Retry::Never,
        FailureKind::Unsupported
        | FailureKind::ContextTooLong
        | FailureKind::RequestTooLarge
        | FailureKind::Authentication
        | FailureKind::Permission
        | FailureKind::Billing
        | FailureKind::NotFound
        | FailureKind::ContentFiltered => Retry::Elsewhere,
    }
}
