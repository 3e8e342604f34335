//! What an answer cost, as every dialect tells it in its own words (rule A9).

use clasp_model::Usage;

/// Token counts, of whose input no part is more than its whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    /// All of the prompt, with what the cache held.
    pub(crate) input: u64,
    pub(crate) cache_read: u64,
    pub(crate) cache_write: u64,
    /// What the model made, as the provider tells it; some leave the reasoning out.
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
}

impl Counts {
    /// At the begin of an answer: all is fresh input, and there is some.
    pub(crate) fn estimated(input: u64) -> Self {
        Self { input: input.max(1), cache_read: 0, cache_write: 0, output: 0, reasoning: 0 }
    }

    /// At its end: what the provider counted, also where that is nothing, else an estimate by the
    /// prompt's own and by the characters of the answer.
    pub(crate) fn of(usage: Usage, input_estimate: u64, characters: u64) -> Self {
        let cache_read = usage.cache_read.unwrap_or_default();
        let cache_write = usage.cache_write.unwrap_or_default();
        let input = usage.input.unwrap_or(input_estimate.max(1));
        let reasoning = usage.reasoning.unwrap_or_default();
        let output = usage.output.unwrap_or_else(|| characters.div_ceil(4));
        Self {
            input: input.max(cache_read.saturating_add(cache_write)),
            cache_read,
            cache_write,
            output,
            reasoning,
        }
    }

    /// What the model made, of which the reasoning is a part.
    pub(crate) fn all_output(self) -> u64 {
        self.output.max(self.reasoning)
    }

    /// The prompt without what the cache held.
    pub(crate) fn fresh_input(self) -> u64 {
        self.input.saturating_sub(self.cache_read.saturating_add(self.cache_write))
    }
}
