//! A request, as every dialect is read into and every plugin is asked with.
//!
//! Text is held as [`ByteString`]: a slice of the client's body wherever the client wrote it
//! without escapes, so a request costs no second copy of itself.

use bytestring::ByteString;
use serde::{Deserialize, Serialize};

use crate::http::Header;

/// One JSON document as UTF-8 text, exactly as the client wrote it.
///
/// In cases (serde) it stands as the JSON value itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json(ByteString);

/// A member that this vocabulary has no name for. Keeps translation lossless.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The member's name.
    pub name: String,
    /// Its value.
    pub value: Json,
}

/// A payload (image, document, audio) that stays in host memory while a plugin works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blob {
    /// E.g. `image/png`.
    pub media_type: String,
    /// The payload in standard base64, as the client sent it.
    pub base64: ByteString,
}

/// Where a payload is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum MediaSource {
    /// In the request itself.
    Blob(Blob),
    /// At a URL that the provider fetches.
    Url(ByteString),
    /// An id of a file already uploaded to the provider.
    File(ByteString),
    /// A document given as plain text.
    Text(ByteString),
}

/// "Cache the prompt up to here" (Anthropic `cache_control`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CacheHint {
    /// Wanted lifetime in seconds; none: the provider's default.
    pub ttl: Option<u32>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Instructions, at any place of the conversation.
    System,
    /// The person or program that asks.
    User,
    /// The model.
    Assistant,
}

/// A piece of text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Text {
    /// The text.
    pub text: ByteString,
    /// As [`Thinking::state`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ByteString>,
    /// A cache breakpoint after this piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheHint>,
    /// Members without a name here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// What a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A PDF, or a plain-text document.
    Document,
    /// Sound.
    Audio,
    /// Moving pictures.
    Video,
}

/// An image, document, sound or video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: MediaSource,
    /// A document's title or file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<ByteString>,
    /// A cache breakpoint after this piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheHint>,
    /// Members without a name here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// What the model thought in an earlier turn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thinking {
    /// The thinking that the client was shown.
    pub text: ByteString,
    /// Opaque; the provider wants it back to accept this part again. As the client sent it, so
    /// still with the tag of the plugin that made it (rule C10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ByteString>,
    /// The provider hides the text; `state` holds it encrypted.
    pub redacted: bool,
}

/// The model called a tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolCall {
    /// The call's id.
    pub id: ByteString,
    /// The tool's name.
    pub name: ByteString,
    /// A JSON object.
    pub arguments: Json,
    /// As [`Thinking::state`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ByteString>,
    /// A cache breakpoint after this piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheHint>,
    /// Members without a name here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// A piece of a tool's result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ResultPart {
    /// Text.
    Text(ByteString),
    /// An image or document.
    Media(Media),
    /// A block without a name here, as the client sent it.
    Other(Json),
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolResult {
    /// The call that it answers.
    pub call_id: ByteString,
    /// The called tool's name, from the matching call; empty when there is none.
    #[serde(default)]
    pub name: ByteString,
    /// The tool failed.
    #[serde(default)]
    pub is_error: bool,
    /// What it said.
    #[serde(default)]
    pub content: Vec<ResultPart>,
    /// A cache breakpoint after this piece.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheHint>,
    /// Members without a name here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text(Text),
    /// An image, document, sound or video.
    Media(Media),
    /// Thinking of an earlier turn.
    Thinking(Thinking),
    /// A call of a tool.
    ToolCall(ToolCall),
    /// A tool's result.
    ToolResult(ToolResult),
    /// A block without a name here, as the client sent it.
    Other(Json),
}

/// One turn, or a piece of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What they say, in order.
    pub parts: Vec<Part>,
    /// Members without a name here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// A tool that the client runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionTool {
    /// Its name, as the client knows it.
    pub name: ByteString,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ByteString>,
    /// JSON Schema of its arguments.
    pub parameters: Json,
    /// The provider must keep to the schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strict: Option<bool>,
    /// A cache breakpoint after this tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<CacheHint>,
    /// Members without a name here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

/// A tool that the provider runs itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostedTool {
    /// As the client names it, e.g. `web_search_20250305`.
    pub kind: ByteString,
    /// Its name.
    pub name: ByteString,
    /// The whole tool, as the client sent it.
    pub config: Json,
}

/// A tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Tool {
    /// The client runs it.
    Function(FunctionTool),
    /// The provider runs it.
    Hosted(HostedTool),
}

/// Which tool the model is to call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum ToolChoice {
    /// As it likes.
    Auto,
    /// None.
    None,
    /// At least one.
    Any,
    /// This one.
    Named(ByteString),
}

/// How much the model is to think.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Reasoning {
    /// `none`, `minimal`, `low`, `medium`, `high`, … as the client said it.
    pub effort: Option<String>,
    /// A budget in tokens.
    pub budget_tokens: Option<u32>,
    /// The client wants to see the thinking.
    pub visible: bool,
}

/// The answer must be JSON of this schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputSchema {
    /// The schema's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// JSON Schema.
    pub schema: Json,
    /// The provider must keep to it.
    #[serde(default)]
    pub strict: bool,
}

/// Which client dialect a request came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// Anthropic Messages.
    #[default]
    AnthropicMessages,
    /// OpenAI Responses.
    OpenaiResponses,
    /// OpenAI Chat Completions.
    OpenaiChat,
}

/// One model call, in no vendor's words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// The dialect it came in.
    pub dialect: Dialect,
    /// The model, as the client named it.
    pub model: ByteString,
    /// Client headers that may go on, e.g. `anthropic-beta`. Never credentials.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<Header>,
    /// Instructions before the conversation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<Text>,
    /// The conversation.
    pub messages: Vec<Message>,
    /// The tools on offer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<Tool>,
    /// Which tool to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// Whether several calls in one answer are welcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tools: Option<bool>,
    /// Most tokens to make.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// 0 to 1 (Anthropic) or 2 (OpenAI).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Nucleus sampling, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Sample from the best k only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// Texts that end the answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stop_sequences: Vec<ByteString>,
    /// How much to think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<Reasoning>,
    /// The answer's schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_schema: Option<OutputSchema>,
    /// An opaque end-user id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<ByteString>,
    /// A short stable key of the session, for the provider's prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The client wants a stream.
    pub stream: bool,
    /// Members without a name here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra: Vec<Field>,
}

// --- Json ---------------------------------------------------------------------------------------

impl Json {
    /// Takes text that a JSON parser has already accepted.
    pub fn from_checked(text: ByteString) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text, as a shared slice.
    pub fn text(&self) -> &ByteString {
        &self.0
    }
}

impl Serialize for Json {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &serde_json::value::RawValue =
            serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        Ok(Self(value.to_string().into()))
    }
}

// --- Blob ---------------------------------------------------------------------------------------

impl Blob {
    /// Length of the decoded bytes, from the base64 text's length and padding.
    pub fn size(&self) -> u64 {
        let text = self.base64.trim_end_matches('=');
        (text.len() as u64 * 3) / 4
    }
}
