//! Token counts as this dialect has them: the input with what the cache held (rule A9).

use bytes::{BufMut, BytesMut};
use clasp_model::Usage;

use crate::Head;
use crate::json::write::number;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counts {
    input: u64,
    cache_read: u64,
    cache_write: u64,
    output: u64,
    reasoning: u64,
}

impl Counts {
    /// What the provider counted, also where that is nothing, else an estimate.
    pub(super) fn of(usage: Usage, head: &Head, characters: u64) -> Self {
        let cache_read = usage.cache_read.unwrap_or_default();
        let cache_write = usage.cache_write.unwrap_or_default();
        let input = usage.input.unwrap_or(head.input_estimate.max(1));
        let input = input.max(cache_read.saturating_add(cache_write));
        let reasoning = usage.reasoning.unwrap_or_default();
        let output = usage.output.unwrap_or_else(|| characters.div_ceil(4)).max(reasoning);
        Self { input, cache_read, cache_write, output, reasoning }
    }

    pub(super) fn write(self, out: &mut BytesMut) {
        out.put_slice(b"{\"prompt_tokens\":");
        number(out, self.input);
        out.put_slice(b",\"completion_tokens\":");
        number(out, self.output);
        out.put_slice(b",\"total_tokens\":");
        number(out, self.input.saturating_add(self.output));
        out.put_slice(b",\"prompt_tokens_details\":{\"cached_tokens\":");
        number(out, self.cache_read);
        out.put_slice(b",\"cache_write_tokens\":");
        number(out, self.cache_write);
        out.put_slice(b"},\"completion_tokens_details\":{\"reasoning_tokens\":");
        number(out, self.reasoning);
        out.put_slice(b"}}");
    }
}
