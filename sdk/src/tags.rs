//! Finds thinking and tool calls that a server without a parser for its model leaves in the text:
//! `<think>…</think>` at the start, `<tool_call>…</tool_call>` anywhere. What turns out to be no
//! call stays text.

mod call;

pub use self::call::Call;

const THINK: &str = "<think>";
const THINK_END: &str = "</think>";
const CALL: &str = "<tool_call>";
const CALL_END: &str = "</tool_call>";

/// How a text begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// With text.
    Text,
    /// With thinking where it begins with `<think>`.
    Tag,
    /// With thinking, also where its tag was left out.
    Thinking,
}

/// A piece of what the text was made of.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Text outside of all tags.
    Text(String),
    /// Text inside of `<think>`.
    Thinking(String),
    /// A call.
    Call(Call),
}

/// Thinking and text of a whole text whose `<think>` the server left out, or that has both tags at
/// its start; none: there is no thinking in it.
pub fn leaked(text: &str) -> Option<(&str, &str)> {
    let (thinking, rest) = text.split_once("</think>")?;
    let start = thinking.trim_start();
    let thinking = start.strip_prefix("<think>").unwrap_or(start);
    // An opening tag further on is what the model writes about, not what it thinks.
    (!thinking.contains("<think>")).then(|| (thinking.trim(), rest.trim_start()))
}

/// Cuts a text that comes in pieces.
#[derive(Debug)]
pub struct Tags {
    calls: bool,
    place: Place,
    /// Line breaks that come next belong to the tag before.
    after_tag: bool,
    /// What may yet turn out to be a tag.
    held: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Start,
    /// As `Start`, and without a tag it is thinking.
    Opened,
    Thinking,
    Text,
    Call,
}

impl Tags {
    /// A cutter for a text that begins so, and that may hold calls; none when there is nothing to
    /// look for.
    pub fn new(beginning: Beginning, calls: bool) -> Option<Self> {
        let place = match beginning {
            Beginning::Thinking => Place::Opened,
            Beginning::Tag => Place::Start,
            Beginning::Text => Place::Text,
        };
        let wanted = place != Place::Text || calls;
        wanted.then(|| Self { calls, place, after_tag: false, held: String::new() })
    }

    /// Takes a piece of text.
    pub fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        self.held.push_str(text);
        while self.step(out) {}
    }

    /// The text ended: gives what was held back.
    pub fn finish(&mut self, out: &mut Vec<Piece>) {
        let mut rest = std::mem::take(&mut self.held);
        if self.place == Place::Thinking {
            // The line break before an end tag that never came.
            rest.truncate(rest.trim_end_matches('\n').len());
        }
        if self.place == Place::Call {
            // Some models leave out the end tag of the last call.
            return match call::read(&rest) {
                Some(call) => out.push(Piece::Call(call)),
                None => out.push(Piece::Text(format!("{CALL}{rest}"))),
            };
        }
        self.emit(rest, out);
    }

    /// Goes on to the next tag; false when more text is needed.
    fn step(&mut self, out: &mut Vec<Piece>) -> bool {
        if matches!(self.place, Place::Start | Place::Opened) {
            let text = self.held.trim_start();
            if text.len() < THINK.len() && THINK.starts_with(text) {
                return false;
            }
            let rest = text.strip_prefix(THINK);
            self.after_tag = rest.is_some() || self.place == Place::Opened;
            self.place = if self.after_tag { Place::Thinking } else { Place::Text };
            if let Some(rest) = rest {
                self.held = rest.to_owned();
            }
        }
        if self.after_tag {
            self.held = self.held.trim_start_matches('\n').to_owned();
            self.after_tag = self.held.is_empty();
        }
        let (tag, next) = match self.place {
            Place::Thinking => (THINK_END, Place::Text),
            Place::Call => (CALL_END, Place::Text),
            Place::Start | Place::Opened | Place::Text => (CALL, Place::Call),
        };
        if self.place == Place::Text && !self.calls {
            let text = std::mem::take(&mut self.held);
            self.emit(text, out);
            return false;
        }
        if let Some((before, after)) = self.held.split_once(tag) {
            let (before, after) = (before.to_owned(), after.to_owned());
            match self.place {
                Place::Call => match call::read(&before) {
                    Some(call) => out.push(Piece::Call(call)),
                    None => out.push(Piece::Text(format!("{CALL}{before}{CALL_END}"))),
                },
                Place::Thinking => self.emit(before.trim_end_matches('\n').to_owned(), out),
                Place::Start | Place::Opened | Place::Text => self.emit(before, out),
            }
            self.held = after;
            self.after_tag = matches!(self.place, Place::Thinking | Place::Call);
            self.place = next;
            return true;
        }
        if self.place != Place::Call {
            let sure = self.held.len() - self.unsure(tag);
            let rest = self.held.split_off(sure);
            let sure = std::mem::replace(&mut self.held, rest);
            self.emit(sure, out);
        }
        false
    }

    /// How many bytes at the end may be the beginning of a tag, or a line break before an end tag.
    fn unsure(&self, tag: &str) -> usize {
        let possible = (1..tag.len())
            .rev()
            .find(|length| tag.get(..*length).is_some_and(|head| self.held.ends_with(head)))
            .unwrap_or(0);
        let before = self.held.get(..self.held.len() - possible).unwrap_or_default();
        let breaks = match self.place {
            Place::Thinking => before.len() - before.trim_end_matches('\n').len(),
            _ => 0,
        };
        possible + breaks
    }

    fn emit(&self, text: String, out: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        out.push(match self.place {
            Place::Start | Place::Opened | Place::Text | Place::Call => Piece::Text(text),
            Place::Thinking => Piece::Thinking(text),
        });
    }
}
