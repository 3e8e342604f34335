//! Everything of a request that could not be taken as it is, named (rules C12, F4).

use crate::types::{Change, Note};

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

    /// The notes, in order.
    pub fn into_vec(self) -> Vec<Note> {
        self.0
    }

    fn push(&mut self, change: Change, path: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Note { change, path: path.into(), detail: detail.into() });
    }
}
