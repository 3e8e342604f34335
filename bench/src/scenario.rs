//! What vendor and load generator agree on: which marker asks for which answer, and what every
//! answer must hold.

/// Pieces of content in a streamed answer.
pub const PIECES: usize = 200;
/// Pieces that a held stream sends before it waits to be released.
pub const HELD_AFTER: usize = 20;
/// Milliseconds between two pieces of a paced stream.
pub const PACE_MS: u64 = 5;
/// In the first piece of content.
pub const FIRST: &str = "k000";
/// The tool that is called.
pub const TOOL: &str = "Write";
/// All prompt tokens of every answer, cached ones included.
pub const PROMPT_TOKENS: u64 = 1234;
/// Cached prompt tokens of every answer.
pub const CACHED_TOKENS: u64 = 1024;
/// Tokens made in every answer.
pub const COMPLETION_TOKENS: u64 = 321;
/// Released by a POST here.
pub const RELEASE_PATH: &str = "/bench/release";
/// The text of a plain answer.
pub const PLAIN_TEXT: &str = "The function `parse` reads the whole line before it looks at the \
    first byte.\n\nTwo things follow:\n1. a line without an end is kept in memory,\n2. the \
    \"limit\" is checked too late.\n\nI would cut at the limit and return an error instead. k000";

/// What the vendor answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A whole answer of a few sentences.
    Plain,
    /// What the vendor read of the request, as text.
    Inspect,
    /// Text in [`PIECES`] pieces, each flushed by itself.
    Text,
    /// One tool call in [`PIECES`] pieces, each flushed by itself.
    Tool,
    /// As [`Answer::Text`], a piece every [`PACE_MS`].
    TextPaced,
    /// As [`Answer::Tool`], a piece every [`PACE_MS`].
    ToolPaced,
    /// As [`Answer::Text`], held after [`HELD_AFTER`] pieces until released.
    Held,
}

impl Answer {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Plain,
        Self::Inspect,
        Self::Text,
        Self::Tool,
        Self::TextPaced,
        Self::ToolPaced,
        Self::Held,
    ];

    /// What the last message of a request says to get this answer.
    pub fn marker(self) -> &'static str {
        match self {
            Self::Plain => "[[plain]]",
            Self::Inspect => "[[inspect]]",
            Self::Text => "[[text]]",
            Self::Tool => "[[tool]]",
            Self::TextPaced => "[[text-paced]]",
            Self::ToolPaced => "[[tool-paced]]",
            Self::Held => "[[held]]",
        }
    }

    /// Whether it is streamed.
    pub fn stream(self) -> bool {
        !matches!(self, Self::Plain | Self::Inspect)
    }

    /// Whether it is a tool call.
    pub fn calls_tool(self) -> bool {
        matches!(self, Self::Tool | Self::ToolPaced)
    }
}

/// One piece of the streamed text.
pub fn text_piece(index: usize) -> String {
    match index % 8 {
        3 => format!(",\n\"k{index:03}\" "),
        5 => format!(" k{index:03}ing"),
        6 => format!(" — k{index:03}"),
        _ => format!(" k{index:03}"),
    }
}

/// One piece of the streamed arguments; all together are one JSON object.
pub fn argument_piece(index: usize) -> String {
    match index {
        0 => format!(r#"{{"file_path":"/src/{FIRST}.rs","content":""#),
        index if index + 1 == PIECES => r#""}"#.to_owned(),
        index if index % 6 == 0 => format!(r#";\n    let k{index:03} = \""#),
        index if index % 6 == 3 => format!(r#"\" + k{index:03}"#),
        index => format!(" k{index:03}"),
    }
}

/// The whole text of a streamed answer.
pub fn text() -> String {
    (0..PIECES).map(text_piece).collect()
}

/// The whole arguments of a streamed call.
pub fn arguments() -> String {
    (0..PIECES).map(argument_piece).collect()
}
