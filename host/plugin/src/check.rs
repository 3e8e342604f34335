//! What a plugin may put into an HTTP request: no credentials, no other host, no other request.

use clasp_model::{Auth, Header, HttpRequest, Manifest, Note};

use crate::Limits;
use crate::contract::Begun;
use crate::fault::Fault;

/// Headers that carry credentials: the host alone sends them.
const CREDENTIALS: [&str; 10] = [
    "authorization",
    "proxy-authorization",
    "cookie",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "x-goog-user-project",
    "x-amz-security-token",
    "x-amz-date",
    "x-auth-token",
];

/// Headers that frame the message or concern the connection: the host writes them.
const CONNECTION: [&str; 11] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "accept-encoding",
];

/// Checks what `begin` returned; too many notes are cut off.
pub(crate) fn begun(
    mut begun: Begun,
    manifest: &Manifest,
    limits: &Limits,
) -> Result<Begun, Fault> {
    if begun.state.len() > limits.state_bytes {
        return Err(Fault::Many(begun.state.len(), "bytes of state", limits.state_bytes));
    }
    cut_notes(&mut begun.notes, limits);
    http(&begun.http, manifest, limits)?;
    Ok(begun)
}

/// Checks a request that a plugin wants sent.
pub(crate) fn http(
    request: &HttpRequest,
    manifest: &Manifest,
    limits: &Limits,
) -> Result<(), Fault> {
    path(&request.path, limits)?;
    if request.headers.len() > limits.headers {
        return Err(Fault::Many(request.headers.len(), "headers", limits.headers));
    }
    let bytes = request.headers.iter().map(|header| header.name.len() + header.value.len()).sum();
    if bytes > limits.header_bytes {
        return Err(Fault::Many(bytes, "bytes of headers", limits.header_bytes));
    }
    request.headers.iter().try_for_each(|header| self::header(header, manifest))
}

/// A path is appended to the target's base URL, so it must not be able to leave it.
pub(crate) fn path(path: &str, limits: &Limits) -> Result<(), Fault> {
    if path.len() > limits.path_bytes {
        return Err(Fault::Many(path.len(), "bytes of path", limits.path_bytes));
    }
    if !path.starts_with('/') {
        let start: String = path.chars().take(40).collect();
        return Err(Fault::Invalid(format!(
            "the path `{}`; it must begin with `/` and is appended to the base URL",
            start.escape_debug()
        )));
    }
    if let Some(byte) = path.bytes().find(|byte| !is_url_byte(*byte)) {
        return Err(Fault::Invalid(format!(
            "a path with the byte 0x{byte:02x}, which must be percent-encoded"
        )));
    }
    let plain = path.split_once('?').map_or(path, |(plain, _)| plain);
    if plain.split('/').any(is_dots) {
        return Err(Fault::Invalid("a path with `.` or `..` segments".to_owned()));
    }
    Ok(())
}

fn header(header: &Header, manifest: &Manifest) -> Result<(), Fault> {
    let Header { name, value } = header;
    if name.is_empty() || !name.bytes().all(is_token_byte) {
        let start: String = name.chars().take(40).collect();
        return Err(Fault::Invalid(format!(
            "a header with the invalid name `{}`",
            start.escape_debug()
        )));
    }
    if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(Fault::Invalid(format!(
            "header `{name}` with control characters in its value"
        )));
    }
    let is = |other: &str| name.eq_ignore_ascii_case(other);
    if CREDENTIALS.into_iter().any(is) || auth_headers(manifest).any(is) {
        return Err(Fault::Invalid(format!(
            "the credential header `{name}`; the host sends credentials itself, as `auth` in the \
             manifest says"
        )));
    }
    if CONNECTION.into_iter().any(is) {
        return Err(Fault::Invalid(format!("the header `{name}`, which the host writes itself")));
    }
    Ok(())
}

/// The headers that the manifest's templates fill.
fn auth_headers(manifest: &Manifest) -> impl Iterator<Item = &str> {
    manifest.auth.iter().filter_map(|auth| match auth {
        Auth::Header(header) => Some(header.name.as_str()),
        Auth::TokenExchange(exchange) => Some(exchange.apply.name.as_str()),
        Auth::Query(_) | Auth::AwsSigv4(_) | Auth::Google(_) | Auth::Entra(_) => None,
    })
}

fn cut_notes(notes: &mut Vec<Note>, limits: &Limits) {
    notes.truncate(limits.notes);
    for note in notes {
        cut(&mut note.path, limits.log_line_bytes);
        cut(&mut note.detail, limits.log_line_bytes);
    }
}

/// Cuts a text at a character's end.
pub(crate) fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        text.push('…');
    }
}

/// RFC 9110, section 5.6.2.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// What may stand in a path and query as it is: no blanks, no control characters, no fragment,
/// and no backslash, which URL parsers take for a slash.
fn is_url_byte(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"#\\\"<>".contains(&byte)
}

fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

#[cfg(test)]
mod tests;
