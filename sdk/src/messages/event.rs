//! The shape of an answer's events and of a whole message, as far as they are read.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>, as of 2026-11-21.

use crate::lenient::{Count, Object, Raw, Text, object};

object! {
    /// An event of a stream, or a whole message.
    Document<'a> {
        kind = "type": Text<'a>,
        message = "message": Object<Message<'a>>,
        index = "index": Count,
        content_block = "content_block": Raw<'a>,
        delta = "delta": Object<Delta<'a>>,
        error = "error": Raw<'a>,
        usage = "usage": Object<Usage<'a>>,
        id = "id": Text<'a>,
        model = "model": Text<'a>,
        content = "content": Raw<'a>,
        stop_reason = "stop_reason": Text<'a>,
        stop_sequence = "stop_sequence": Text<'a>,
        stop_details = "stop_details": Raw<'a>,
        container = "container": Raw<'a>,
        context_management = "context_management": Raw<'a>,
    }
}

object! {
    /// The message of `message_start`.
    Message<'a> {
        id = "id": Text<'a>,
        model = "model": Text<'a>,
        content = "content": Raw<'a>,
        usage = "usage": Object<Usage<'a>>,
    }
}

object! {
    /// A piece of a block, or the end of a message.
    Delta<'a> {
        kind = "type": Text<'a>,
        text = "text": Text<'a>,
        thinking = "thinking": Text<'a>,
        signature = "signature": Text<'a>,
        partial_json = "partial_json": Text<'a>,
        citation = "citation": Raw<'a>,
        content = "content": Raw<'a>,
        stop_reason = "stop_reason": Text<'a>,
        stop_sequence = "stop_sequence": Text<'a>,
        stop_details = "stop_details": Raw<'a>,
        container = "container": Raw<'a>,
    }
}

object! {
    /// The start of a block, or a whole one.
    Block<'a> {
        kind = "type": Text<'a>,
        text = "text": Text<'a>,
        citations = "citations": Raw<'a>,
        thinking = "thinking": Text<'a>,
        signature = "signature": Text<'a>,
        data = "data": Text<'a>,
        id = "id": Text<'a>,
        name = "name": Text<'a>,
        input = "input": Raw<'a>,
    }
}

object! {
    /// Token counts; what a later event repeats replaces what an earlier one said.
    Usage<'a> {
        input_tokens = "input_tokens": Count,
        cache_creation_input_tokens = "cache_creation_input_tokens": Count,
        cache_read_input_tokens = "cache_read_input_tokens": Count,
        output_tokens = "output_tokens": Count,
        output_tokens_details = "output_tokens_details": Object<OutputDetails<'a>>,
        service_tier = "service_tier": Text<'a>,
    }
}

object! {
    /// What the answer's tokens are.
    OutputDetails<'a> {
        thinking_tokens = "thinking_tokens": Count,
    }
}
