//! A client's body, whole and within the limits.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use clasp_config::Limits;
use clasp_model::{Failure, FailureKind, Header, Source};
use http_body_util::BodyExt;
use hyper::body::Incoming;

/// A client's headers; one that is no text is nobody's business here.
pub(crate) fn named(headers: &http::HeaderMap) -> Vec<Header> {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    headers
        .iter()
        .filter_map(|(name, value)| {
            Some(Header { name: name.as_str().to_owned(), value: text(value)? })
        })
        .collect()
}

/// Reads a client's body.
pub(crate) async fn read(
    limits: &Limits,
    headers: &http::HeaderMap,
    mut body: Incoming,
) -> Result<Bytes, Failure> {
    let announced = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if announced > limits.body {
        return Err(too_large(limits.body));
    }
    let mut whole = BytesMut::with_capacity(announced.min(FIRST_ALLOCATION));
    loop {
        let frame = tokio::time::timeout(limits.idle_timeout, body.frame())
            .await
            .map_err(|_elapsed| slow_body(limits.idle_timeout))?;
        let Some(frame) = frame else { return Ok(whole.freeze()) };
        let frame = frame
            .map_err(|error| Failure::invalid(format!("the request's body broke off: {error}")))?;
        if let Ok(data) = frame.into_data() {
            if whole.len() + data.len() > limits.body {
                return Err(too_large(limits.body));
            }
            // A body of one piece needs no copy.
            match whole.is_empty() && data.len() == announced {
                true => return Ok(data),
                false => whole.extend_from_slice(&data),
            }
        }
    }
}

/// A body as text; JSON is UTF-8.
pub(crate) fn text(body: Bytes) -> Result<ByteString, Failure> {
    ByteString::try_from(body)
        .map_err(|error| Failure::invalid(format!("the request's body is not UTF-8 text: {error}")))
}

/// Most bytes that are set aside on a client's word alone.
const FIRST_ALLOCATION: usize = 16 * 1024 * 1024;

fn too_large(limit: usize) -> Failure {
    Failure::new(
        FailureKind::RequestTooLarge,
        Source::Client,
        format!("the request's body is larger than {limit} bytes"),
    )
}

fn slow_body(limit: Duration) -> Failure {
    Failure::new(
        FailureKind::Timeout,
        Source::Client,
        format!("the request's body did not go on for {} s", limit.as_secs()),
    )
}
