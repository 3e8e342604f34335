//! The steps of an answer, which a dialect writes down in its own words.

use clasp_model::Json;

/// A step of the answer. Between `Open` and `Close` there are only `Delta`, `Signature`, `Citation`
/// and `Logprobs`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Open(Open),
    /// Text, thinking, or arguments; never empty.
    Delta(String),
    /// Opaque state of the open thinking; never empty.
    Signature(String),
    /// Opaque state of a block that has no place for it; never empty.
    State(Owner, String),
    /// A JSON object about the open text.
    Citation(Json),
    /// Probabilities of the tokens of the open text's next delta: entries with commas, never empty.
    Logprobs(String),
    Close,
    /// A block of hidden thinking.
    Redacted(String),
    /// A complete block of another type in Anthropic's shape: an object with a `type`.
    Block(Json),
}

/// What a block is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Open {
    Text,
    Thinking,
    /// The id is as the provider gave it, if it gave one; no two of an answer are the same.
    Call {
        id: String,
        name: String,
    },
}

/// Whose state it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owner {
    /// The text that was closed just before.
    Text,
    /// The call of this id: the one that is opened next, or one that was closed.
    Call(String),
}

impl Op {
    /// What it costs to keep, in bytes.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Open(_) | Self::Close => 0,
            Self::Delta(text)
            | Self::Signature(text)
            | Self::State(_, text)
            | Self::Logprobs(text)
            | Self::Redacted(text) => text.len(),
            Self::Citation(json) | Self::Block(json) => json.as_str().len(),
        }
    }

    /// What the client sees of it, for a provider that does not count.
    pub(super) fn characters(&self) -> u64 {
        match self {
            Self::Delta(text) => text.chars().count() as u64,
            Self::Redacted(text) => text.len() as u64,
            Self::Block(json) => json.as_str().len() as u64,
            Self::Open(_)
            | Self::Signature(_)
            | Self::State(..)
            | Self::Citation(_)
            | Self::Logprobs(_)
            | Self::Close => 0,
        }
    }
}
