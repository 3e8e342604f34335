//! Which headers go out: the plugin's, without credentials and without what belongs to the
//! connection; then the operator's; then what clasp itself says.

use clasp_model::{Failure, FailureKind, Header, Source};
use http::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};

/// How clasp calls itself.
const AGENT: HeaderValue = HeaderValue::from_static(concat!("clasp/", env!("CARGO_PKG_VERSION")));

/// Headers that carry credentials: only the host sets them.
const CREDENTIALS: [&str; 7] = [
    "api-key",
    "authorization",
    "cookie",
    "proxy-authorization",
    "x-amz-security-token",
    "x-api-key",
    "x-goog-api-key",
];

/// Headers of the connection or of the message's form: only the HTTP client sets them.
const OF_THE_CONNECTION: [&str; 15] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-connection",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a header carries credentials.
pub(crate) fn is_credential(name: &str) -> bool {
    CREDENTIALS.iter().any(|credential| name.eq_ignore_ascii_case(credential))
}

/// The headers of a request, all but its credentials.
pub(crate) fn outgoing(
    plugin: &str,
    of_plugin: &[Header],
    of_operator: &[Header],
) -> Result<HeaderMap, Failure> {
    let mut headers = HeaderMap::with_capacity(of_plugin.len() + of_operator.len() + 4);
    headers.insert(USER_AGENT, AGENT);
    let listed = listed_in_connection(of_plugin);
    for header in of_plugin {
        if is_credential(&header.name) || of_the_connection(&header.name, &listed) {
            continue;
        }
        let (name, value) = read(header).map_err(|what| {
            let message =
                format!("the plugin `{plugin}` made a header that cannot be sent: {what}");
            Failure::new(FailureKind::Protocol, Source::Plugin, message)
        })?;
        match name == USER_AGENT {
            true => drop(headers.insert(name, value)),
            false => drop(headers.append(name, value)),
        }
    }
    for header in of_operator {
        if of_the_connection(&header.name, &[]) {
            continue;
        }
        let (name, mut value) = read(header).map_err(|what| {
            let message = format!("a header configured for `{plugin}` cannot be sent: {what}");
            Failure::new(FailureKind::Authentication, Source::Host, message)
        })?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    Ok(headers)
}

/// A name that a credential may be sent under.
pub(crate) fn credential_name(name: &str) -> Option<HeaderName> {
    match of_the_connection(name, &[]) {
        true => None,
        false => HeaderName::from_bytes(name.as_bytes()).ok(),
    }
}

fn of_the_connection(name: &str, listed: &[String]) -> bool {
    OF_THE_CONNECTION.iter().any(|own| name.eq_ignore_ascii_case(own))
        || listed.iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Names that a `connection` header declares to be of the connection.
fn listed_in_connection(headers: &[Header]) -> Vec<String> {
    headers
        .iter()
        .filter(|header| header.name.eq_ignore_ascii_case("connection"))
        .flat_map(|header| header.value.split(','))
        .map(|name| name.trim().to_owned())
        .collect()
}

/// A header as it is sent. The fault never shows the value.
fn read(header: &Header) -> Result<(HeaderName, HeaderValue), String> {
    let name = HeaderName::from_bytes(header.name.as_bytes())
        .map_err(|_invalid| format!("{:?} is no header name", header.name))?;
    // Text beyond ASCII goes out as UTF-8; control characters never do.
    let value = HeaderValue::from_bytes(header.value.as_bytes())
        .map_err(|_invalid| format!("the value of `{name}` has control characters"))?;
    Ok((name, value))
}
