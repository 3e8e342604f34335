//! An answer as one document.

use bytes::{BufMut, BytesMut};
use clasp_model::Failure;

use super::form::{End, Form, Shape};
use super::usage;
use crate::Head;
use crate::json::write::{escaped, number, string};
use crate::openai::error;

/// The members of the message so far.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// What stands between the quotes; none: there is no text.
    content: Option<BytesMut>,
    /// Of the content, with their commas.
    logprobs: Option<String>,
    thinking: BytesMut,
    /// Entries, with their commas.
    details: BytesMut,
    /// Entries, with their commas; the last one is open.
    calls: BytesMut,
    function_call: BytesMut,
    /// The call that is open.
    shape: Option<Shape>,
}

impl Form for Plain {
    fn ping(&mut self, _out: &mut BytesMut) {}

    fn text(&mut self, _head: &Head, text: &str, logprobs: Option<&str>, _out: &mut BytesMut) {
        escaped(self.content.get_or_insert_default(), text);
        if let Some(entries) = logprobs {
            let known = self.logprobs.get_or_insert_default();
            known.push_str(if known.is_empty() { "" } else { "," });
            known.push_str(entries);
        }
    }

    fn thinking(&mut self, _head: &Head, text: &str, _out: &mut BytesMut) {
        escaped(&mut self.thinking, text);
    }

    fn detail(&mut self, _head: &Head, entry: &[u8], _out: &mut BytesMut) {
        if !self.details.is_empty() {
            self.details.put_u8(b',');
        }
        self.details.put_slice(entry);
    }

    fn call(
        &mut self,
        _head: &Head,
        _index: u64,
        shape: Shape,
        id: &str,
        name: &str,
        _out: &mut BytesMut,
    ) {
        self.close();
        self.shape = Some(shape);
        if shape == Shape::FunctionCall {
            self.function_call.put_slice(b"{\"name\":");
            string(&mut self.function_call, name);
            self.function_call.put_slice(b",\"arguments\":\"");
            return;
        }
        let calls = &mut self.calls;
        calls.put_slice(if calls.is_empty() { b"{\"id\":" } else { b",{\"id\":" });
        string(calls, id);
        calls.put_slice(b",\"type\":");
        string(calls, shape.member());
        calls.put_u8(b',');
        string(calls, shape.member());
        calls.put_slice(b":{\"name\":");
        string(calls, name);
        calls.put_u8(b',');
        string(calls, shape.arguments());
        calls.put_slice(b":\"");
    }

    fn arguments(&mut self, _head: &Head, text: &str, _out: &mut BytesMut) {
        match self.shape {
            Some(Shape::FunctionCall) => escaped(&mut self.function_call, text),
            Some(Shape::Function | Shape::Custom) => escaped(&mut self.calls, text),
            None => {}
        }
    }

    fn end(&mut self, head: &Head, end: &End, out: &mut BytesMut) {
        self.close();
        let content = self.content.take().unwrap_or_default();
        out.reserve(content.len() + self.thinking.len() + self.calls.len() + 600);
        out.put_slice(b"{\"id\":");
        string(out, &head.id);
        out.put_slice(b",\"object\":\"chat.completion\",\"created\":");
        number(out, head.created);
        out.put_slice(b",\"model\":");
        string(out, &head.model);
        out.put_slice(
            b",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":",
        );
        // Only an answer with calls has no text.
        if content.is_empty() && !(self.calls.is_empty() && self.function_call.is_empty()) {
            out.put_slice(b"null");
        } else {
            out.put_u8(b'"');
            out.put_slice(&content);
            out.put_u8(b'"');
        }
        out.put_slice(b",\"refusal\":null,\"annotations\":");
        out.put_slice(&end.annotations);
        member(out, b",\"reasoning_content\":\"", &self.thinking, b"\"");
        member(out, b",\"reasoning_details\":[", &self.details, b"]");
        member(out, b",\"tool_calls\":[", &self.calls, b"]");
        member(out, b",\"function_call\":", &self.function_call, b"");
        out.put_slice(b"},\"logprobs\":");
        super::form::logprobs(self.logprobs.as_deref(), out);
        out.put_slice(b",\"finish_reason\":");
        string(out, end.finish_reason);
        out.put_slice(b"}],\"usage\":");
        usage::write(end.counts, out);
        out.put_u8(b'}');
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        *self = Self::default();
        error::envelope(out, failure);
    }
}

impl Plain {
    /// Ends the call that is open.
    fn close(&mut self) {
        match self.shape.take() {
            Some(Shape::FunctionCall) => self.function_call.put_slice(b"\"}"),
            Some(Shape::Function | Shape::Custom) => self.calls.put_slice(b"\"}}"),
            None => {}
        }
    }
}

/// A member that is left out when it is empty.
fn member(out: &mut BytesMut, begin: &[u8], value: &[u8], end: &[u8]) {
    if !value.is_empty() {
        out.put_slice(begin);
        out.put_slice(value);
        out.put_slice(end);
    }
}
