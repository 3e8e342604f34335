//! Server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>, 2026-11).
//!
//! Two things go beyond the standard, since nothing that a provider said may be lost: an event
//! without its blank line at the end of the body counts, and text that is no event but looks like
//! JSON is kept. Providers answer an error document, or a whole answer, where a stream was asked
//! for, or write a bare document after some events. Its lines, from the first one that begins with
//! `{` or `[`, are handed out by `finish` as one last frame without a name; the plugin judges it.

use clasp_model::Frame;

use super::lines::{Ends, Lines};
use super::{DecodeError, text};

#[derive(Debug)]
pub(super) struct ServerSentEvents {
    lines: Lines,
    state: State,
}

#[derive(Debug)]
struct State {
    name: Option<String>,
    data: Option<String>,
    /// Lines that are no fields, if they begin like JSON.
    bare: String,
    limit: usize,
}

impl ServerSentEvents {
    pub(super) fn new(limit: usize) -> Self {
        let state = State { name: None, data: None, bare: String::new(), limit };
        Self { lines: Lines::new(Ends::LfCr, limit), state }
    }

    pub(super) fn push(&mut self, bytes: &[u8], out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.lines.push(bytes, |line| self.state.line(line, out))
    }

    pub(super) fn finish(&mut self, out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        self.lines.finish(|line| self.state.line(line, out))?;
        self.state.dispatch(out);
        let bare = std::mem::take(&mut self.state.bare);
        if !bare.is_empty() {
            out.push(Frame { name: None, data: bare });
        }
        Ok(())
    }
}

impl State {
    fn line(&mut self, line: &[u8], out: &mut Vec<Frame>) -> Result<(), DecodeError> {
        if line.is_empty() {
            self.dispatch(out);
            return Ok(());
        }
        let colon = memchr::memchr(b':', line).unwrap_or(line.len());
        let (field, value) = line.split_at(colon);
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => self.data(text(value)?),
            b"event" => {
                self.name = Some(text(value)?.to_owned());
                Ok(())
            }
            // An empty field name is a comment.
            b"" | b"id" | b"retry" => Ok(()),
            _ => self.bare(line),
        }
    }

    fn data(&mut self, value: &str) -> Result<(), DecodeError> {
        match &mut self.data {
            None => self.data = Some(value.to_owned()),
            Some(data) => {
                if value.len() >= self.limit.saturating_sub(data.len()) {
                    return Err(DecodeError::TooLarge { limit: self.limit });
                }
                data.push('\n');
                data.push_str(value);
            }
        }
        Ok(())
    }

    fn bare(&mut self, line: &[u8]) -> Result<(), DecodeError> {
        if self.bare.is_empty() {
            if matches!(line.trim_ascii_start(), [b'{' | b'[', ..]) {
                text(line)?.clone_into(&mut self.bare);
            }
            return Ok(());
        }
        if line.len() >= self.limit.saturating_sub(self.bare.len()) {
            return Err(DecodeError::TooLarge { limit: self.limit });
        }
        self.bare.push('\n');
        self.bare.push_str(text(line)?);
        Ok(())
    }

    fn dispatch(&mut self, out: &mut Vec<Frame>) {
        let name = self.name.take().filter(|name| !name.is_empty());
        if let Some(data) = self.data.take() {
            out.push(Frame { name, data });
        }
    }
}
