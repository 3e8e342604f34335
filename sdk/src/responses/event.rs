//! The shape of a Responses event or answer, as far as it is read.
//!
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, as of
//! 2026-11-21, and <https://www.openresponses.org/specification> for what others add.

use crate::lenient::{Count, List, Object, Raw, Text, object};

object! {
    /// An event of a stream.
    Event<'a> {
        kind = "type": Text<'a>,
        output_index = "output_index": Count,
        item_id = "item_id": Text<'a>,
        content_index = "content_index": Count,
        summary_index = "summary_index": Count,
        delta = "delta": Text<'a>,
        text = "text": Text<'a>,
        refusal = "refusal": Text<'a>,
        arguments = "arguments": Raw<'a>,
        input = "input": Text<'a>,
        item = "item": Raw<'a>,
        annotation = "annotation": Object<Annotation<'a>>,
        response = "response": Object<Response<'a>>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// An answer.
    Response<'a> {
        id = "id": Text<'a>,
        object = "object": Text<'a>,
        model = "model": Text<'a>,
        status = "status": Text<'a>,
        output = "output": Raw<'a>,
        usage = "usage": Object<Usage<'a>>,
        incomplete_details = "incomplete_details": Object<Incomplete<'a>>,
        service_tier = "service_tier": Text<'a>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// Why an answer is not whole.
    Incomplete<'a> {
        reason = "reason": Text<'a>,
    }
}

object! {
    /// An item of the output.
    Item<'a> {
        kind = "type": Text<'a>,
        id = "id": Text<'a>,
        status = "status": Text<'a>,
        phase = "phase": Text<'a>,
        call_id = "call_id": Text<'a>,
        name = "name": Text<'a>,
        arguments = "arguments": Raw<'a>,
        input = "input": Text<'a>,
        content = "content": List<Part<'a>>,
        summary = "summary": List<Part<'a>>,
        encrypted_content = "encrypted_content": Text<'a>,
        action = "action": Object<Action<'a>>,
    }
}

object! {
    /// A part of a message or of reasoning.
    Part<'a> {
        kind = "type": Text<'a>,
        text = "text": Text<'a>,
        refusal = "refusal": Text<'a>,
        annotations = "annotations": List<Annotation<'a>>,
    }
}

object! {
    /// What a part of a text rests on.
    Annotation<'a> {
        kind = "type": Text<'a>,
        url = "url": Text<'a>,
        title = "title": Text<'a>,
        end_index = "end_index": Count,
    }
}

object! {
    /// A search of the web.
    Action<'a> {
        kind = "type": Text<'a>,
        query = "query": Text<'a>,
        queries = "queries": Raw<'a>,
        sources = "sources": List<SourceUrl<'a>>,
    }
}

object! {
    /// What a search found.
    SourceUrl<'a> {
        url = "url": Text<'a>,
    }
}

object! {
    /// Token counts.
    Usage<'a> {
        input_tokens = "input_tokens": Count,
        output_tokens = "output_tokens": Count,
        input_tokens_details = "input_tokens_details": Object<InputDetails<'a>>,
        output_tokens_details = "output_tokens_details": Object<OutputDetails<'a>>,
    }
}

object! {
    /// What the prompt's tokens are.
    InputDetails<'a> {
        cached_tokens = "cached_tokens": Count,
        cache_write_tokens = "cache_write_tokens": Count,
    }
}

object! {
    /// What the answer's tokens are.
    OutputDetails<'a> {
        reasoning_tokens = "reasoning_tokens": Count,
    }
}
