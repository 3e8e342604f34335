//! A tool call that is being told in pieces.

/// What is known of a call.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// The provider's id; taken when the block is opened.
    pub(super) id: Option<String>,
    /// Taken when the block is opened.
    pub(super) name: Option<String>,
    pub(super) arguments: Arguments,
}

/// Follows the brackets of a JSON object, to know when it is complete.
#[derive(Debug, Default)]
pub(super) struct Arguments {
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
    /// The first id and name that come count: providers repeat them with every piece.
    pub(super) fn update(&mut self, id: Option<String>, name: Option<String>) {
        self.id = self.id.take().or(id);
        self.name = self.name.take().or(name);
    }

    /// Whether a piece begins another call, though nothing else says so: a name and arguments
    /// after arguments that are complete.
    pub(super) fn is_followed_by(&self, name: Option<&str>, arguments: &str) -> bool {
        self.arguments.is_complete() && name.is_some() && !arguments.trim().is_empty()
    }
}

impl Arguments {
    pub(super) fn push(&mut self, piece: &str) {
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

    pub(super) fn is_blank(&self) -> bool {
        self.progress == Progress::Blank
    }

    pub(super) fn is_complete(&self) -> bool {
        self.progress == Progress::Complete
    }
}
