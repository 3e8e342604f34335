//! An answer as one document.

use bytes::{BufMut, BytesMut};
use clasp_model::{Failure, Json};

use super::super::error;
use super::{End, Form, write_counts};
use crate::Head;
use crate::arguments::wrapped;
use crate::blocks::Open;
use crate::json::write::{escaped, string};

#[derive(Debug, Default)]
pub(super) struct Plain {
    /// The blocks, with their commas.
    content: BytesMut,
    open: OpenBlock,
}

#[derive(Debug, Default)]
enum OpenBlock {
    #[default]
    None,
    Text {
        citations: Vec<Json>,
    },
    Thinking {
        signature: String,
    },
    Call {
        input: String,
    },
}

impl Form for Plain {
    fn start(&mut self, _head: &Head, _out: &mut BytesMut) {}

    fn ping(&mut self, _out: &mut BytesMut) {}

    fn open(&mut self, block: &Open, _out: &mut BytesMut) {
        self.comma();
        match block {
            Open::Text => {
                self.content.put_slice(b"{\"type\":\"text\",\"text\":\"");
                self.open = OpenBlock::Text { citations: Vec::new() };
            }
            Open::Thinking => {
                self.content.put_slice(b"{\"type\":\"thinking\",\"thinking\":\"");
                self.open = OpenBlock::Thinking { signature: String::new() };
            }
            Open::Call { id, name } => {
                self.content.put_slice(b"{\"type\":\"tool_use\",\"id\":");
                string(&mut self.content, id);
                self.content.put_slice(b",\"name\":");
                string(&mut self.content, name);
                self.content.put_slice(b",\"input\":");
                self.open = OpenBlock::Call { input: String::new() };
            }
        }
    }

    fn delta(&mut self, text: &str, _out: &mut BytesMut) {
        match &mut self.open {
            OpenBlock::Call { input } => input.push_str(text),
            _ => escaped(&mut self.content, text),
        }
    }

    fn signature(&mut self, text: &str, _out: &mut BytesMut) {
        if let OpenBlock::Thinking { signature } = &mut self.open {
            signature.push_str(text);
        }
    }

    fn citation(&mut self, citation: &Json, _out: &mut BytesMut) {
        if let OpenBlock::Text { citations } = &mut self.open {
            citations.push(citation.clone());
        }
    }

    fn close(&mut self, whole: bool, _out: &mut BytesMut) {
        let content = &mut self.content;
        match std::mem::take(&mut self.open) {
            OpenBlock::Text { citations } => {
                content.put_u8(b'"');
                for (index, citation) in citations.iter().enumerate() {
                    content.put_slice(if index == 0 { b",\"citations\":[" } else { b"," });
                    content.put_slice(citation.as_str().as_bytes());
                }
                content.put_slice(if citations.is_empty() { b"" } else { b"]" });
            }
            OpenBlock::Thinking { signature } => {
                content.put_slice(b"\",\"signature\":");
                string(content, &signature);
            }
            OpenBlock::Call { input } if !whole => {
                content.put_slice(wrapped(&input).as_bytes());
            }
            OpenBlock::Call { input } if input.is_empty() => content.put_slice(b"{}"),
            OpenBlock::Call { input } => content.put_slice(input.as_bytes()),
            OpenBlock::None => return,
        }
        self.content.put_u8(b'}');
    }

    fn redacted(&mut self, data: &str, _out: &mut BytesMut) {
        self.comma();
        self.content.put_slice(b"{\"type\":\"redacted_thinking\",\"data\":");
        string(&mut self.content, data);
        self.content.put_u8(b'}');
    }

    fn block(&mut self, block: &Json, _out: &mut BytesMut) {
        self.comma();
        self.content.put_slice(block.as_str().as_bytes());
    }

    fn end(&mut self, head: &Head, end: &End, out: &mut BytesMut) {
        let content = std::mem::take(&mut self.content);
        out.reserve(content.len() + 400);
        out.put_slice(b"{\"id\":");
        string(out, &head.id);
        out.put_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
        string(out, &head.model);
        out.put_slice(b",\"content\":[");
        out.put_slice(&content);
        out.put_slice(b"],\"stop_reason\":\"");
        out.put_slice(end.stop_reason.as_bytes());
        out.put_slice(b"\",\"stop_sequence\":");
        match &end.stop_sequence {
            Some(sequence) => string(out, sequence),
            None => out.put_slice(b"null"),
        }
        out.put_slice(b",\"usage\":");
        write_counts(end.counts, out);
        out.put_u8(b'}');
    }

    fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        self.content = BytesMut::new();
        error::envelope(out, failure, None);
    }
}

impl Plain {
    fn comma(&mut self) {
        if !self.content.is_empty() {
            self.content.put_u8(b',');
        }
    }
}
