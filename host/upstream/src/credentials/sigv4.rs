//! AWS Signature Version 4
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>,
//! read 2026-11-21): what is signed is what is sent, body and all.

use clasp_codec::rope::{self, RopeError};
use clasp_model::Segment;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;
use ring::digest::{self, SHA256};
use ring::hmac;
use secrecy::ExposeSecret as _;

use crate::identity::AwsKeys;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// What a signature is for.
pub(crate) struct Scope<'a> {
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    /// `20150830T123600Z`
    pub(crate) date: &'a str,
}

/// The hash of a body as it goes out, payloads spliced in.
pub(crate) fn body_hash(body: &[Segment]) -> Result<String, RopeError> {
    let mut context = digest::Context::new(&SHA256);
    for chunk in rope::chunks(body) {
        context.update(&chunk?);
    }
    Ok(hex(context.finish().as_ref()))
}

/// Spells path and query in the one way in which they are signed: only unreserved letters stand for
/// themselves, and parameters are in order.
pub(crate) fn spell(url: &mut Url) {
    let segments = url.path().split('/');
    let segments: Vec<String> = segments.map(|segment| encoded(&decoded(segment))).collect();
    let path = segments.join("/");
    url.set_path(&path);
    if let Some(query) = url.query() {
        let mut pairs: Vec<(String, String)> = query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .map(|(name, value)| (encoded(&decoded(name)), encoded(&decoded(value))))
            .collect();
        pairs.sort();
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let query = pairs.join("&");
        url.set_query(Some(&query).filter(|query| !query.is_empty()).map(String::as_str));
    }
}

/// Signs a request whose URL was [spelled](spell): adds the date, the session's token and the
/// signature. `content-type` and everything of AWS's own is signed.
pub(crate) fn sign(
    keys: &AwsKeys,
    scope: &Scope<'_>,
    method: &Method,
    url: &Url,
    headers: &mut HeaderMap,
    body_hash: &str,
) -> Result<(), String> {
    let mut add = |name: &'static str, text: &str, secret: bool| {
        let value = HeaderValue::from_str(text);
        let mut value = value.map_err(|_| format!("the value of {name} cannot be sent"))?;
        value.set_sensitive(secret);
        headers.insert(HeaderName::from_static(name), value);
        Ok::<(), String>(())
    };
    add("x-amz-date", scope.date, false)?;
    if let Some(session) = &keys.session {
        add("x-amz-security-token", session.expose_secret(), true)?;
    }
    let (signed, signature) = signature(keys, scope, method, url, headers, body_hash);
    let day = scope.date.get(..8).unwrap_or_default();
    let Scope { region, service, .. } = scope;
    let id = &keys.id;
    let text = format!(
        "{ALGORITHM} Credential={id}/{day}/{region}/{service}/aws4_request, \
         SignedHeaders={signed}, Signature={signature}"
    );
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| "AWS_ACCESS_KEY_ID has characters that no key id has".to_owned())?;
    value.set_sensitive(true);
    headers.insert(http::header::AUTHORIZATION, value);
    Ok(())
}

/// The names of what is signed, and the signature.
fn signature(
    keys: &AwsKeys,
    scope: &Scope<'_>,
    method: &Method,
    url: &Url,
    headers: &HeaderMap,
    body_hash: &str,
) -> (String, String) {
    let mut lines: Vec<(String, String)> = vec![("host".to_owned(), host(url))];
    for name in headers.keys() {
        if name == http::header::CONTENT_TYPE || name.as_str().starts_with("x-amz-") {
            let values = headers.get_all(name).iter();
            let values: Vec<String> = values.map(trimmed).collect();
            lines.push((name.as_str().to_owned(), values.join(",")));
        }
    }
    lines.sort();
    let signed: Vec<&str> = lines.iter().map(|(name, _)| name.as_str()).collect();
    let signed = signed.join(";");
    let lines: String = lines.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let path = url.path().split('/').map(encoded_text).collect::<Vec<_>>().join("/");
    let query = url.query().unwrap_or_default();
    let request = format!("{method}\n{path}\n{query}\n{lines}\n{signed}\n{body_hash}");

    let Scope { region, service, date } = scope;
    let day = date.get(..8).unwrap_or_default();
    let hash = hex(digest::digest(&SHA256, request.as_bytes()).as_ref());
    let to_sign = format!("{ALGORITHM}\n{date}\n{day}/{region}/{service}/aws4_request\n{hash}");
    let secret = format!("AWS4{}", keys.secret.expose_secret());
    let parts = [day, region, service, "aws4_request"];
    let key = parts.iter().fold(hmac_key(secret.as_bytes()), |key, part| {
        hmac_key(hmac::sign(&key, part.as_bytes()).as_ref())
    });
    (signed, hex(hmac::sign(&key, to_sign.as_bytes()).as_ref()))
}

fn hmac_key(bytes: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, bytes)
}

/// The host as the client sends it: a usual port is left out.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A header's value without outer blanks, and with inner ones once.
fn trimmed(value: &HeaderValue) -> String {
    let text = String::from_utf8_lossy(value.as_bytes());
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn decoded(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(*byte);
                at += 1;
            }
        }
    }
    decoded
}

fn encoded_text(text: &str) -> String {
    encoded(text.as_bytes())
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                text.push(char::from(*byte));
            }
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
