//! Failures in the service's words (rules D1–D3).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>, as
//! of 2026-11-21. The class of an error stands in the header `x-amzn-errortype`, in `__type`, or is
//! the name of a stream's frame.

use clasp_plugin::{ContextSize, Failure, FailureKind, HttpResponse, Retry, failure};
use serde_json::Value;

/// Reads an answer with an error status.
pub(crate) fn from_response(response: &HttpResponse) -> Failure {
    let header = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("x-amzn-errortype"))
        .map(|header| header.value.clone());
    let document = serde_json::from_slice::<Value>(&response.body).unwrap_or_default();
    let class = header.or_else(|| Some(document.get("__type")?.as_str()?.to_owned()));
    refine(failure::from_response(response), &class.unwrap_or_default())
}

/// Reads an exception inside a stream.
pub(crate) fn from_frame(class: &str, data: &str) -> Failure {
    let document = serde_json::from_str(data).unwrap_or_else(|_| Value::from(data));
    refine(failure::from_document(0, &document), class)
}

/// Whether the name of a frame is that of an exception.
pub(crate) fn is_exception(name: &str) -> bool {
    kind(name).is_some() || name.ends_with("Exception") || name.ends_with("Error")
}

fn refine(mut failure: Failure, class: &str) -> Failure {
    // `ValidationException:http://internal.amazon.com/…`, `com.amazon.coral#ValidationException`
    let class = class.split(':').next().unwrap_or_default();
    let class = class.rsplit('#').next().unwrap_or_default();
    let message = failure.message.to_lowercase();
    let says = |list: &[&str]| list.iter().any(|words| message.contains(words));
    let kind = match kind(class) {
        _ if failure.kind == FailureKind::ContextTooLong => Some(FailureKind::ContextTooLong),
        _ if says(OVERFLOW) => Some(FailureKind::ContextTooLong),
        Some(FailureKind::InvalidRequest) if says(UNKNOWN_MODEL) => Some(FailureKind::NotFound),
        Some(FailureKind::RateLimited) if says(&["too many tokens per day"]) => {
            Some(FailureKind::Billing)
        }
        kind => kind,
    };
    if let Some(kind) = kind.filter(|kind| *kind != failure.kind) {
        let wait = failure.retry;
        failure.kind = kind;
        failure.retry = match (failure::new(kind, "").retry, wait) {
            (Retry::Again, Retry::After(wait)) => Retry::After(wait),
            (usual, _) => usual,
        };
    }
    if failure.kind == FailureKind::ContextTooLong && failure.context.is_none() {
        failure.context = Some(ContextSize::default());
    }
    if !class.is_empty() {
        failure.code = Some(class.to_owned());
    }
    failure
}

/// What a class of errors means.
fn kind(class: &str) -> Option<FailureKind> {
    let lower = class.to_ascii_lowercase();
    let class = lower.strip_suffix("exception").unwrap_or(&lower);
    Some(match class {
        "validation" | "serialization" | "malformedhttprequest" => FailureKind::InvalidRequest,
        "accessdenied" | "optinrequired" => FailureKind::Permission,
        "unrecognizedclient"
        | "invalidsignature"
        | "expiredtoken"
        | "incompletesignature"
        | "missingauthenticationtoken"
        | "invalidclienttokenid"
        | "notauthorized" => FailureKind::Authentication,
        "resourcenotfound" | "unknownoperation" => FailureKind::NotFound,
        "throttling" | "toomanyrequests" | "requestlimitexceeded" => FailureKind::RateLimited,
        "servicequotaexceeded" => FailureKind::RateLimited,
        "serviceunavailable" | "modelnotready" => FailureKind::Overloaded,
        "modeltimeout" | "requesttimeout" => FailureKind::Timeout,
        "internalserver" | "internalfailure" | "modelerror" | "modelstreamerror" => {
            FailureKind::ProviderError
        }
        _ => return None,
    })
}

const OVERFLOW: &[&str] = &[
    "input tokens exceeded",
    "number of input tokens exceeds",
    "too many input tokens",
    "input is too long",
    "prompt is too long",
    "exceeds the maximum input",
    "expected maxlength",
    "exceed context limit",
];

const UNKNOWN_MODEL: &[&str] =
    &["model identifier is invalid", "invalid model identifier", "on-demand throughput"];
