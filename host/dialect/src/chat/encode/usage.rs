//! Token counts in this dialect's words: the input with what the cache held (rule A9).

use bytes::{BufMut, BytesMut};

use crate::counts::Counts;
use crate::json::write::number;

pub(super) fn write(counts: Counts, out: &mut BytesMut) {
    out.put_slice(b"{\"prompt_tokens\":");
    number(out, counts.input);
    out.put_slice(b",\"completion_tokens\":");
    number(out, counts.all_output());
    out.put_slice(b",\"total_tokens\":");
    number(out, counts.input.saturating_add(counts.all_output()));
    out.put_slice(b",\"prompt_tokens_details\":{\"cached_tokens\":");
    number(out, counts.cache_read);
    out.put_slice(b",\"cache_write_tokens\":");
    number(out, counts.cache_write);
    out.put_slice(b"},\"completion_tokens_details\":{\"reasoning_tokens\":");
    number(out, counts.reasoning);
    out.put_slice(b"}}");
}
