//! What a stream's chunks tell: counts, errors, the end marker.
//!
//! Chunks have no names, and nearly all are only content: whether one must be read is told by the
//! three members that matter, whose names can stand with their quotes nowhere but where they are
//! members. A stream ends with `[DONE]`. Compatible servers leave that out: a body that ends in good
//! order, after the last choice said why it ended, is whole too, for no word is missing. Without
//! either it was cut (rule A8).

use clasp_model::ByteString;
use memchr::memmem::Finder;

use super::answer::Completion;
use crate::json::read::Read;
use crate::lane::Seen;
use crate::lane::events::{Kind, Look};

pub(crate) struct Chunks {
    /// Some content came.
    speaks: bool,
    /// The last choice that said something is at its end.
    finished: bool,
    usage: Finder<'static>,
    finish_reason: Finder<'static>,
    error: Finder<'static>,
}

impl Default for Chunks {
    fn default() -> Self {
        Self {
            speaks: false,
            finished: false,
            usage: Finder::new(b"\"usage\""),
            finish_reason: Finder::new(b"\"finish_reason\""),
            error: Finder::new(b"\"error\""),
        }
    }
}

impl Look for Chunks {
    fn kind(_word: &[u8]) -> Kind {
        Kind::Unsaid
    }

    fn sniff(&self, data: &[u8]) -> Kind {
        let needed = !self.speaks
            || self.finished
            || !data.starts_with(b"{")
            || begins(&self.usage, data, |first| first == b'{')
            || begins(&self.finish_reason, data, |first| first == b'"')
            || begins(&self.error, data, |first| first != b'n');
        if needed { Kind::Needed } else { Kind::Content }
    }

    fn read(&mut self, data: &ByteString, seen: &mut Seen) -> Read<()> {
        if data.trim() == "[DONE]" {
            seen.ended = true;
            return Ok(());
        }
        let mut chunk = Completion::read(data)?;
        self.speaks |= chunk.speaks;
        self.finished = chunk.finished || (self.finished && !chunk.speaks);
        seen.content = self.speaks;
        seen.usage = chunk.usage.unwrap_or(seen.usage);
        seen.failure = seen.failure.take().or_else(|| chunk.failure());
        Ok(())
    }

    fn finish(&mut self, seen: &mut Seen) {
        seen.ended |= self.finished && seen.failure.is_none();
    }
}

/// Whether a member of this name has a value that begins so.
fn begins(name: &Finder<'_>, data: &[u8], is_so: impl Fn(u8) -> bool) -> bool {
    name.find_iter(data).any(|at| {
        let rest = data.get(at + name.needle().len()..).unwrap_or_default();
        let value = rest.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        value.and_then(<[u8]>::first).is_some_and(|&first| is_so(first))
    })
}
