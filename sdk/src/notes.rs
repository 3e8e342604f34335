//! Everything of a request that could not be taken as it is, named (rules C12, F4).

use crate::types::{Change, Note, Part, Request};

/// Notes under construction.
#[derive(Debug, Default)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Left out.
    pub fn dropped(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Dropped, path, detail);
    }

    /// Goes by another name.
    pub fn renamed(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Renamed, path, detail);
    }

    /// Brought to the nearest that is taken.
    pub fn clamped(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Clamped, path, detail);
    }

    /// Stands elsewhere.
    pub fn moved(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Moved, path, detail);
    }

    /// Was wrong, and was put right.
    pub fn repaired(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Repaired, path, detail);
    }

    /// Adds others' notes.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// One for all cache hints of a request, where the provider caches by itself.
    pub fn cache_hints(&mut self, request: &Request) {
        let in_part = |part: &Part| match part {
            Part::Text(text) => text.cache.is_some(),
            Part::Media(media) => media.cache.is_some(),
            Part::ToolCall(call) => call.cache.is_some(),
            Part::ToolResult(result) => result.cache.is_some(),
            Part::Thinking(_) | Part::Other(_) => false,
        };
        let in_messages = request.messages.iter().flat_map(|message| &message.parts).any(in_part);
        if in_messages || request.system.iter().any(|text| text.cache.is_some()) {
            self.dropped("cache", "cache hints are left out, the provider caches by itself");
        }
    }

    /// Notes that were made elsewhere.
    pub fn extend(&mut self, notes: Vec<Note>) {
        self.0.extend(notes);
    }

    /// The notes, in order.
    pub fn into_vec(self) -> Vec<Note> {
        self.0
    }

    fn push(&mut self, change: Change, path: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Note { change, path: path.into(), detail: detail.into() });
    }
}
