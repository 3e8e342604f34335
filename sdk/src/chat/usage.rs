//! Token counts in the spellings of OpenAI and of those who copy it (rule A9).

use super::chunk;
use crate::types::Usage;

/// What the answer cost, as a JSON number in US dollars, where the server tells.
pub(crate) fn cost<'u>(usage: &'u chunk::Usage<'_>) -> Option<&'u str> {
    let cost = usage.cost.0?.get();
    cost.starts_with(|first: char| first.is_ascii_digit()).then_some(cost)
}

/// Reads counts; none when the object holds none.
pub(crate) fn read(usage: &chunk::Usage<'_>) -> Option<Usage> {
    let prompt = usage.prompt_tokens_details.0.clone().unwrap_or_default();
    let completion = usage.completion_tokens_details.0.clone().unwrap_or_default();
    let first = |counts: &[Option<u64>]| counts.iter().flatten().copied().find(|count| *count > 0);
    let cache_read = first(&[
        prompt.cached_tokens.0,
        usage.prompt_cache_hit_tokens.0,
        usage.cached_tokens.0,
        usage.cache_read_input_tokens.0,
    ]);
    let cache_write = first(&[prompt.cache_write_tokens.0, usage.cache_creation_input_tokens.0]);
    let reasoning = first(&[completion.reasoning_tokens.0, usage.reasoning_tokens.0]);
    let (input, output) = (usage.prompt_tokens.0, usage.completion_tokens.0);
    if input.is_none() && output.is_none() {
        return None;
    }
    let cached = cache_read.unwrap_or(0).saturating_add(cache_write.unwrap_or(0));
    // More cached tokens than prompt tokens: this server counts them apart.
    let input =
        input.map(|input| if cached > input { input.saturating_add(cached) } else { input });
    // Thinking that the total counts and the answer does not is a part of the answer.
    let total = usage.total_tokens.0.unwrap_or(0);
    let apart = total.saturating_sub(usage.prompt_tokens.0.unwrap_or(0));
    let output = output.map(|output| match reasoning {
        Some(reasoning) if apart == output.saturating_add(reasoning) => apart,
        _ => output,
    });
    Some(Usage { input, cache_read, cache_write, output, reasoning })
}
