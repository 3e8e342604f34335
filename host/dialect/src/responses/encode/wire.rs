//! Events of a stream, and the pieces that they and items are written with.

use bytes::{BufMut, BytesMut};

use crate::json::write;
use crate::responses::minted;

/// Writes events, numbered one after the other; nothing for a plain answer.
#[derive(Debug)]
pub(super) struct Wire {
    stream: bool,
    sequence: u64,
}

/// Which item of the output it is.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) id: String,
    index: u64,
}

impl Wire {
    pub(super) fn new(stream: bool) -> Self {
        Self { stream, sequence: 0 }
    }

    /// So many events were not written here.
    pub(super) fn follow(&mut self, events: u64) {
        self.sequence = events;
    }

    pub(super) fn is_stream(&self) -> bool {
        self.stream
    }

    /// Begins an event: its members follow, then its [`end`](Self::end). False where there are no
    /// events.
    pub(super) fn begin(&mut self, kind: &str, out: &mut BytesMut) -> bool {
        if !self.stream {
            return false;
        }
        out.put_slice(b"event: ");
        out.put_slice(kind.as_bytes());
        out.put_slice(b"\ndata: {\"type\":\"");
        out.put_slice(kind.as_bytes());
        out.put_slice(b"\"");
        number(out, "sequence_number", self.sequence);
        self.sequence += 1;
        true
    }

    pub(super) fn end(&mut self, out: &mut BytesMut) {
        out.put_slice(b"}\n\n");
    }

    /// An event about an item, or about a part of it (`content_index`, `summary_index`).
    pub(super) fn event(
        &mut self,
        kind: &str,
        place: &Place,
        part: Option<&str>,
        members: impl FnOnce(&mut BytesMut),
        out: &mut BytesMut,
    ) {
        if !self.begin(kind, out) {
            return;
        }
        text(out, "item_id", &place.id);
        number(out, "output_index", place.index);
        if let Some(part) = part {
            // Messages and summaries have one part here.
            number(out, part, 0);
        }
        members(out);
        self.end(out);
    }

    pub(super) fn added(&mut self, place: &Place, item: &str, out: &mut BytesMut) {
        self.item("response.output_item.added", place, item, out);
    }

    pub(super) fn done(&mut self, place: &Place, item: &str, out: &mut BytesMut) {
        self.item("response.output_item.done", place, item, out);
    }

    fn item(&mut self, kind: &str, place: &Place, item: &str, out: &mut BytesMut) {
        if self.begin(kind, out) {
            number(out, "output_index", place.index);
            raw(out, "item", item);
            self.end(out);
        }
    }
}

impl Place {
    pub(super) fn new(prefix: &str, answer: &str, index: usize) -> Self {
        Self { id: minted::id(prefix, answer, index), index: index as u64 }
    }
}

/// An item's JSON.
pub(super) fn item(
    kind: &str,
    place: &Place,
    status: Option<&str>,
    members: impl FnOnce(&mut BytesMut),
) -> String {
    let mut out = BytesMut::new();
    out.put_slice(b"{\"id\":");
    write::string(&mut out, &place.id);
    text(&mut out, "type", kind);
    if let Some(status) = status {
        text(&mut out, "status", status);
    }
    members(&mut out);
    out.put_u8(b'}');
    String::from_utf8_lossy(&out).into_owned()
}

/// A further member that is a string.
pub(super) fn text(out: &mut BytesMut, name: &str, value: &str) {
    member(out, name);
    write::string(out, value);
}

/// A further member that is a number.
pub(super) fn number(out: &mut BytesMut, name: &str, value: u64) {
    member(out, name);
    write::number(out, value);
}

/// A further member that is JSON on one line.
pub(super) fn raw(out: &mut BytesMut, name: &str, json: &str) {
    member(out, name);
    out.put_slice(json.as_bytes());
}

fn member(out: &mut BytesMut, name: &str) {
    out.put_slice(b",\"");
    out.put_slice(name.as_bytes());
    out.put_slice(b"\":");
}
