//! HTTP/1.1 by hand: a test must see, and be able to write, every byte of it.

use std::io;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Reads lines, heads and bodies from one direction of a connection.
#[derive(Debug)]
pub struct Reader<R> {
    inner: R,
    buffer: BytesMut,
}

/// The start line and the headers of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// `POST /v1/messages HTTP/1.1` or `HTTP/1.1 200 OK`.
    pub start: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
}

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// After so many more bytes.
    Bytes(usize),
    /// By the empty chunk.
    Chunked,
    /// When the connection closes.
    UntilClose,
}

impl<R: AsyncRead + Unpin> Reader<R> {
    /// A reader with nothing read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, buffer: BytesMut::new() }
    }

    /// Waits for more bytes; 0 at the end.
    pub async fn fill(&mut self) -> io::Result<usize> {
        self.inner.read_buf(&mut self.buffer).await
    }

    /// The next message head; none when the connection ended before its first byte.
    pub async fn head(&mut self) -> io::Result<Option<Head>> {
        let end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            if self.fill().await? == 0 {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        let text = String::from_utf8_lossy(&self.buffer.split_to(end)).into_owned();
        let mut lines = text.trim_end().split("\r\n");
        let start = lines.next().unwrap_or_default().to_owned();
        let headers = lines
            .map(|line| {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                (name.to_ascii_lowercase(), value.trim().to_owned())
            })
            .collect();
        Ok(Some(Head { start, headers }))
    }

    /// The next piece of a body; none at its end. A body that is cut off is an error.
    pub async fn chunk(&mut self, length: &mut Length) -> io::Result<Option<Bytes>> {
        match length {
            Length::Bytes(0) => Ok(None),
            Length::Bytes(left) => {
                if self.buffer.is_empty() && self.fill().await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                let piece = self.buffer.split_to(self.buffer.len().min(*left)).freeze();
                *left -= piece.len();
                Ok(Some(piece))
            }
            Length::Chunked => {
                let size = self.line().await?;
                let size = usize::from_str_radix(size.split(';').next().unwrap_or("").trim(), 16)
                    .map_err(|_| io::Error::other(format!("chunk size {size:?}")))?;
                let piece = self.exact(size).await?;
                self.line().await?;
                if size == 0 {
                    *length = Length::Bytes(0);
                    return Ok(None);
                }
                Ok(Some(piece))
            }
            Length::UntilClose => {
                if self.buffer.is_empty() && self.fill().await? == 0 {
                    return Ok(None);
                }
                Ok(Some(self.buffer.split().freeze()))
            }
        }
    }

    /// The rest of a body.
    pub async fn body(&mut self, mut length: Length) -> io::Result<Bytes> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.chunk(&mut length).await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }

    /// The next line, without its end.
    async fn line(&mut self) -> io::Result<String> {
        let end = loop {
            if let Some(at) = self.buffer.iter().position(|&byte| byte == b'\n') {
                break at + 1;
            }
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        };
        Ok(String::from_utf8_lossy(&self.buffer.split_to(end)).trim_end().to_owned())
    }

    async fn exact(&mut self, size: usize) -> io::Result<Bytes> {
        while self.buffer.len() < size {
            if self.fill().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(self.buffer.split_to(size).freeze())
    }
}

impl Head {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    /// The method and the path, query included, of a request.
    pub fn target(&self) -> (&str, &str) {
        let mut words = self.start.split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    /// The status of an answer; 0 when the start line has none.
    pub fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0)
    }

    /// How the body's end is found when no length means an empty one (a request).
    pub fn request_length(&self) -> Length {
        match self.length() {
            Length::UntilClose => Length::Bytes(0),
            other => other,
        }
    }

    /// How the body's end is found when no length means "until closed" (an answer).
    pub fn length(&self) -> Length {
        if self.header("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
            return Length::Chunked;
        }
        match self.header("content-length").and_then(|value| value.parse().ok()) {
            Some(bytes) => Length::Bytes(bytes),
            None => Length::UntilClose,
        }
    }
}
