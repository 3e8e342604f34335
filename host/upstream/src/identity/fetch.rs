//! Asking a token or metadata endpoint: small answers, short waits, no redirects.
//!
//! What goes wrong is told with the host's name, never with a URL or an answer's text, which may
//! hold a token (rule D7).

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use reqwest::Url;
use serde_json::Value;

use super::refusal::Refusal;
use crate::client::Options;
use crate::endpoint::hosts::is_loopback;
use crate::transport::{self, Peer};

/// Longest wait for a token endpoint, connection included.
pub(super) const FAR: Duration = Duration::from_secs(20);

/// Longest wait for a metadata server, which is near or not there at all.
pub(super) const NEAR: Duration = Duration::from_secs(2);

/// Most bytes of an answer.
const MOST: usize = 1024 * 1024;

/// Most characters of an endpoint's own words.
const MOST_WORDS: usize = 300;

/// Asks token endpoints.
#[derive(Clone)]
pub(crate) struct Fetcher {
    /// As requests to providers.
    pub(crate) far: reqwest::Client,
    /// Never through a proxy.
    pub(crate) direct: reqwest::Client,
    pub(crate) options: Options,
    pub(crate) has_proxy: bool,
}

/// What to ask.
pub(super) struct Question {
    method: Method,
    url: Url,
    headers: HeaderMap,
    form: Option<String>,
    direct: bool,
    limit: Duration,
}

/// What came back.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) body: Bytes,
    peer: String,
}

impl Question {
    pub(super) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    pub(super) fn put(url: Url) -> Self {
        Self::new(Method::PUT, url)
    }

    pub(super) fn post(url: Url) -> Self {
        Self::new(Method::POST, url)
    }

    /// A POST of these fields.
    pub(super) fn form(url: Url, fields: &[(&str, &str)]) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        Self { form: Some(form.finish()), ..Self::post(url) }
    }

    fn new(method: Method, url: Url) -> Self {
        let (headers, form) = (HeaderMap::new(), None);
        Self { method, url, headers, form, direct: false, limit: FAR }
    }

    /// With a header. One that cannot be sent is left out, and the endpoint refuses.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(mut value)) = (name, HeaderValue::from_str(value)) {
            value.set_sensitive(true);
            self.headers.insert(name, value);
        }
        self
    }

    /// Of a server that belongs to this machine: no proxy, no long wait.
    pub(super) fn nearby(self) -> Self {
        Self { direct: true, limit: NEAR, ..self }
    }
}

impl Reply {
    /// The answer's document, if it is a success and one.
    pub(super) fn json(&self) -> Result<Value, Refusal> {
        let Self { status, body, peer } = self;
        if !(200..300).contains(status) {
            let words = self.words().map(|words| format!(": {words}")).unwrap_or_default();
            let passing = *status == 429 || *status >= 500;
            return Err(Refusal::server(
                format!("{peer} refused with status {status}{words}"),
                passing,
            ));
        }
        serde_json::from_slice(body).map_err(|_| {
            Refusal::server(format!("{peer} answered something that is not JSON"), false)
        })
    }

    /// What an error document says, in OAuth's and other usual forms.
    fn words(&self) -> Option<String> {
        let document: Value = serde_json::from_slice(&self.body).ok()?;
        let at = |pointer: &str| document.pointer(pointer)?.as_str();
        let error = ["/error_description", "/error/message", "/message", "/Message", "/error"]
            .iter()
            .find_map(|pointer| at(pointer))?;
        let line = error.lines().next().unwrap_or_default();
        Some(line.chars().take(MOST_WORDS).collect())
    }
}

impl Fetcher {
    /// Asks, and reads the answer whole.
    pub(super) async fn ask(&self, question: Question) -> Result<Reply, Refusal> {
        let direct = question.direct || is_loopback(&question.url);
        let peer = Peer::of(&question.url, self.has_proxy && !direct);
        let limit = question.limit;
        let client = if direct { &self.direct } else { &self.far };
        let mut request = client.request(question.method, question.url).headers(question.headers);
        if let Some(form) = question.form {
            let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            request = request.header(http::header::CONTENT_TYPE, form_type).body(form);
        } else {
            request = request.header(http::header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let request = request.header(http::header::ACCEPT, "application/json");
        let failed = |error: &reqwest::Error| {
            Refusal::server(transport::failure(error, &peer, &self.options).message, true)
        };
        let exchange = async {
            let mut response = request.send().await.map_err(|error| failed(&error))?;
            let status = response.status().as_u16();
            let mut body = BytesMut::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
                if body.len() + chunk.len() > MOST {
                    let what = format!("{} answered more than {MOST} bytes", peer.name());
                    return Err(Refusal::server(what, false));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Reply { status, body: body.freeze(), peer: peer.name().to_owned() })
        };
        match tokio::time::timeout(limit, exchange).await {
            Ok(reply) => reply,
            Err(_elapsed) => {
                let what = format!("no answer from {} within {} s", peer.name(), limit.as_secs());
                Err(Refusal::server(what, true))
            }
        }
    }
}

/// A URL that secrets may be sent to: https, or this machine.
pub(super) fn endpoint(text: &str, source: &str) -> Result<Url, Refusal> {
    let url = Url::parse(text.trim()).map_err(|error| {
        Refusal::wrong(format!("{source} is no URL: {error}"), "give an https URL")
    })?;
    if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
        return Err(Refusal::wrong(format!("{source} is no https URL"), "give an https URL"));
    }
    Ok(url)
}
