//! What an error status means, whatever its document says (rules D1, D3).

use clasp_model::{Failure, FailureKind, HttpResponse, Retry, Source};

/// The failure behind a status whose document cannot be read.
pub(crate) fn of_status(status: u16) -> Failure {
    let message = format!("The provider answered with status {status}");
    Failure::new(kind(status), Source::Vendor, message)
}

pub(crate) fn kind(status: u16) -> FailureKind {
    match status {
        401 => FailureKind::Authentication,
        402 => FailureKind::Billing,
        403 => FailureKind::Permission,
        404 | 410 => FailureKind::NotFound,
        408 | 504 => FailureKind::Timeout,
        413 => FailureKind::RequestTooLarge,
        429 => FailureKind::RateLimited,
        503 | 529 => FailureKind::Overloaded,
        400..=499 => FailureKind::InvalidRequest,
        _ => FailureKind::ProviderError,
    }
}

/// Whether trying again may help: the provider's own word for it comes first, but money that is
/// spent and a prompt that does not fit stay so.
pub(crate) fn retry(response: &HttpResponse, failure: &Failure) -> Retry {
    if matches!(failure.kind, FailureKind::Billing | FailureKind::ContextTooLong) {
        return Retry::Elsewhere;
    }
    let again = match failure.retry {
        after @ Retry::After(_) => after,
        Retry::Never | Retry::Again | Retry::Elsewhere => Retry::Again,
    };
    match (header(response, "x-should-retry"), response.status) {
        (Some("true"), _) | (None, 408 | 409 | 429 | 500..) => again,
        (Some("false"), 408 | 409 | 429 | 500..) => Retry::Elsewhere,
        (_, 400 | 413 | 422) => failure.retry,
        _ => Retry::Elsewhere,
    }
}

pub(crate) fn header<'r>(response: &'r HttpResponse, name: &str) -> Option<&'r str> {
    let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    found.map(|header| header.value.trim())
}

/// A plain answer that is none.
pub(crate) fn unreadable() -> Failure {
    let message = "the provider's answer is no complete message";
    Failure::new(FailureKind::Protocol, Source::Vendor, message).with_retry(Retry::Again)
}
