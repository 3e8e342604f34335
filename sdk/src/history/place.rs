//! Where instructions and the user's messages go, and what becomes of their further members.

use super::{Arranger, Extra, MidSystem, Piece, Turn};
use crate::types::{Failure, Field};
use crate::{extra, failure};

impl<'a> Arranger<'a, '_> {
    /// Places the instructions before the conversation.
    pub(super) fn system(&mut self) {
        let mut pieces = Vec::new();
        let mut members = Vec::new();
        for (index, text) in self.request.system.iter().enumerate() {
            let path = format!("system[{index}]");
            let more = self.extra(&path, &text.extra);
            if text.text.is_empty() || !pieces.is_empty() {
                self.lose(&path, more);
            } else {
                members = more;
            }
            if !text.text.is_empty() {
                pieces.push(Piece::of(text));
            }
        }
        if !pieces.is_empty() {
            self.turns.push(Turn::System(pieces, members));
        }
    }

    /// Instructions alone are a question of the user's, where the provider wants one to speak.
    pub(super) fn ask_instructions(&mut self) -> Result<(), Failure> {
        let spoken = |turn: &Turn<'_>| !matches!(turn, Turn::System(..));
        let in_place = self.rules.mid_system == MidSystem::InPlace && !self.turns.is_empty();
        if in_place || self.turns.iter().any(spoken) {
            return Ok(());
        }
        let said = |piece: &Piece<'_>| matches!(piece, Piece::Text { text, .. } if !text.trim().is_empty());
        if let Some(Turn::System(mut pieces, members)) = self.turns.pop()
            && let Some(last) = pieces.iter().rposition(said)
        {
            self.notes.moved("system", "there is no user message, the last instructions are one");
            let asked = pieces.split_off(last);
            if pieces.is_empty() {
                self.turns.push(Turn::User(asked, members));
            } else {
                self.turns.extend([Turn::System(pieces, members), Turn::user(asked)]);
            }
            return Ok(());
        }
        Err(failure::invalid("messages", "there is nothing to answer; add a user message"))
    }

    /// The members of a message that go on with it.
    pub(super) fn extra(&mut self, path: &str, members: &'a [Field]) -> Extra<'a> {
        let mut taken = Vec::new();
        for field in members.iter().filter(|field| field.value != "null") {
            if extra::passes(self.request, self.rules.message_extra, &field.name) {
                taken.push(field);
            } else {
                let why = "the provider knows no such member of a message";
                self.notes.dropped(format!("{path}.{}", field.name), why);
            }
        }
        taken
    }

    /// Notes members of a message that is no message of its own any more.
    pub(super) fn lose(&mut self, path: &str, members: Extra<'a>) {
        for field in members {
            let path = format!("{path}.{}", field.name);
            self.notes.dropped(path, "the message was joined with another");
        }
    }

    /// Places a system message.
    pub(super) fn instruct(&mut self, path: &str, mut pieces: Vec<Piece<'a>>, members: Extra<'a>) {
        if self.rules.mid_system == MidSystem::InPlace {
            self.turns.push(Turn::System(pieces, members));
            self.open = false;
            return;
        }
        if self.turns.is_empty() {
            return self.turns.push(Turn::System(pieces, members));
        }
        self.lose(path, members);
        if let [Turn::System(first, _)] = self.turns.as_mut_slice() {
            return first.append(&mut pieces);
        }
        self.notes.moved(path, "the system message was folded into a user message");
        let text = |piece: &Piece<'a>| match piece {
            Piece::Text { text, .. } => text.to_string(),
            Piece::Media(_) => String::new(),
        };
        let text = pieces.iter().map(text).collect::<Vec<_>>().join("\n\n");
        let text = format!("<system>\n{text}\n</system>");
        self.ask(path, vec![Piece::new(text, None)], Vec::new(), true);
    }

    /// Adds a user message; `folded` ones join the message before, or the one after.
    pub(super) fn ask(
        &mut self,
        path: &str,
        mut pieces: Vec<Piece<'a>>,
        members: Extra<'a>,
        folded: bool,
    ) {
        match self.turns.last_mut() {
            Some(Turn::User(last, _)) if self.open || folded => {
                last.append(&mut pieces);
                self.open &= folded;
                self.lose(path, members);
            }
            _ => {
                self.turns.push(Turn::User(pieces, members));
                self.open = folded;
            }
        }
    }
}
