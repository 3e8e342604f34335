//! OpenAI Chat Completions: requests and answers.
//!
//! <https://platform.openai.com/docs/api-reference/chat> and
//! <https://platform.openai.com/docs/api-reference/chat-streaming>, as of 2026-11-21; thinking as
//! DeepSeek has it (`reasoning_content`, <https://api-docs.deepseek.com/guides/thinking_mode>) and
//! its state as OpenRouter has it (`reasoning_details`,
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>), as of 2026-11-21.

mod details;
pub(crate) mod encode;
pub(crate) mod lane;
pub(crate) mod parse;

/// What an answer of Chat Completions depends on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChatEcho {
    /// A stream ends with token counts.
    pub include_usage: bool,
    /// Chunks of a stream are padded, so that their sizes tell less.
    pub obfuscation: bool,
    /// The request speaks of `functions`: a call is a `function_call`.
    pub functions: bool,
    /// Names of tools that take free text.
    pub custom_tools: Vec<String>,
}
