//! Reasoning: what the client is shown of it is its summary, the opaque state is its
//! `encrypted_content` (rule C9).
//!
//! The state is told whether or not the client asked for it: not every answer is stored, and what the
//! client does not have no later request could bring back.

use bytes::BytesMut;

use super::wire::{Place, Wire, item, raw, text};

const PART: Option<&str> = Some("summary_index");

#[derive(Debug)]
pub(super) struct Reasoning {
    place: Place,
    summary: String,
    state: Option<String>,
}

impl Reasoning {
    pub(super) fn open(place: Place, wire: &mut Wire, out: &mut BytesMut) -> Self {
        let reasoning = Self { place, summary: String::new(), state: None };
        wire.added(&reasoning.place, &reasoning.item(), out);
        reasoning
    }

    pub(super) fn delta(&mut self, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
        out.reserve(delta.len() + 220);
        if self.summary.is_empty() {
            self.part("response.reasoning_summary_part.added", wire, out);
        }
        self.summary.push_str(delta);
        let members = |out: &mut BytesMut| text(out, "delta", delta);
        wire.event("response.reasoning_summary_text.delta", &self.place, PART, members, out);
    }

    /// Keeps the state for the end.
    pub(super) fn keep(&mut self, state: String) {
        self.state = Some(state);
    }

    /// Ends it, and gives the item.
    pub(super) fn close(self, wire: &mut Wire, out: &mut BytesMut) -> String {
        if !self.summary.is_empty() {
            let members = |out: &mut BytesMut| text(out, "text", &self.summary);
            wire.event("response.reasoning_summary_text.done", &self.place, PART, members, out);
            self.part("response.reasoning_summary_part.done", wire, out);
        }
        let done = self.item();
        wire.done(&self.place, &done, out);
        done
    }

    fn part(&self, kind: &str, wire: &mut Wire, out: &mut BytesMut) {
        let part = self.summary_part();
        wire.event(kind, &self.place, PART, |out| raw(out, "part", &part), out);
    }

    fn summary_part(&self) -> String {
        let mut out = BytesMut::from(&b"{\"type\":\"summary_text\""[..]);
        text(&mut out, "text", &self.summary);
        out.extend_from_slice(b"}");
        String::from_utf8_lossy(&out).into_owned()
    }

    /// Without a status: the vendor's own API refuses to get one back.
    fn item(&self) -> String {
        item("reasoning", &self.place, None, |out| {
            let part = if self.summary.is_empty() { String::new() } else { self.summary_part() };
            raw(out, "summary", &format!("[{part}]"));
            if let Some(state) = &self.state {
                text(out, "encrypted_content", state);
            }
        })
    }
}
