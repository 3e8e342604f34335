//! Server-sent events, looked at while they pass.
//!
//! Rule: nothing is held back, and of an event that is not needed nothing is kept or read. What an
//! event means is for each dialect to say: see [`Look`].

#[cfg(test)]
mod tests;

use clasp_model::ByteString;

use super::{Seen, Tap};
use crate::json::read::{Read, Reader};

/// An event that is needed and larger than this is not looked at (rule A14).
const MAX_EVENT: usize = 16 * 1024 * 1024;

/// No other field that is needed is as long as this.
const MAX_FIELD: usize = 64 * 1024;

/// What is known of an event before its data is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: its data must say.
    #[default]
    Unsaid,
    /// A piece of the answer, of which nothing is needed.
    Content,
    /// A sign of life.
    Idle,
    /// Its data is read.
    Needed,
    /// Its data is read, and the answer is whole even where that cannot be done.
    End,
}

/// What the events of a dialect mean.
pub(crate) trait Look: Default + Send + Sync {
    /// By the event's name, or by the `type` that its data begins with.
    fn kind(word: &[u8]) -> Kind;

    /// By its data, where no word says.
    fn sniff(&self, _data: &[u8]) -> Kind {
        Kind::Needed
    }

    /// Reads an event's data. What cannot be read counts for nothing.
    fn read(&mut self, data: &ByteString, seen: &mut Seen) -> Read<()>;

    /// The body ended, and not within an event.
    fn finish(&mut self, _seen: &mut Seen) {}
}

/// A tap for the events of one dialect.
#[derive(Default)]
pub(crate) struct Events<L> {
    look: L,
    seen: Seen,
    /// The begin of a line whose end has not come.
    line: Vec<u8>,
    /// The rest of the line is not needed.
    skips_line: bool,
    kind: Kind,
    /// The event has data.
    filled: bool,
    /// Its data is too large.
    lost: bool,
    /// Its data, where that does not stand on one line in one piece.
    data: Vec<u8>,
    /// A byte order mark may only stand at the begin.
    begun: bool,
}

impl<L: Look> Tap for Events<L> {
    fn push(&mut self, bytes: &[u8]) {
        // The open event's data as it stands in `bytes`.
        let mut held: &[u8] = &[];
        let mut rest = bytes;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, tail) = rest.split_at(at);
            rest = tail.get(1..).unwrap_or_default();
            if std::mem::take(&mut self.skips_line) {
                continue;
            }
            if self.line.is_empty() {
                held = self.take_line(line, held);
            } else {
                self.line.extend_from_slice(line);
                let line = std::mem::take(&mut self.line);
                let data = self.take_line(&line, &[]);
                self.keep(data);
            }
        }
        self.keep(held);
        if rest.is_empty() {
            return;
        }
        self.seen.between = false;
        if self.skips_line {
            return;
        }
        self.line.extend_from_slice(rest);
        self.look_ahead();
    }

    fn finish(&mut self) {
        let is_between = self.seen.between;
        let line = std::mem::take(&mut self.line);
        if !std::mem::take(&mut self.skips_line) && !line.is_empty() {
            let data = self.take_line(&line, &[]);
            self.keep(data);
        }
        // Whether the rest of it came, only its data can tell.
        self.kind = match self.kind {
            Kind::End => Kind::Needed,
            kind => kind,
        };
        if self.end_event(&[]) || is_between {
            self.look.finish(&mut self.seen);
        }
    }

    fn seen(&self) -> &Seen {
        &self.seen
    }
}

impl<L: Look> Events<L> {
    /// Takes a whole line. `held` is the event's data so far where it is not kept; what it is then
    /// is given back.
    fn take_line<'b>(&mut self, line: &'b [u8], held: &'b [u8]) -> &'b [u8] {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = match std::mem::replace(&mut self.begun, true) {
            true => line,
            false => line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line),
        };
        self.seen.between = line.is_empty();
        if line.is_empty() {
            self.end_event(held);
            return &[];
        }
        if let Some(name) = field(line, b"event:") {
            self.kind = L::kind(name);
        } else if let Some(data) = field(line, b"data:") {
            let is_first = !std::mem::replace(&mut self.filled, true);
            if is_first && self.kind == Kind::Unsaid {
                self.kind = kind_of::<L>(data);
            }
            self.lost |= data.len() > MAX_EVENT;
            if self.is_skipped() {
                self.data = Vec::new();
                return &[];
            }
            if is_first {
                return data;
            }
            self.keep(held);
            self.keep(b"\n");
            self.keep(data);
            return &[];
        }
        held
    }

    /// Looks at a line whose end has not come: it may be known not to be needed.
    fn look_ahead(&mut self) {
        let is_skipped = if let Some(data) = field(&self.line, b"data:") {
            let (kind, lost) = (kind_of::<L>(data), data.len() > MAX_EVENT);
            if self.kind == Kind::Unsaid && !self.filled {
                self.kind = kind;
            }
            self.lost |= lost;
            if self.is_skipped() {
                self.filled = true;
                self.data = Vec::new();
            }
            self.is_skipped()
        } else {
            self.line.starts_with(b":") || self.line.len() > MAX_FIELD
        };
        if is_skipped {
            self.begun = true;
            self.line = Vec::new();
            self.skips_line = true;
        }
    }

    fn is_skipped(&self) -> bool {
        self.lost || matches!(self.kind, Kind::Content | Kind::Idle)
    }

    fn keep(&mut self, data: &[u8]) {
        if self.data.len() + data.len() > MAX_EVENT {
            self.lost = true;
            self.data = Vec::new();
        } else if !self.lost {
            self.data.extend_from_slice(data);
        }
    }

    /// Whether the event's data was read.
    fn end_event(&mut self, held: &[u8]) -> bool {
        let kept = std::mem::take(&mut self.data);
        let data = if kept.is_empty() { held } else { &kept };
        let kind = std::mem::take(&mut self.kind);
        let lost = std::mem::take(&mut self.lost);
        if !std::mem::take(&mut self.filled) || (data.is_empty() && kind == Kind::Unsaid && !lost) {
            return false;
        }
        self.seen.events += 1;
        let kind = match kind {
            Kind::Unsaid if !lost => self.look.sniff(data),
            kind => kind,
        };
        match kind {
            Kind::Content => self.seen.content = true,
            Kind::Unsaid | Kind::Idle => {}
            Kind::Needed | Kind::End => {
                self.seen.ended |= kind == Kind::End;
                // What cannot be read is the client's to judge.
                let text = std::str::from_utf8(data);
                return text.is_ok_and(|text| self.look.read(&text.into(), &mut self.seen).is_ok());
            }
        }
        false
    }
}

/// Nothing of an event that was cut may count.
pub(crate) fn whole(data: &ByteString) -> Read<()> {
    let mut reader = Reader::new(data);
    reader.skip()?;
    reader.end()
}

/// By the `type` that data begins with.
fn kind_of<L: Look>(data: &[u8]) -> Kind {
    let quoted = |data: &[u8]| -> Option<(usize, usize)> {
        let from = data.iter().position(|byte| !byte.is_ascii_whitespace())?;
        let inner = data.get(from..)?.strip_prefix(b"\"")?;
        Some((from + 1, from + 1 + memchr::memchr(b'"', inner)?))
    };
    let word = || {
        let members = data.trim_ascii_start().strip_prefix(b"{")?;
        let (from, end) = quoted(members)?;
        members.get(from..end).filter(|name| name == b"type")?;
        let value = members.get(end + 1..)?.trim_ascii_start().strip_prefix(b":")?;
        let (from, end) = quoted(value)?;
        value.get(from..end)
    };
    word().map_or(Kind::Unsaid, L::kind)
}

/// A field's value, without the one blank that may stand before it.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let value = line.strip_prefix(name)?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}
