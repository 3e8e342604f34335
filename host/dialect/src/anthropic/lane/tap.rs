//! Looks at a stream of server-sent events while it passes: counts, errors, the end marker.
//!
//! Rule: it holds nothing back and changes nothing; of an event that is not needed not a byte is
//! kept.

use clasp_model::ByteString;

use super::answer::{Counts, Told};
use crate::json::read::{Read, Reader};
use crate::lane::{Seen, Tap};

/// An event that is needed and larger than this is not looked at.
const MAX_EVENT: usize = 1024 * 1024;

#[derive(Default)]
pub(crate) struct MessagesTap {
    seen: Seen,
    counts: Counts,
    /// The begin of a line whose end has not come.
    line: Vec<u8>,
    /// The rest of the line is not needed.
    skips_line: bool,
    name: Name,
    data: Vec<u8>,
    /// A byte order mark may only stand at the begin.
    begun: bool,
}

/// What the `event` field says of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Name {
    #[default]
    Unsaid,
    /// Nothing of it is needed.
    Content,
    Ping,
    Needed,
}

impl Tap for MessagesTap {
    fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, tail) = rest.split_at(at);
            rest = tail.get(1..).unwrap_or_default();
            if std::mem::take(&mut self.skips_line) {
                continue;
            }
            if self.line.is_empty() {
                self.take_line(line);
            } else {
                self.line.extend_from_slice(line);
                let line = std::mem::take(&mut self.line);
                self.take_line(&line);
            }
        }
        if rest.is_empty() {
            return;
        }
        self.seen.between = false;
        if self.skips_line {
            return;
        }
        self.line.extend_from_slice(rest);
        let data = self.line.starts_with(b"data:");
        if (data && self.is_skipped()) || self.line.len() > MAX_EVENT {
            self.line = Vec::new();
            self.skips_line = true;
        }
    }

    fn finish(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !std::mem::take(&mut self.skips_line) && !line.is_empty() {
            self.take_line(&line);
        }
        self.end_event();
    }

    fn seen(&self) -> &Seen {
        &self.seen
    }
}

impl MessagesTap {
    fn take_line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match std::mem::replace(&mut self.begun, true) {
            true => line,
            false => line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line),
        };
        self.seen.between = line.is_empty();
        if line.is_empty() {
            return self.end_event();
        }
        if let Some(name) = field(line, b"event:") {
            self.name = match name {
                b"content_block_start" | b"content_block_delta" | b"content_block_stop" => {
                    Name::Content
                }
                b"ping" => Name::Ping,
                _ => Name::Needed,
            };
        } else if let Some(data) = field(line, b"data:")
            && !self.is_skipped()
            && self.data.len() + data.len() <= MAX_EVENT
        {
            if !self.data.is_empty() {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data);
        }
    }

    fn is_skipped(&self) -> bool {
        matches!(self.name, Name::Content | Name::Ping)
    }

    fn end_event(&mut self) {
        let data = std::mem::take(&mut self.data);
        match std::mem::take(&mut self.name) {
            Name::Content => {
                self.seen.events += 1;
                self.seen.content = true;
            }
            Name::Ping => self.seen.events += 1,
            Name::Unsaid | Name::Needed if data.is_empty() => {}
            Name::Unsaid | Name::Needed => {
                self.seen.events += 1;
                if let Ok(text) = String::from_utf8(data) {
                    // What cannot be read is the client's to judge.
                    let _ = self.event(&text.into());
                }
            }
        }
    }

    fn event(&mut self, data: &ByteString) -> Read<()> {
        // Of an event that was cut nothing counts.
        let mut whole = Reader::new(data);
        whole.skip()?;
        whole.end()?;
        let mut reader = Reader::new(data);
        match reader.peek("type")?.as_deref() {
            Some("message_start") => {
                reader.object(|reader, name| match name {
                    "message" => reader.object(|reader, name| match name {
                        "usage" => self.counts.read(reader),
                        _ => reader.skip(),
                    }),
                    _ => reader.skip(),
                })?;
                self.seen.usage = self.counts.usage();
            }
            Some("message_delta") => {
                reader.object(|reader, name| match name {
                    "usage" => self.counts.read(reader),
                    _ => reader.skip(),
                })?;
                self.seen.usage = self.counts.usage();
            }
            Some("message_stop") => self.seen.ended = true,
            Some("error") => {
                let failure = Told::read(data).map(|told| told.failure(None));
                self.seen.failure = self.seen.failure.take().or(failure);
            }
            Some("content_block_start" | "content_block_delta" | "content_block_stop") => {
                self.seen.content = true;
            }
            _ => {}
        }
        Ok(())
    }
}

/// A field's value, without the one blank that may stand before it.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let value = line.strip_prefix(name)?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}
