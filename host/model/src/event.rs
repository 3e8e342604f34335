//! What a provider said, in no vendor's words, and the frames that it is read from.

use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::request::{Field, Json};

/// How a response body is cut into frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// One frame: the complete body.
    Whole,
    /// Server-sent events.
    ServerSentEvents,
    /// One JSON document a line.
    JsonLines,
    /// `application/vnd.amazon.eventstream`.
    AwsEventStream,
}

/// A piece of a body that can be read by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The SSE `event:` field, if any.
    pub name: Option<String>,
    /// The payload.
    pub data: String,
}

/// The answer began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Started {
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The model that answers.
    pub model: Option<String>,
}

/// A piece of a tool call. Pieces of several calls may interleave.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ToolCallDelta {
    /// Tells the calls of one answer apart.
    pub slot: u32,
    /// The call's id; without one the host makes one.
    pub id: Option<String>,
    /// The tool's name.
    pub name: Option<String>,
    /// A piece of the arguments' JSON text.
    pub arguments: String,
    /// Opaque state of the call.
    pub state: Option<String>,
}

/// Running totals in tokens; a later value replaces an earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// All prompt tokens, cached ones included.
    pub input: Option<u64>,
    /// Prompt tokens read from the provider's cache.
    pub cache_read: Option<u64>,
    /// Prompt tokens written to the provider's cache.
    pub cache_write: Option<u64>,
    /// Tokens made.
    pub output: Option<u64>,
    /// The part of `output` spent on thinking.
    pub reasoning: Option<u64>,
}

/// Why the answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum FinishReason {
    /// The model was done.
    EndTurn,
    /// The output limit was reached.
    MaxTokens,
    /// A stop sequence was met: which, where the provider tells.
    StopSequence(Option<String>),
    /// The context window is full.
    ContextFull,
    /// The model wants tools run.
    ToolCalls,
    /// Refused or filtered.
    Refusal,
    /// Paused; the client may go on.
    Pause,
    /// Another word of the provider's.
    Other(String),
}

/// What a plugin says happened. The host writes it in the client's grammar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Event {
    /// The answer began.
    Started(Started),
    /// A piece of text.
    Text(String),
    /// A piece of thinking.
    Thinking(String),
    /// Thinking that the provider hides, encrypted.
    RedactedThinking(String),
    /// Opaque state of the text or thinking just before it.
    State(String),
    /// A piece of a tool call.
    ToolCall(ToolCallDelta),
    /// A citation of the text just before it, in Anthropic's shape.
    Citation(Json),
    /// A complete content block in Anthropic's shape.
    Block(Json),
    /// A member of the answer without a name here.
    Extra(Field),
    /// Token counts.
    Usage(Usage),
    /// The answer ended.
    Finished(FinishReason),
    /// The exchange failed, also in mid-stream. Nothing follows.
    Failed(Failure),
}

impl Event {
    /// Whether the client sees something of it: after such an event an answer cannot be taken
    /// back, retried or sent elsewhere (rule A8).
    pub fn is_content(&self) -> bool {
        match self {
            Self::Text(text)
            | Self::Thinking(text)
            | Self::RedactedThinking(text)
            | Self::State(text) => !text.is_empty(),
            Self::ToolCall(_) | Self::Block(_) | Self::Citation(_) => true,
            Self::Started(_)
            | Self::Extra(_)
            | Self::Usage(_)
            | Self::Finished(_)
            | Self::Failed(_) => false,
        }
    }
}

impl Usage {
    /// Takes every count that `later` gives.
    pub fn update(&mut self, later: Usage) {
        self.input = later.input.or(self.input);
        self.cache_read = later.cache_read.or(self.cache_read);
        self.cache_write = later.cache_write.or(self.cache_write);
        self.output = later.output.or(self.output);
        self.reasoning = later.reasoning.or(self.reasoning);
    }

    /// All tokens of the prompt, cached ones among them.
    pub fn input_total(&self) -> u64 {
        let counts = [self.input, self.cache_read, self.cache_write];
        counts.into_iter().flatten().fold(0, u64::saturating_add)
    }
}
