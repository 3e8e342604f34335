//! A message: one part of text, with what it rests on.

use bytes::BytesMut;
use clasp_model::Json;
use serde_json::Value;

use super::wire::{Place, Wire, item, number, raw, text};

const PART: Option<&str> = Some("content_index");

#[derive(Debug)]
pub(super) struct Message {
    place: Place,
    text: String,
    /// Characters so far.
    length: u64,
    /// Where the piece begins that citations are about, in characters.
    from: u64,
    annotations: Vec<String>,
    /// Probabilities of the tokens so far, with commas.
    logprobs: String,
    /// The same of the next piece alone.
    weights: String,
}

impl Message {
    pub(super) fn open(place: Place, wire: &mut Wire, out: &mut BytesMut) -> Self {
        let message = Self {
            place,
            text: String::new(),
            length: 0,
            from: 0,
            annotations: Vec::new(),
            logprobs: String::new(),
            weights: String::new(),
        };
        wire.added(&message.place, &message.item("in_progress", None), out);
        let part = message.part();
        wire.event(
            "response.content_part.added",
            &message.place,
            PART,
            |out| raw(out, "part", &part),
            out,
        );
        message
    }

    /// Another piece of text begins.
    pub(super) fn begin(&mut self) {
        self.from = self.length;
    }

    /// Probabilities of the tokens of the next piece: entries with commas.
    pub(super) fn weigh(&mut self, entries: String) {
        self.weights = entries;
    }

    pub(super) fn delta(&mut self, delta: &str, wire: &mut Wire, out: &mut BytesMut) {
        out.reserve(delta.len() + 220);
        self.text.push_str(delta);
        self.length += delta.chars().count() as u64;
        let weights = std::mem::take(&mut self.weights);
        if !weights.is_empty() {
            self.logprobs.push_str(if self.logprobs.is_empty() { "" } else { "," });
            self.logprobs.push_str(&weights);
        }
        let members = |out: &mut BytesMut| {
            text(out, "delta", delta);
            raw(out, "logprobs", &format!("[{weights}]"));
        };
        wire.event("response.output_text.delta", &self.place, PART, members, out);
    }

    /// A citation of the piece of text; only what has a URL can be told here.
    pub(super) fn cite(&mut self, citation: &Json, wire: &mut Wire, out: &mut BytesMut) {
        let Ok(citation) = serde_json::from_str::<Value>(citation.as_str()) else { return };
        let told = |name: &str| citation.get(name).and_then(Value::as_str).unwrap_or_default();
        let url = told("url");
        if url.is_empty() {
            return;
        }
        let mut annotation = BytesMut::from(&b"{\"type\":\"url_citation\""[..]);
        number(&mut annotation, "start_index", self.from);
        number(&mut annotation, "end_index", self.length);
        text(&mut annotation, "url", url);
        text(&mut annotation, "title", told("title"));
        annotation.extend_from_slice(b"}");
        let annotation = String::from_utf8_lossy(&annotation).into_owned();
        let members = |out: &mut BytesMut| {
            number(out, "annotation_index", self.annotations.len() as u64);
            raw(out, "annotation", &annotation);
        };
        wire.event("response.output_text.annotation.added", &self.place, PART, members, out);
        self.annotations.push(annotation);
    }

    /// Ends it, and gives the item.
    pub(super) fn close(self, status: &str, wire: &mut Wire, out: &mut BytesMut) -> String {
        let members = |out: &mut BytesMut| {
            text(out, "text", &self.text);
            raw(out, "logprobs", &format!("[{}]", self.logprobs));
        };
        wire.event("response.output_text.done", &self.place, PART, members, out);
        let part = self.part();
        let members = |out: &mut BytesMut| raw(out, "part", &part);
        wire.event("response.content_part.done", &self.place, PART, members, out);
        let done = self.item(status, Some(&part));
        wire.done(&self.place, &done, out);
        done
    }

    fn part(&self) -> String {
        let mut out = BytesMut::from(&b"{\"type\":\"output_text\""[..]);
        text(&mut out, "text", &self.text);
        raw(&mut out, "annotations", &format!("[{}]", self.annotations.join(",")));
        raw(&mut out, "logprobs", &format!("[{}]", self.logprobs));
        out.extend_from_slice(b"}");
        String::from_utf8_lossy(&out).into_owned()
    }

    fn item(&self, status: &str, part: Option<&str>) -> String {
        item("message", &self.place, Some(status), |out| {
            text(out, "role", "assistant");
            raw(out, "content", &format!("[{}]", part.unwrap_or_default()));
        })
    }
}
