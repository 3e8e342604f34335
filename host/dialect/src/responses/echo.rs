//! What an answer repeats of its request: OpenAI's clients find their settings in each `response`.
//!
//! Rule: it is written once, when the request is read, and holds no part of the request's body: an
//! open stream keeps only this.

use bytes::{BufMut, BytesMut};
use clasp_model::Json;

use super::callee::{Callee, Callees};
use crate::json::write;

/// What an answer of OpenAI Responses repeats of its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponsesEcho {
    /// Members of the `response` object, with commas before each.
    members: Box<str>,
    /// The stored response that the request goes on from.
    previous: Option<Box<str>>,
    /// The answer will be stored.
    stored: bool,
    callees: Callees,
}

/// The members that are repeated, in their order, and what they are when the client left them out.
const MEMBERS: [(&str, &str); 17] = [
    ("background", "false"),
    ("instructions", "null"),
    ("max_output_tokens", "null"),
    ("max_tool_calls", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("prompt_cache_key", "null"),
    ("reasoning", r#"{"effort":null,"summary":null}"#),
    ("safety_identifier", "null"),
    ("temperature", "null"),
    ("text", r#"{"format":{"type":"text"}}"#),
    ("tool_choice", r#""auto""#),
    ("tools", "[]"),
    ("top_logprobs", "0"),
    ("top_p", "null"),
    ("truncation", r#""disabled""#),
    ("user", "null"),
];

/// Whether a member of a request is repeated.
pub(super) fn repeats(name: &str) -> bool {
    MEMBERS.iter().any(|(known, _)| *known == name)
}

impl ResponsesEcho {
    /// Of a request with these members.
    pub(super) fn new(asked: &[(String, Json)], callees: Callees) -> Self {
        let mut out = BytesMut::new();
        for (name, default) in MEMBERS {
            let asked = asked.iter().rev().find(|(asked, _)| asked == name);
            let asked = asked.map(|(_, value)| value.as_str()).filter(|value| *value != "null");
            out.put_slice(b",\"");
            out.put_slice(name.as_bytes());
            out.put_slice(b"\":");
            write::document(&mut out, asked.unwrap_or(default));
        }
        let members = String::from_utf8_lossy(&out).into();
        Self { members, previous: None, stored: false, callees }
    }

    pub(crate) fn continues(&mut self, id: &str) {
        self.previous = Some(id.into());
    }

    pub(crate) fn stores(&mut self) {
        self.stored = true;
    }

    pub(super) fn is_stored(&self) -> bool {
        self.stored
    }

    /// Writes the members, each with a comma before. Whether the answer is stored is as it is,
    /// whatever was asked for.
    pub(super) fn write(&self, out: &mut BytesMut) {
        out.reserve(self.members.len() + 100);
        out.put_slice(self.members.as_bytes());
        out.put_slice(b",\"previous_response_id\":");
        match &self.previous {
            Some(id) => write::string(out, id),
            None => out.put_slice(b"null"),
        }
        out.put_slice(b",\"store\":");
        out.put_slice(if self.stored { b"true" } else { b"false" });
    }

    pub(super) fn callee(&self, offered: &str) -> Option<&Callee> {
        self.callees.find(offered)
    }
}

impl Default for ResponsesEcho {
    fn default() -> Self {
        Self::new(&[], Callees::default())
    }
}
