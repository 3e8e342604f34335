//! An answer as chunks: server-sent events without names, ended by `[DONE]`.

use bytes::{BufMut, BytesMut};
use clasp_model::Failure;

use super::form::{End, Form, Shape};
use super::usage;
use crate::json::write::{escaped, number, string};
use crate::openai::error;
use crate::{Echo, Head};

/// Chunks whose sizes are hidden are padded to a multiple of this many bytes.
const STEP: usize = 64;

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The role was told.
    begun: bool,
    /// The call that began last.
    index: u64,
    shape: Shape,
}

impl Form for Stream {
    fn ping(&mut self, out: &mut BytesMut) {
        out.put_slice(b": ping\n\n");
    }

    fn text(&mut self, head: &Head, text: &str, logprobs: Option<&str>, out: &mut BytesMut) {
        self.chunk_with(head, logprobs, out, |out| {
            out.put_slice(b"\"content\":\"");
            escaped(out, text);
            out.put_u8(b'"');
        });
    }

    fn thinking(&mut self, head: &Head, text: &str, out: &mut BytesMut) {
        self.chunk(head, out, |out| {
            out.put_slice(b"\"reasoning_content\":\"");
            escaped(out, text);
            out.put_u8(b'"');
        });
    }

    fn detail(&mut self, head: &Head, entry: &[u8], out: &mut BytesMut) {
        self.chunk(head, out, |out| {
            out.put_slice(b"\"reasoning_details\":[");
            out.put_slice(entry);
            out.put_u8(b']');
        });
    }

    fn call(
        &mut self,
        head: &Head,
        index: u64,
        shape: Shape,
        id: &str,
        name: &str,
        out: &mut BytesMut,
    ) {
        self.index = index;
        self.shape = shape;
        let first = !self.begun;
        self.chunk(head, out, |out| {
            if first {
                out.put_slice(b"\"content\":null,");
            }
            if shape == Shape::FunctionCall {
                out.put_slice(b"\"function_call\":{\"name\":");
                string(out, name);
                out.put_slice(b",\"arguments\":\"\"}");
                return;
            }
            out.put_slice(b"\"tool_calls\":[{\"index\":");
            number(out, index);
            out.put_slice(b",\"id\":");
            string(out, id);
            out.put_slice(b",\"type\":");
            string(out, shape.member());
            out.put_u8(b',');
            string(out, shape.member());
            out.put_slice(b":{\"name\":");
            string(out, name);
            out.put_u8(b',');
            string(out, shape.arguments());
            out.put_slice(b":\"\"}}]");
        });
    }

    fn arguments(&mut self, head: &Head, text: &str, out: &mut BytesMut) {
        let (index, shape) = (self.index, self.shape);
        self.chunk(head, out, |out| {
            if shape == Shape::FunctionCall {
                out.put_slice(b"\"function_call\":{\"arguments\":\"");
                escaped(out, text);
                out.put_slice(b"\"}");
                return;
            }
            out.put_slice(b"\"tool_calls\":[{\"index\":");
            number(out, index);
            out.put_u8(b',');
            string(out, shape.member());
            out.put_slice(b":{");
            string(out, shape.arguments());
            out.put_slice(b":\"");
            escaped(out, text);
            out.put_slice(b"\"}}]");
        });
    }

    /// Annotations go out together: clients put lists together by the `index` of their entries, and
    /// these have none.
    fn end(&mut self, head: &Head, end: &End, out: &mut BytesMut) {
        if &*end.annotations != b"[]" {
            self.chunk(head, out, |out| {
                out.put_slice(b"\"annotations\":");
                out.put_slice(&end.annotations);
            });
        }
        begin(head, out);
        out.put_slice(
            b"\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":",
        );
        string(out, end.finish_reason);
        out.put_slice(b"}]");
        if includes_usage(head) {
            out.put_slice(b",\"usage\":null}\n\n");
            begin(head, out);
            out.put_slice(b"\"choices\":[],\"usage\":");
            usage::write(end.counts, out);
        }
        out.put_slice(b"}\n\ndata: [DONE]\n\n");
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        out.put_slice(b"data: ");
        error::envelope(out, failure);
        out.put_slice(b"\n\n");
    }
}

impl Stream {
    /// A chunk of which `write` writes the delta's members; the first has the role as well.
    fn chunk(&mut self, head: &Head, out: &mut BytesMut, write: impl FnOnce(&mut BytesMut)) {
        self.chunk_with(head, None, out, write);
    }

    /// The same, with the probabilities of its tokens.
    fn chunk_with(
        &mut self,
        head: &Head,
        logprobs: Option<&str>,
        out: &mut BytesMut,
        write: impl FnOnce(&mut BytesMut),
    ) {
        begin(head, out);
        out.put_slice(b"\"choices\":[{\"index\":0,\"delta\":{");
        if !std::mem::replace(&mut self.begun, true) {
            out.put_slice(b"\"role\":\"assistant\",");
        }
        let from = out.len();
        write(out);
        let size = out.len() - from + logprobs.map_or(0, str::len);
        out.put_slice(b"},\"logprobs\":");
        super::form::logprobs(logprobs, out);
        out.put_slice(b",\"finish_reason\":null}]");
        if includes_usage(head) {
            out.put_slice(b",\"usage\":null");
        }
        if matches!(&head.echo, Echo::Chat(echo) if echo.obfuscation) {
            out.put_slice(b",\"obfuscation\":\"");
            pad(out, from, size.next_multiple_of(STEP) - size);
            out.put_u8(b'"');
        }
        out.put_slice(b"}\n\n");
    }
}

/// What every chunk begins with.
fn begin(head: &Head, out: &mut BytesMut) {
    out.put_slice(b"data: {\"id\":");
    string(out, &head.id);
    out.put_slice(b",\"object\":\"chat.completion.chunk\",\"created\":");
    number(out, head.created);
    out.put_slice(b",\"model\":");
    string(out, &head.model);
    out.put_u8(b',');
}

fn includes_usage(head: &Head) -> bool {
    matches!(&head.echo, Echo::Chat(echo) if echo.include_usage)
}

/// Writes `length` letters; which ones does not matter, for all that is seen of a connection is
/// their number.
fn pad(out: &mut BytesMut, seed: usize, length: usize) {
    let mut state = seed as u64;
    for _ in 0..length {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let letter = (state >> 58) as usize;
        out.put_u8(LETTERS.get(letter).copied().unwrap_or(b'A'));
    }
}
