//! What tells one Chat Completions server from another, as plain data: a constant, or read from
//! the JSON of a profile, where each field has the name that it has here.

mod read;

use serde::Deserialize;

use crate::history::MidSystem;
use crate::names::{Alphabet, NameRule};

/// Where the output limit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputLimit {
    /// `max_tokens`
    MaxTokens,
    /// `max_completion_tokens`
    MaxCompletionTokens,
}

/// How thinking is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasoningParam {
    /// Not at all.
    None,
    /// `reasoning_effort`, one of these words, weakest first.
    Effort(&'static [Word]),
    /// `thinking: {type: enabled | disabled}`, and with it `reasoning_effort`, one of these words.
    Toggle(&'static [Word]),
    /// `reasoning: {effort | max_tokens | enabled}`, the effort one of these words.
    Object(&'static [Word]),
    /// By members of the server's own.
    Members(ReasoningMembers),
}

/// A text of a profile.
pub type Word = &'static str;

/// The members of a request that ask for thinking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ReasoningMembers {
    /// Members that turn thinking on, each with its JSON value.
    #[serde(deserialize_with = "read::members")]
    pub on: Members,
    /// Members that turn it off; none: that cannot be.
    #[serde(deserialize_with = "read::members")]
    pub off: Members,
    /// The member that takes an effort.
    #[serde(deserialize_with = "read::optional")]
    pub effort: Option<Word>,
    /// The words that it takes, weakest first.
    #[serde(deserialize_with = "read::texts")]
    pub efforts: &'static [Word],
    /// The member that takes a budget in tokens.
    #[serde(deserialize_with = "read::optional")]
    pub budget: Option<Word>,
}

/// Names with values.
pub type Members = &'static [(Word, Word)];

/// Where earlier thinking stands in the content of an assistant message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasoningInside {
    /// Nowhere.
    None,
    /// In the text, as `<think>…</think>`.
    Tags,
    /// As a part `{type: thinking, thinking: [{type: text, text}]}`.
    Parts,
}

/// How documents and sound are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaForm {
    /// `{type: file, file: {…}}` and `{type: input_audio, input_audio: {…}}`.
    Objects,
    /// `{type: document_url, document_url}` and `{type: input_audio, input_audio}`, the values text.
    Urls,
}

/// How the form of an answer is asked for: a schema, or JSON of any shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputFormat {
    /// Among the instructions.
    None,
    /// `response_format: {type: json_object}`, and a schema among the instructions.
    JsonObject,
    /// `response_format: {type: json_schema}`, and `{type: json_object}` for JSON of any shape.
    JsonSchema,
    /// `response_format: {type: json_schema}`, and a schema of any object for JSON of any shape.
    SchemaOnly,
}

/// A Chat Completions server's ways. Start from [`Profile::COMPATIBLE`] and say what differs:
///
/// ```
/// use clasp_plugin::chat::{OutputLimit, Profile};
///
/// const PROFILE: Profile = Profile {
///     output_limit: OutputLimit::MaxCompletionTokens,
///     ..Profile::COMPATIBLE
/// };
/// # assert!(PROFILE.sampling);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// Below the base URL.
    #[serde(deserialize_with = "read::text")]
    pub path: Word,
    /// Top members of the body that go by another name here: the usual name and the server's.
    #[serde(deserialize_with = "read::renamed")]
    pub rename: Members,
    /// Top members of the body that the server refuses.
    #[serde(deserialize_with = "read::texts")]
    pub drop: &'static [Word],
    /// Where the output limit goes.
    pub output_limit: OutputLimit,
    /// Takes `temperature` and `top_p`.
    pub sampling: bool,
    /// Lowest temperature.
    pub temperature_min: f64,
    /// Highest temperature.
    pub temperature_max: f64,
    /// Takes `top_k`.
    pub top_k: bool,
    /// Most stop sequences.
    pub stop_max: usize,
    /// How thinking is asked for. In JSON: [`ReasoningMembers`], or null for not at all.
    #[serde(deserialize_with = "read::reasoning")]
    pub reasoning: ReasoningParam,
    /// The only `reasoning_effort` that goes together with tools, if there is such a rule.
    #[serde(deserialize_with = "read::optional")]
    pub tools_effort: Option<Word>,
    /// The member of an assistant message that takes earlier thinking back; none: it is left out.
    #[serde(deserialize_with = "read::optional")]
    pub reasoning_back: Option<Word>,
    /// That member has to be there, if only empty.
    pub reasoning_back_always: bool,
    /// Where earlier thinking stands in the content instead.
    pub reasoning_inside: ReasoningInside,
    /// `reasoning_details` of an answer go back as they came (rule C9).
    pub reasoning_details: bool,
    /// The role of instructions: `system` or `developer`.
    #[serde(deserialize_with = "read::text")]
    pub system_role: Word,
    /// What becomes of system messages after the first turn.
    pub mid_system: MidSystem,
    /// A user message may follow a tool's result; else an assistant message stands between.
    pub user_after_tool: bool,
    /// The member that marks a last assistant message as one to go on with.
    #[serde(deserialize_with = "read::optional")]
    pub prefill: Option<Word>,
    /// Sees images. Where [`Target::abilities`](crate::Target) are known they decide.
    pub images: bool,
    /// Reads PDF documents. As for `images`.
    pub documents: bool,
    /// Fetches documents by URL.
    pub document_urls: bool,
    /// Hears sound.
    pub audio: bool,
    /// Takes images inside tool results.
    pub tool_images: bool,
    /// How documents and sound are written.
    pub media_form: MediaForm,
    /// Most tools.
    pub tools_max: usize,
    /// The rule for tool names.
    pub tool_names: NameRule,
    /// The rule for ids of tool calls.
    pub call_ids: NameRule,
    /// Takes `strict` on tools.
    pub strict_tools: bool,
    /// Takes `parallel_tool_calls`.
    pub parallel_tools: bool,
    /// Takes a `tool_choice` that forces a call.
    pub forced_tools: bool,
    /// Only while thinking is off, which is then turned off.
    pub forced_tools_stop_thinking: bool,
    /// Takes a `tool_choice` that names the tool; else some tool is forced.
    pub named_tools: bool,
    /// The `tool_choice` that forces some call.
    #[serde(deserialize_with = "read::text")]
    pub any_tool: Word,
    /// How the form of an answer is asked for.
    pub output_format: OutputFormat,
    /// Takes `stream_options`.
    pub stream_usage: bool,
    /// Takes `prompt_cache_key`.
    pub cache_key: bool,
    /// Takes `cache_control` on text (Anthropic's models behind a gateway).
    pub cache_hints: bool,
    /// Takes `user`.
    pub user: bool,
    /// Members that clients of the OpenAI dialects may pass through.
    #[serde(deserialize_with = "read::texts")]
    pub extra: &'static [Word],
    /// Members of messages that they may pass through, such as `name`.
    #[serde(deserialize_with = "read::texts")]
    pub message_extra: &'static [Word],
    /// Thinking stands in the text, as `<think>…</think>`.
    pub think_tags: bool,
    /// The text begins inside of such a tag.
    pub think_opened: bool,
    /// Tool calls stand in the text, as `<tool_call>…</tool_call>`.
    pub tool_call_tags: bool,
}

impl Profile {
    /// What nearly every compatible server takes, and nothing that some refuse.
    pub const COMPATIBLE: Self = Self {
        path: "/chat/completions",
        rename: &[],
        drop: &[],
        output_limit: OutputLimit::MaxTokens,
        sampling: true,
        temperature_min: 0.0,
        temperature_max: 2.0,
        top_k: false,
        stop_max: 4,
        reasoning: ReasoningParam::None,
        tools_effort: None,
        reasoning_back: None,
        reasoning_back_always: false,
        reasoning_inside: ReasoningInside::None,
        reasoning_details: false,
        system_role: "system",
        mid_system: MidSystem::Folded,
        user_after_tool: true,
        prefill: None,
        images: true,
        documents: true,
        document_urls: false,
        audio: true,
        tool_images: false,
        media_form: MediaForm::Objects,
        tools_max: usize::MAX,
        tool_names: NameRule { alphabet: Alphabet::Word, min: 1, max: 64 },
        call_ids: NameRule { alphabet: Alphabet::Any, min: 1, max: 64 },
        strict_tools: false,
        parallel_tools: true,
        forced_tools: true,
        forced_tools_stop_thinking: false,
        named_tools: true,
        any_tool: "required",
        output_format: OutputFormat::JsonSchema,
        stream_usage: true,
        cache_key: false,
        cache_hints: false,
        user: false,
        extra: &["frequency_penalty", "logprobs", "presence_penalty", "seed", "top_logprobs"],
        message_extra: &[],
        think_tags: false,
        think_opened: false,
        tool_call_tags: false,
    };
}

impl Default for Profile {
    fn default() -> Self {
        Self::COMPATIBLE
    }
}
