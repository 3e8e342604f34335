//! What a model's provider puts around content, by the model's name.
//!
//! Where a figure is not documented, several recorded requests agree on it.

mod anthropic;
mod openai;
#[cfg(test)]
mod tests;

use clasp_model::Request;

use crate::image;

/// How a provider writes function tools into the prompt.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tools {
    /// As TypeScript types.
    TypeScript,
    /// As JSON.
    Json,
}

/// What a kind of model counts, in tokens where not said otherwise.
pub(crate) struct Family {
    /// Tokens of a text, in percent of those by the tokenizer `o200k_base`.
    pub(crate) percent: u64,
    /// Around everything.
    pub(crate) request: u64,
    /// Around a message.
    pub(crate) message: u64,
    /// Around a tool call, and around a tool's result.
    pub(crate) call: u64,
    pub(crate) result: u64,
    /// Whether a result names its tool.
    pub(crate) named_results: bool,
    /// What tools bring with them, once; and around each of them.
    pub(crate) tools: u64,
    pub(crate) tool: u64,
    /// Less for a typed function without parameters.
    pub(crate) bare: u64,
    pub(crate) tool_format: Tools,
    /// Around the schema of the answer.
    pub(crate) schema: u64,
    /// What the wish to think brings with it.
    pub(crate) thinking: u64,
    pub(crate) image: image::Price,
}

/// The family of `model` (a provider's name or a client's, with or without the vendor before it)
/// with what `request` makes it say. An unknown model is counted rather high.
pub(crate) fn of(model: &str, request: &Request) -> Family {
    let model = model.to_ascii_lowercase().replace('.', "-");
    let has = |word: &str| model.contains(word);
    let tools = !request.tools.is_empty();
    if has("claude") || has("sonnet") || has("opus") || has("haiku") {
        return anthropic::family(&model, request);
    }
    if let Some(family) = openai::family(&model, request) {
        return family;
    }
    // What these models' templates and providers put before everything, and before tools.
    let (before, prompt) = if has("deepseek") {
        (8, 220)
    } else if has("grok") {
        (8, 350)
    } else if has("qwen") {
        // <https://qwen.readthedocs.io/en/stable/framework/function_call.html>, seen 2026-11-21.
        (8, 100)
    } else if has("llama") {
        // <https://huggingface.co/meta-llama/Llama-3.2-1B-Instruct/discussions/14>, seen
        // 2026-11-21: a system message with dates.
        (32, 40)
    } else if has("glm") {
        (8, 100)
    } else {
        (8, 40)
    };
    Family {
        percent: 110,
        request: before,
        message: 4,
        call: 12,
        result: 12,
        named_results: false,
        tools: if tools { prompt } else { 0 },
        tool: 12,
        bare: 0,
        tool_format: Tools::Json,
        schema: 12,
        thinking: 0,
        image: image::Price::Pixels,
    }
}
