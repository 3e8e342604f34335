//! An answer as server-sent events.

use bytes::{BufMut, BytesMut};
use clasp_model::{ByteString, Failure, Json};

use super::super::error;
use super::{End, Form, write_counts};
use crate::Head;
use crate::blocks::Open;
use crate::counts::Counts;
use crate::json::read::{Read, Reader};
use crate::json::write::{document, escaped, number, string};

#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Of the open block, or of the next one.
    index: u64,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, Default)]
enum Kind {
    #[default]
    Text,
    Thinking,
    Call,
}

impl Form for Stream {
    fn start(&mut self, head: &Head, out: &mut BytesMut) {
        out.put_slice(
            b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":",
        );
        string(out, &head.id);
        out.put_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        string(out, &head.model);
        out.put_slice(b",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
        write_counts(Counts::estimated(head.input_estimate), out);
        out.put_slice(b"}}\n\n");
    }

    fn ping(&mut self, out: &mut BytesMut) {
        out.put_slice(b"event: ping\ndata: {\"type\":\"ping\"}\n\n");
    }

    fn open(&mut self, block: &Open, out: &mut BytesMut) {
        self.begin(out);
        match block {
            Open::Text => {
                self.kind = Kind::Text;
                out.put_slice(b"{\"type\":\"text\",\"text\":\"\"}");
            }
            Open::Thinking => {
                self.kind = Kind::Thinking;
                out.put_slice(b"{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
            }
            Open::Call { id, name } => {
                self.kind = Kind::Call;
                out.put_slice(b"{\"type\":\"tool_use\",\"id\":");
                string(out, id);
                out.put_slice(b",\"name\":");
                string(out, name);
                out.put_slice(b",\"input\":{}}");
            }
        }
        out.put_slice(b"}\n\n");
    }

    fn delta(&mut self, text: &str, out: &mut BytesMut) {
        out.reserve(text.len() + 140);
        self.fill(out);
        out.put_slice(match self.kind {
            Kind::Text => b"{\"type\":\"text_delta\",\"text\":\"",
            Kind::Thinking => b"{\"type\":\"thinking_delta\",\"thinking\":\"",
            Kind::Call => b"{\"type\":\"input_json_delta\",\"partial_json\":\"",
        });
        escaped(out, text);
        out.put_slice(b"\"}}\n\n");
    }

    fn signature(&mut self, signature: &str, out: &mut BytesMut) {
        self.fill(out);
        out.put_slice(b"{\"type\":\"signature_delta\",\"signature\":");
        string(out, signature);
        out.put_slice(b"}}\n\n");
    }

    fn citation(&mut self, citation: &Json, out: &mut BytesMut) {
        self.fill(out);
        out.put_slice(b"{\"type\":\"citations_delta\",\"citation\":");
        document(out, citation.as_str());
        out.put_slice(b"}}\n\n");
    }

    fn close(&mut self, _whole: bool, out: &mut BytesMut) {
        out.put_slice(
            b"event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":",
        );
        number(out, self.index);
        out.put_slice(b"}\n\n");
        self.index += 1;
    }

    fn redacted(&mut self, data: &str, out: &mut BytesMut) {
        self.begin(out);
        out.put_slice(b"{\"type\":\"redacted_thinking\",\"data\":");
        string(out, data);
        out.put_slice(b"}}\n\n");
        self.close(true, out);
    }

    /// The block is complete in its start, but for the input of a tool that the provider runs:
    /// that one is filled like any other call's.
    fn block(&mut self, block: &Json, out: &mut BytesMut) {
        self.begin(out);
        match split_input(block.text()) {
            Some((rest, input)) => {
                document(out, &rest);
                out.put_slice(b"}\n\n");
                self.kind = Kind::Call;
                if input.as_str() != "{}" {
                    self.delta(input.as_str(), out);
                }
            }
            None => {
                document(out, block.as_str());
                out.put_slice(b"}\n\n");
            }
        }
        self.close(true, out);
    }

    fn end(&mut self, _head: &Head, end: &End, out: &mut BytesMut) {
        out.put_slice(
            b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"",
        );
        out.put_slice(end.stop_reason.as_bytes());
        out.put_slice(b"\",\"stop_sequence\":");
        match &end.stop_sequence {
            Some(sequence) => string(out, sequence),
            None => out.put_slice(b"null"),
        }
        out.put_slice(b"},\"usage\":");
        write_counts(end.counts, out);
        out.put_slice(b"}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        out.put_slice(b"event: error\ndata: ");
        error::envelope(out, failure, None);
        out.put_slice(b"\n\n");
    }
}

impl Stream {
    fn begin(&self, out: &mut BytesMut) {
        out.put_slice(
            b"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":",
        );
        number(out, self.index);
        out.put_slice(b",\"content_block\":");
    }

    fn fill(&self, out: &mut BytesMut) {
        out.put_slice(
            b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":",
        );
        number(out, self.index);
        out.put_slice(b",\"delta\":");
    }
}

/// A `server_tool_use` or `mcp_tool_use` block with an empty input, and its input.
fn split_input(block: &ByteString) -> Option<(String, Json)> {
    let kind = Reader::new(block).peek("type").ok()??;
    if !matches!(&*kind, "server_tool_use" | "mcp_tool_use") {
        return None;
    }
    let mut rest = BytesMut::with_capacity(block.len());
    let mut input = None;
    let read: Read<()> = Reader::new(block).object(|reader, name| {
        rest.put_u8(if rest.is_empty() { b'{' } else { b',' });
        string(&mut rest, name);
        rest.put_u8(b':');
        if name == "input" {
            input = Some(reader.raw()?);
            rest.put_slice(b"{}");
        } else {
            rest.put_slice(reader.raw()?.as_str().as_bytes());
        }
        Ok(())
    });
    read.ok()?;
    rest.put_u8(b'}');
    Some((String::from_utf8_lossy(&rest).into_owned(), input?))
}
