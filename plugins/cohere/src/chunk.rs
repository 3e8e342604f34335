//! The shape of an event of the stream, or of a whole answer, as far as it is read.
//!
//! <https://docs.cohere.com/reference/chat-stream> and <https://docs.cohere.com/reference/chat>, as
//! of 2026-11-21. A stream gives one call, citation or piece of content at a time where a whole
//! answer gives lists; both are read as lists.

use clasp_plugin::lenient::{Count, List, Object, Raw, Text, object};

object! {
    /// An event, or a whole answer.
    Chunk<'a> {
        id = "id": Text<'a>,
        kind = "type": Text<'a>,
        index = "index": Count,
        delta = "delta": Object<Delta<'a>>,
        message = "message": Raw<'a>,
        finish_reason = "finish_reason": Text<'a>,
        usage = "usage": Object<Usage<'a>>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// What an event adds.
    Delta<'a> {
        message = "message": Object<Message<'a>>,
        finish_reason = "finish_reason": Text<'a>,
        usage = "usage": Object<Usage<'a>>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// A piece of a message, or a whole one.
    Message<'a> {
        content = "content": Raw<'a>,
        tool_plan = "tool_plan": Text<'a>,
        tool_calls = "tool_calls": List<Call<'a>>,
        citations = "citations": List<Citation<'a>>,
    }
}

object! {
    /// A piece of content.
    Part<'a> {
        kind = "type": Text<'a>,
        text = "text": Text<'a>,
        thinking = "thinking": Text<'a>,
    }
}

object! {
    /// A piece of a call, or a whole one.
    Call<'a> {
        id = "id": Text<'a>,
        function = "function": Object<Function<'a>>,
    }
}

object! {
    /// What is called.
    Function<'a> {
        name = "name": Text<'a>,
        arguments = "arguments": Raw<'a>,
    }
}

object! {
    /// Where a piece of the answer comes from.
    Citation<'a> {
        kind = "type": Text<'a>,
        sources = "sources": List<Source<'a>>,
    }
}

object! {
    /// A document or a tool's result.
    Source<'a> {
        kind = "type": Text<'a>,
        id = "id": Text<'a>,
        document = "document": Object<Document<'a>>,
        tool_output = "tool_output": Raw<'a>,
    }
}

object! {
    /// A document that is cited.
    Document<'a> {
        title = "title": Text<'a>,
        text = "text": Text<'a>,
        snippet = "snippet": Text<'a>,
    }
}

object! {
    /// Token counts: what the model read and wrote, and the part of it that is billed.
    Usage<'a> {
        tokens = "tokens": Object<Tokens<'a>>,
        billed_units = "billed_units": Object<Tokens<'a>>,
        cached_tokens = "cached_tokens": Count,
    }
}

object! {
    /// Counts of one kind.
    Tokens<'a> {
        input_tokens = "input_tokens": Count,
        output_tokens = "output_tokens": Count,
        reasoning_tokens = "reasoning_tokens": Count,
    }
}
