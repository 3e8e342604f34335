//! A tool call that is being told in pieces.

use super::{Op, Owner};

/// What is known of a call.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// The slot that it is told in, if in pieces.
    pub(super) slot: Option<u32>,
    /// The provider's id; taken when the block is opened.
    pub(super) id: Option<String>,
    /// Taken when the block is opened.
    pub(super) name: Option<String>,
    pub(super) arguments: Arguments,
    /// The id that it was given out with.
    pub(super) told: Option<String>,
    state: Option<String>,
    /// The state that was given out last.
    told_state: Option<String>,
}

/// Follows the brackets of a JSON object, to know when it is complete.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    depth: u32,
    in_string: bool,
    escaped: bool,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Progress {
    #[default]
    Blank,
    Object,
    Complete,
    /// No object: only the end of the answer tells that it is complete.
    Other,
}

impl Call {
    /// A call that is told in pieces, in this slot.
    pub(super) fn in_slot(slot: u32) -> Self {
        Self { slot: Some(slot), ..Self::default() }
    }

    /// The first id and name that come count: providers repeat them with every piece.
    pub(super) fn update(&mut self, id: Option<String>, name: Option<String>) {
        self.id = self.id.take().or(id);
        self.name = self.name.take().or(name);
    }

    /// Keeps state until it can be told, but for state that was told already: providers repeat it
    /// with every piece.
    pub(super) fn set_state(&mut self, state: String) {
        self.state = (self.told_state.as_ref() != Some(&state)).then_some(state);
    }

    /// The state to be told now, once the call has its id.
    pub(super) fn take_state(&mut self) -> Option<Op> {
        let id = self.told.clone()?;
        let state = self.state.take()?;
        self.told_state = Some(state.clone());
        Some(Op::State(Owner::Call(id), state))
    }

    /// The length of the state that is kept, in bytes.
    pub(super) fn state_len(&self) -> usize {
        self.state.as_ref().map_or(0, String::len)
    }

    /// Whether a piece begins another call, though nothing else says so: a name and arguments
    /// after arguments that are complete.
    pub(super) fn is_followed_by(&self, name: Option<&str>, arguments: &str) -> bool {
        self.arguments.is_complete() && name.is_some() && !arguments.trim().is_empty()
    }
}

impl Arguments {
    pub(crate) fn push(&mut self, piece: &str) {
        for byte in piece.bytes() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match (self.progress, byte) {
                (_, b' ' | b'\n' | b'\r' | b'\t') => {}
                (Progress::Blank, b'{') => {
                    self.progress = Progress::Object;
                    self.depth = 1;
                }
                (Progress::Blank, _) => self.progress = Progress::Other,
                (Progress::Object, b'"') => self.in_string = true,
                (Progress::Object, b'{' | b'[') => self.depth = self.depth.saturating_add(1),
                (Progress::Object, b'}' | b']') => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        self.progress = Progress::Complete;
                    }
                }
                (Progress::Object | Progress::Complete | Progress::Other, _) => {}
            }
        }
    }

    pub(crate) fn is_blank(&self) -> bool {
        self.progress == Progress::Blank
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.progress == Progress::Complete
    }

    /// An object was begun, and its end is not there.
    pub(crate) fn is_cut(&self) -> bool {
        self.progress == Progress::Object
    }
}
