//! Lines out of pieces of a body: a line that lies within one piece is not copied, and no byte is
//! searched twice.

use memchr::{memchr, memchr2};

use super::{BOM, DecodeError};

/// What ends a line.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ends {
    /// LF.
    Lf,
    /// LF, CR, or both.
    LfCr,
}

#[derive(Debug)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not come yet.
    partial: Vec<u8>,
    ends: Ends,
    limit: usize,
    /// The last line ended with CR: an LF that follows belongs to it.
    after_cr: bool,
    /// No line has been seen: a byte order mark may stand here.
    first: bool,
}

impl Lines {
    pub(super) fn new(ends: Ends, limit: usize) -> Self {
        Self { partial: Vec::new(), ends, limit, after_cr: false, first: true }
    }

    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        loop {
            if self.after_cr && !bytes.is_empty() {
                self.after_cr = false;
                bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            }
            let end = match self.ends {
                Ends::Lf => memchr(b'\n', bytes),
                Ends::LfCr => memchr2(b'\n', b'\r', bytes),
            };
            let Some((line, rest)) = end.and_then(|end| bytes.split_at_checked(end)) else {
                self.check(bytes)?;
                self.partial.extend_from_slice(bytes);
                return Ok(());
            };
            self.check(line)?;
            if self.partial.is_empty() {
                take(Self::without_mark(&mut self.first, line))?;
            } else {
                self.partial.extend_from_slice(line);
                take(Self::without_mark(&mut self.first, &self.partial))?;
                self.partial.clear();
            }
            self.after_cr = rest.first() == Some(&b'\r');
            bytes = rest.get(1..).unwrap_or_default();
        }
    }

    /// The last line, if it has no end.
    pub(super) fn finish(
        &mut self,
        take: impl FnOnce(&[u8]) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let line = std::mem::take(&mut self.partial);
        if line.is_empty() { Ok(()) } else { take(Self::without_mark(&mut self.first, &line)) }
    }

    fn check(&self, more: &[u8]) -> Result<(), DecodeError> {
        if more.len() > self.limit.saturating_sub(self.partial.len()) {
            return Err(DecodeError::TooLarge { limit: self.limit });
        }
        Ok(())
    }

    fn without_mark<'a>(first: &mut bool, line: &'a [u8]) -> &'a [u8] {
        if std::mem::take(first) { line.strip_prefix(BOM).unwrap_or(line) } else { line }
    }
}
