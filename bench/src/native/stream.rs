//! A Chat stream in, an Anthropic stream out: what one read brought is translated and written on at
//! once.

mod encode;

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use hyper::body::{Body, Frame, Incoming};
use memchr::memchr;

use self::encode::Encoder;

/// The client's body, made from the vendor's while it is read.
pub struct Translated {
    upstream: Incoming,
    /// The part of a line that has not ended.
    rest: BytesMut,
    /// The data of an event that has not ended.
    data: Vec<u8>,
    encoder: Encoder,
    out: BytesMut,
}

impl Translated {
    /// Translates `upstream` for a client that asked for `model`.
    pub fn new(upstream: Incoming, model: String) -> Self {
        let encoder = Encoder::new(model);
        Self { upstream, rest: BytesMut::new(), data: Vec::new(), encoder, out: BytesMut::new() }
    }

    /// Cuts `bytes` into lines and lines into events.
    fn push(&mut self, bytes: &[u8]) {
        let mut bytes = bytes;
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, after) = bytes.split_at(end);
            bytes = after.get(1..).unwrap_or_default();
            if self.rest.is_empty() {
                self.line(line);
            } else {
                self.rest.extend_from_slice(line);
                let whole = self.rest.split();
                self.line(&whole);
            }
        }
        self.rest.extend_from_slice(bytes);
    }

    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            if !self.data.is_empty() {
                self.encoder.chunk(&self.data, &mut self.out);
                self.data.clear();
            }
        } else if let Some(data) = line.strip_prefix(b"data:") {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
    }
}

impl Body for Translated {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        while !self.encoder.ended() {
            match ready!(Pin::new(&mut self.upstream).poll_frame(context)) {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.push(&bytes);
                    }
                }
                Some(Err(error)) => {
                    let Self { encoder, out, .. } = &mut *self;
                    encoder.fail(&error.to_string(), out);
                }
                None => {
                    let Self { encoder, out, .. } = &mut *self;
                    encoder.fail("the vendor's stream broke off", out);
                }
            }
            if !self.out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(self.out.split().freeze()))));
            }
        }
        // The vendor's body has ended by now, but for its last chunk: read it, so that the
        // connection goes back to the pool.
        while let Some(rest) = ready!(Pin::new(&mut self.upstream).poll_frame(context)) {
            if rest.is_err() {
                break;
            }
        }
        Poll::Ready(None)
    }
}
