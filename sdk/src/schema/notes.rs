//! What a conversion changed, each with its place (rules C4, C12).

use serde_json::Value;

use crate::types::{Change, Note};

/// Notes under construction, and the place that is converted.
#[derive(Debug, Default)]
pub(super) struct Notes {
    notes: Vec<Note>,
    more: usize,
    path: String,
}

/// More would tell nobody anything.
const MOST: usize = 64;

/// Longer names are cut in paths.
const NAME: usize = 64;

/// Longer words are not told in a description.
const HINT: usize = 200;

/// All that is told in one description.
const HINTS: usize = 400;

impl Notes {
    /// Steps into a member; [`leave`](Self::leave) takes what this returns.
    pub(super) fn enter(&mut self, name: &str) -> usize {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(name.get(..name.floor_char_boundary(NAME)).unwrap_or_default());
        before
    }

    /// Steps into a list's member.
    pub(super) fn enter_index(&mut self, word: &str, index: usize) -> usize {
        let before = self.enter(word);
        self.path.push_str(&format!("[{index}]"));
        before
    }

    pub(super) fn leave(&mut self, before: usize) {
        self.path.truncate(before);
    }

    /// Notes a change to a word here; `""` is the schema itself.
    pub(super) fn add(&mut self, change: Change, word: &str, detail: &str) {
        if self.notes.len() >= MOST {
            self.more += 1;
            return;
        }
        let mut path = self.path.clone();
        if !word.is_empty() {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(word.get(..word.floor_char_boundary(NAME)).unwrap_or_default());
        }
        self.notes.push(Note { change, path, detail: detail.to_owned() });
    }

    /// How many changes there were.
    pub(super) fn count(&self) -> usize {
        self.notes.len() + self.more
    }

    pub(super) fn finish(mut self) -> Vec<Note> {
        if self.more > 0 {
            let detail = format!("{} more changes of the same kinds", self.more);
            self.notes.push(Note { change: Change::Dropped, path: String::new(), detail });
        }
        self.notes
    }
}

/// What a schema cannot say to this vendor, for its description.
#[derive(Debug, Default)]
pub(super) struct Hints(String);

impl Hints {
    /// Keeps a word for the description if it is short; says whether.
    pub(super) fn add(&mut self, word: &str, value: &Value) -> bool {
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let length = word.len() + text.len() + 4;
        if length > HINT || self.0.len() + length > HINTS || text.contains("\"$ref\"") {
            return false;
        }
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
        self.0.push_str(word);
        self.0.push_str(": ");
        self.0.push_str(&text);
        true
    }

    /// The description with what was kept.
    pub(super) fn describe(&self, description: Option<&str>) -> Option<String> {
        match (description.unwrap_or_default(), self.0.as_str()) {
            (_, "") => None,
            ("", hints) => Some(format!("({hints})")),
            (text, hints) => Some(format!("{text} ({hints})")),
        }
    }
}
