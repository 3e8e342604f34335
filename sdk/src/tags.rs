//! Finds thinking and tool calls that a server without a parser for its model leaves in the text:
//! `<think>…</think>` at the start, `<tool_call>{…}</tool_call>` anywhere.

/// A piece of what the text was made of.
#[derive(Debug, PartialEq)]
pub enum Piece {
    /// Text outside of all tags.
    Text(String),
    /// Text inside of `<think>`.
    Thinking(String),
    /// `{"name": …, "arguments": …}`
    Call(String),
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
    Thinking,
    Text,
    Call,
}

impl Tags {
    /// A cutter that looks for thinking and for calls; none when it is to look for neither.
    pub fn new(thinking: bool, calls: bool) -> Option<Self> {
        let place = if thinking { Place::Start } else { Place::Text };
        let wanted = thinking || calls;
        wanted.then(|| Self { calls, place, after_tag: false, held: String::new() })
    }

    /// Takes a piece of text.
    pub fn push(&mut self, text: &str, out: &mut Vec<Piece>) {
        self.held.push_str(text);
        while self.step(out) {}
    }

    /// The text ended: gives what was held back.
    pub fn finish(&mut self, out: &mut Vec<Piece>) {
        let rest = std::mem::take(&mut self.held);
        self.emit(rest, out);
    }

    /// Goes on to the next tag; false when more text is needed.
    fn step(&mut self, out: &mut Vec<Piece>) -> bool {
        if self.place == Place::Start {
            let text = self.held.trim_start();
            if text.len() < "<think>".len() && "<think>".starts_with(text) {
                return false;
            }
            if let Some(rest) = text.strip_prefix("<think>") {
                self.held = rest.to_owned();
                self.place = Place::Thinking;
                self.after_tag = true;
            } else {
                self.place = Place::Text;
            }
        }
        if self.after_tag {
            self.held = self.held.trim_start_matches('\n').to_owned();
            self.after_tag = self.held.is_empty();
        }
        let (tag, next) = match self.place {
            Place::Thinking => ("</think>", Place::Text),
            Place::Call => ("</tool_call>", Place::Text),
            Place::Start | Place::Text => ("<tool_call>", Place::Call),
        };
        if self.place == Place::Text && !self.calls {
            let text = std::mem::take(&mut self.held);
            self.emit(text, out);
            return false;
        }
        if let Some((before, after)) = self.held.split_once(tag) {
            let (before, after) = (before.to_owned(), after.to_owned());
            self.emit(before, out);
            self.held = after;
            self.after_tag = self.place == Place::Thinking;
            self.place = next;
            return true;
        }
        if self.place != Place::Call {
            let possible = (1..tag.len())
                .rev()
                .find(|length| tag.get(..*length).is_some_and(|head| self.held.ends_with(head)))
                .unwrap_or(0);
            let rest = self.held.split_off(self.held.len() - possible);
            let sure = std::mem::replace(&mut self.held, rest);
            self.emit(sure, out);
        }
        false
    }

    fn emit(&self, text: String, out: &mut Vec<Piece>) {
        if text.is_empty() {
            return;
        }
        out.push(match self.place {
            Place::Start | Place::Text => Piece::Text(text),
            Place::Thinking => Piece::Thinking(text),
            Place::Call => Piece::Call(text.trim().to_owned()),
        });
    }
}
