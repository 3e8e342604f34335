//! Everything of a request that could not be taken as it is, named (rules C12, F4).

use crate::types::{Change, Note};

/// Notes under construction.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    pub(crate) fn dropped(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Dropped, path, detail);
    }

    pub(crate) fn renamed(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Renamed, path, detail);
    }

    pub(crate) fn clamped(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Clamped, path, detail);
    }

    pub(crate) fn moved(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Moved, path, detail);
    }

    pub(crate) fn repaired(&mut self, path: impl Into<String>, detail: impl Into<String>) {
        self.push(Change::Repaired, path, detail);
    }

    pub(crate) fn into_vec(self) -> Vec<Note> {
        self.0
    }

    fn push(&mut self, change: Change, path: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Note { change, path: path.into(), detail: detail.into() });
    }
}
