//! Server-sent events, cut out of bytes as they come.
//!
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>, as
//! of 2026-11-21.

#[cfg(test)]
mod tests;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its `event` field, if any.
    pub name: Option<String>,
    /// Its `data` fields, joined by line feeds.
    pub data: String,
    /// How many lines it was told on, the empty one at its end left out.
    pub lines: usize,
}

/// Cuts a stream into events.
#[derive(Debug, Default)]
pub struct Events {
    /// The begin of a line whose end has not come.
    line: Vec<u8>,
    /// What is known of the open event.
    open: Event,
    filled: bool,
    /// A line feed that comes now belongs to the carriage return before it.
    returned: bool,
    /// A byte order mark may only stand at the begin.
    begun: bool,
    broken: bool,
}

impl Events {
    /// The events that are complete with these bytes.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Event> {
        let mut complete = Vec::new();
        let mut rest = bytes;
        if !rest.is_empty() && std::mem::take(&mut self.returned) {
            rest = rest.strip_prefix(b"\n").unwrap_or(rest);
        }
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            let (line, tail) = rest.split_at(at);
            self.line.extend_from_slice(line);
            let line = std::mem::take(&mut self.line);
            complete.extend(self.take_line(&line));
            self.returned = tail == b"\r";
            rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..)).unwrap_or_default();
        }
        self.line.extend_from_slice(rest);
        complete
    }

    /// How many bytes of an event that is not complete are held.
    pub fn held(&self) -> usize {
        self.line.len() + self.open.data.len()
    }

    /// Whether the last byte ended an event.
    pub fn is_between(&self) -> bool {
        self.line.is_empty() && self.open.lines == 0
    }

    /// Whether all of it was UTF-8.
    pub fn is_text(&self) -> bool {
        !self.broken
    }

    /// Takes a line; an empty one ends the event. Without data there was none.
    fn take_line(&mut self, line: &[u8]) -> Option<Event> {
        let text = std::str::from_utf8(line);
        self.broken |= text.is_err();
        let mut line = text.unwrap_or_default();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() && text.is_ok() {
            let event = std::mem::take(&mut self.open);
            return std::mem::take(&mut self.filled).then_some(event);
        }
        self.open.lines += 1;
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.open.name = Some(value.to_owned()),
            "data" => {
                if std::mem::replace(&mut self.filled, true) {
                    self.open.data.push('\n');
                }
                self.open.data.push_str(value);
            }
            // Comments, `id`, `retry`, and what is not known.
            _ => {}
        }
        None
    }
}
