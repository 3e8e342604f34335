//! Token counts (rule A9): all of the prompt's tokens are the fresh ones and both kinds of cached.

use super::event;
use crate::types::Usage;

/// Counts as they were said so far.
#[derive(Debug, Default)]
pub(super) struct Counts {
    input: Option<u64>,
    cache_read: Option<u64>,
    cache_write: Option<u64>,
    output: Option<u64>,
    reasoning: Option<u64>,
    told: Option<Usage>,
}

impl Counts {
    /// Takes in counts; gives the whole when it has changed.
    pub(super) fn update(&mut self, usage: &event::Usage<'_>) -> Option<Usage> {
        self.input = usage.input_tokens.0.or(self.input);
        self.cache_read = usage.cache_read_input_tokens.0.or(self.cache_read);
        self.cache_write = usage.cache_creation_input_tokens.0.or(self.cache_write);
        self.output = usage.output_tokens.0.or(self.output);
        let details = usage.output_tokens_details.0.as_ref();
        self.reasoning = details.and_then(|details| details.thinking_tokens.0).or(self.reasoning);
        let cached = self.cache_read.unwrap_or(0).saturating_add(self.cache_write.unwrap_or(0));
        let usage = Usage {
            input: self.input.map(|input| input.saturating_add(cached)),
            cache_read: self.cache_read,
            cache_write: self.cache_write,
            output: self.output,
            reasoning: self.reasoning,
        };
        if usage == Usage::default() || self.told.as_ref() == Some(&usage) {
            return None;
        }
        self.told = Some(usage);
        Some(usage)
    }
}
