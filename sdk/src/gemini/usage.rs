//! Token counts (rule A9). Google counts thinking beside the answer, and the prompts of its own
//! tools beside the prompt; here they are parts of output and input.
//!
//! <https://ai.google.dev/api/generate-content#UsageMetadata>, as of 2026-11-21.

use crate::{Event, Usage};

use super::chunk;

/// The counts of an answer so far. Chunks repeat them; a count that one leaves out stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    prompt: Option<u64>,
    cached: Option<u64>,
    answer: Option<u64>,
    thoughts: Option<u64>,
    tools: Option<u64>,
}

impl Counts {
    /// Takes a chunk's counts and says so where they are new.
    pub(crate) fn update(&mut self, usage: &chunk::Usage<'_>, events: &mut Vec<Event>) {
        let next = Self {
            prompt: usage.prompt.0.or(self.prompt),
            cached: usage.cached.0.or(self.cached),
            answer: usage.candidates.0.or(self.answer),
            thoughts: usage.thoughts.0.or(self.thoughts),
            tools: usage.tools.0.or(self.tools),
        };
        if next == *self {
            return;
        }
        *self = next;
        events.push(Event::Usage(Usage {
            input: sum(self.prompt, self.tools),
            cache_read: self.cached,
            cache_write: None,
            output: sum(self.answer, self.thoughts),
            reasoning: self.thoughts,
        }));
    }
}

fn sum(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (None, None) => None,
        (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
    }
}
