//! What a plugin asks the host to send, and what came back whole.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::request::Blob;

/// A header. Names are compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    #[default]
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

/// How a blob stands in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// The bytes themselves.
    Identity,
    /// Standard base64.
    Base64,
    /// URL-safe base64.
    Base64Url,
}

/// A piece of a body. Bodies are ropes: blobs are spliced in while sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Bytes that the plugin wrote.
    Bytes(Bytes),
    /// A payload of the request.
    Blob(Blob, Encoding),
}

/// What to send to a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query, appended to the target's base URL.
    pub path: String,
    /// Without credentials: the host adds them.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<Segment>,
}

/// An answer with its whole body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status.
    pub status: u16,
    /// The headers, names in lower case.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Bytes,
}

impl HttpRequest {
    /// The length of the body in bytes, payloads included.
    pub fn body_len(&self) -> u64 {
        self.body.iter().map(Segment::len).sum()
    }
}

impl Segment {
    /// The length in bytes when written out.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Blob(blob, Encoding::Identity) => blob.size(),
            Self::Blob(blob, Encoding::Base64 | Encoding::Base64Url) => blob.base64.len() as u64,
        }
    }

    /// Whether nothing is written for it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
