//! A plain Chat answer in, an Anthropic message out.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    message: Said<'a>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said<'a> {
    content: Option<String>,
    refusal: Option<String>,
    #[serde(borrow, default)]
    tool_calls: Vec<Call<'a>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    arguments: String,
}

/// Token counts as OpenAI gives them.
#[derive(Clone, Copy, Default, Deserialize)]
pub struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    prompt_tokens_details: Option<Details>,
}

#[derive(Clone, Copy, Default, Deserialize)]
struct Details {
    #[serde(default)]
    cached_tokens: u64,
}

/// Token counts as Anthropic gives them.
#[derive(Clone, Copy, Serialize)]
pub struct Counts {
    /// Without cached ones.
    pub input_tokens: u64,
    /// Always 0: OpenAI does not tell.
    pub cache_creation_input_tokens: u64,
    /// Read from the cache.
    pub cache_read_input_tokens: u64,
    /// Made.
    pub output_tokens: u64,
}

#[derive(Serialize)]
struct Message<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: &'a str,
    content: Vec<Block<'a>>,
    stop_reason: &'static str,
    stop_sequence: Option<&'a str>,
    usage: Counts,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Block<'a> {
    Text { text: &'a str },
    ToolUse { id: &'a str, name: &'a str, input: &'a RawValue },
}

/// Translates a whole answer.
pub fn message(body: &[u8], model: &str) -> Result<Vec<u8>, serde_json::Error> {
    let answer: Answer<'_> = serde_json::from_slice(body)?;
    let mut content = Vec::new();
    let mut finish = None;
    if let Some(choice) = answer.choices.first() {
        finish = choice.finish_reason.as_deref();
        let text = choice.message.content.as_ref().or(choice.message.refusal.as_ref());
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            content.push(Block::Text { text });
        }
        for call in &choice.message.tool_calls {
            let input = serde_json::from_str(&call.function.arguments)?;
            content.push(Block::ToolUse { id: &call.id, name: &call.function.name, input });
        }
    }
    let called = content.iter().any(|block| matches!(block, Block::ToolUse { .. }));
    serde_json::to_vec(&Message {
        id: &format!("msg_{}", answer.id),
        kind: "message",
        role: "assistant",
        model,
        content,
        stop_reason: stop_reason(finish, called),
        stop_sequence: None,
        usage: answer.usage.unwrap_or_default().counts(),
    })
}

/// Anthropic's word for why an answer ended.
pub fn stop_reason(finish: Option<&str>, called: bool) -> &'static str {
    match finish {
        Some("length") => "max_tokens",
        Some("content_filter") => "refusal",
        _ if called => "tool_use",
        _ => "end_turn",
    }
}

impl Usage {
    /// The same in Anthropic's way of counting.
    pub fn counts(self) -> Counts {
        let cached = self.prompt_tokens_details.unwrap_or_default().cached_tokens;
        Counts {
            input_tokens: self.prompt_tokens.saturating_sub(cached),
            cache_creation_input_tokens: 0,
            cache_read_input_tokens: cached,
            output_tokens: self.completion_tokens,
        }
    }
}
