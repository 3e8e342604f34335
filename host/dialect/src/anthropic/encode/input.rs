//! The input of a call, which must be a JSON object, from arguments that a provider writes as it
//! likes.
//!
//! Rule: what begins like an object is passed on at once and as it is, also when it is cut (A7).
//! Anything else waits: nothing and `null` are the empty object, other text is wrapped into one.

use crate::arguments::{is_object, wrapped};

#[derive(Debug, Default)]
pub(super) struct Input {
    /// All that came.
    text: String,
    /// It begins like an object.
    passing: bool,
}

pub(super) struct InputEnd {
    /// What is still to be passed on.
    pub(super) held: Option<String>,
    /// What was passed on is a JSON object, or nothing.
    pub(super) whole: bool,
}

impl Input {
    /// What can be passed on now.
    pub(super) fn push<'a>(&'a mut self, piece: &'a str) -> Option<&'a str> {
        self.text.push_str(piece);
        if self.passing {
            return Some(piece);
        }
        self.passing = self.text.trim_start().starts_with('{');
        self.passing.then_some(&self.text)
    }

    pub(super) fn end(self) -> InputEnd {
        if self.passing {
            let whole = is_object(&self.text.into());
            return InputEnd { held: None, whole };
        }
        let held = match self.text.trim() {
            "" | "null" => None,
            _ => Some(wrapped(&self.text)),
        };
        InputEnd { held, whole: true }
    }
}
