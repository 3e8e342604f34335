//! Citations as annotations of the message's text: those that have a URL.
//!
//! <https://platform.openai.com/docs/guides/tools-web-search>, as of 2026-11-21: indexes count the
//! characters of the text.

use bytes::{BufMut, Bytes, BytesMut};
use clasp_model::{ByteString, Json};

use crate::json::read::{Kind, Read, Reader};
use crate::json::write::{number, string};

#[derive(Debug, Default)]
pub(super) struct Citations {
    /// Of the open text.
    open: Vec<Json>,
    begin: u64,
    /// Annotations, with their commas.
    done: BytesMut,
}

impl Citations {
    /// A text begins at this character.
    pub(super) fn begin(&mut self, at: u64) {
        self.begin = at;
    }

    pub(super) fn add(&mut self, citation: Json) {
        self.open.push(citation);
    }

    /// The text ends before this character.
    pub(super) fn end(&mut self, at: u64) {
        for citation in std::mem::take(&mut self.open) {
            let Some((url, title)) = source(&citation) else { continue };
            let out = &mut self.done;
            if !out.is_empty() {
                out.put_u8(b',');
            }
            out.put_slice(b"{\"type\":\"url_citation\",\"url_citation\":{\"start_index\":");
            number(out, self.begin);
            out.put_slice(b",\"end_index\":");
            number(out, at);
            out.put_slice(b",\"title\":");
            string(out, &title);
            out.put_slice(b",\"url\":");
            string(out, &url);
            out.put_slice(b"}}");
        }
    }

    /// All of them, as a JSON list.
    pub(super) fn annotations(&mut self) -> Bytes {
        let mut list = BytesMut::with_capacity(self.done.len() + 2);
        list.put_u8(b'[');
        list.put_slice(&std::mem::take(&mut self.done));
        list.put_u8(b']');
        list.freeze()
    }
}

/// The URL and the title of what is cited.
fn source(citation: &Json) -> Option<(ByteString, ByteString)> {
    let mut url = None;
    let mut title = None;
    let read: Read<()> = Reader::new(citation.text()).object(|reader, name| {
        match name {
            "url" if reader.kind()? == Kind::String => url = Some(reader.string()?),
            "title" if reader.kind()? == Kind::String => title = Some(reader.string()?),
            _ => reader.skip()?,
        }
        Ok(())
    });
    read.ok()?;
    let url = url.filter(|url: &ByteString| !url.is_empty())?;
    Some((url.clone(), title.unwrap_or(url)))
}
