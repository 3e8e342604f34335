//! What tells one Chat Completions server from another, as plain data.

use crate::history::MidSystem;
use crate::names::{Alphabet, NameRule};

/// Where the output limit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    Effort(&'static [&'static str]),
    /// `thinking: {type: enabled | disabled}`, and with it `reasoning_effort`, one of these words.
    Toggle(&'static [&'static str]),
}

/// How an answer's schema is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// Not at all.
    None,
    /// `response_format: {type: json_object}`, and the schema among the instructions.
    JsonObject,
    /// `response_format: {type: json_schema}`
    JsonSchema,
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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profile {
    /// Below the base URL.
    pub path: &'static str,
    /// Where the output limit goes.
    pub output_limit: OutputLimit,
    /// Takes `temperature` and `top_p`.
    pub sampling: bool,
    /// Highest temperature.
    pub temperature_max: f64,
    /// Takes `top_k`.
    pub top_k: bool,
    /// Most stop sequences.
    pub stop_max: usize,
    /// How thinking is asked for.
    pub reasoning: ReasoningParam,
    /// The only `reasoning_effort` that goes together with tools, if there is such a rule.
    pub tools_effort: Option<&'static str>,
    /// The member of an assistant message that takes earlier thinking back; none: it is left out.
    pub reasoning_back: Option<&'static str>,
    /// That member has to be there, if only empty.
    pub reasoning_back_always: bool,
    /// The role of instructions: `system` or `developer`.
    pub system_role: &'static str,
    /// What becomes of system messages after the first turn.
    pub mid_system: MidSystem,
    /// Sees images. Where [`Target::abilities`](crate::Target) are known they decide.
    pub images: bool,
    /// Reads PDF documents. As for `images`.
    pub documents: bool,
    /// Hears sound.
    pub audio: bool,
    /// Takes images inside tool results.
    pub tool_images: bool,
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
    /// How an answer's schema is asked for.
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
    pub extra: &'static [&'static str],
    /// Thinking stands in the text, as `<think>…</think>`.
    pub think_tags: bool,
    /// Tool calls stand in the text, as `<tool_call>…</tool_call>`.
    pub tool_call_tags: bool,
}

impl Profile {
    /// What nearly every compatible server takes, and nothing that some refuse.
    pub const COMPATIBLE: Self = Self {
        path: "/chat/completions",
        output_limit: OutputLimit::MaxTokens,
        sampling: true,
        temperature_max: 2.0,
        top_k: false,
        stop_max: 4,
        reasoning: ReasoningParam::None,
        tools_effort: None,
        reasoning_back: None,
        reasoning_back_always: false,
        system_role: "system",
        mid_system: MidSystem::Folded,
        images: true,
        documents: true,
        audio: true,
        tool_images: false,
        tool_names: NameRule { alphabet: Alphabet::Word, min: 1, max: 64 },
        call_ids: NameRule { alphabet: Alphabet::Any, min: 1, max: 64 },
        strict_tools: false,
        parallel_tools: true,
        forced_tools: true,
        output_format: OutputFormat::JsonSchema,
        stream_usage: true,
        cache_key: false,
        cache_hints: false,
        user: false,
        extra: &["frequency_penalty", "logprobs", "presence_penalty", "seed", "top_logprobs"],
        think_tags: false,
        tool_call_tags: false,
    };
}
