//! The shape of a Converse answer and of its stream, as far as they are read.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>, as of
//! 2026-11-21. Of an event the name is the frame's; all members are read alike.

use clasp_plugin::lenient::{Count, List, Object, Raw, Text, object};

object! {
    /// An event, or a whole answer.
    Document<'a> {
        index = "contentBlockIndex": Count,
        start = "start": Object<Start<'a>>,
        delta = "delta": Object<Delta<'a>>,
        output = "output": Object<Output<'a>>,
        stop_reason = "stopReason": Text<'a>,
        additional = "additionalModelResponseFields": Raw<'a>,
        usage = "usage": Object<Usage<'a>>,
        trace = "trace": Raw<'a>,
        message = "message": Raw<'a>,
    }
}

object! {
    /// What a whole answer holds.
    Output<'a> {
        message = "message": Object<Message<'a>>,
    }
}

object! {
    /// A whole message.
    Message<'a> {
        content = "content": List<Block<'a>>,
    }
}

object! {
    /// The start of a block.
    Start<'a> {
        tool_use = "toolUse": Object<ToolUse<'a>>,
        tool_result = "toolResult": Raw<'a>,
    }
}

object! {
    /// A piece of a block.
    Delta<'a> {
        text = "text": Text<'a>,
        tool_use = "toolUse": Object<ToolUse<'a>>,
        reasoning = "reasoningContent": Object<Reasoning<'a>>,
        citation = "citation": Raw<'a>,
    }
}

object! {
    /// A whole block.
    Block<'a> {
        text = "text": Text<'a>,
        tool_use = "toolUse": Object<ToolUse<'a>>,
        tool_result = "toolResult": Object<ToolResult<'a>>,
        reasoning = "reasoningContent": Object<Reasoning<'a>>,
        citations = "citationsContent": Object<Cited<'a>>,
    }
}

object! {
    /// A call; in a stream its input comes as text, otherwise as a value.
    ToolUse<'a> {
        id = "toolUseId": Text<'a>,
        name = "name": Text<'a>,
        kind = "type": Text<'a>,
        input = "input": Raw<'a>,
    }
}

object! {
    /// The result of a call that the service answered itself.
    ToolResult<'a> {
        id = "toolUseId": Text<'a>,
    }
}

object! {
    /// Thinking, in a stream without the member between.
    Reasoning<'a> {
        whole = "reasoningText": Object<ReasoningText<'a>>,
        text = "text": Text<'a>,
        signature = "signature": Text<'a>,
        redacted = "redactedContent": Text<'a>,
    }
}

object! {
    /// Thinking with its signature.
    ReasoningText<'a> {
        text = "text": Text<'a>,
        signature = "signature": Text<'a>,
    }
}

object! {
    /// A text with what it is taken from.
    Cited<'a> {
        content = "content": List<Generated<'a>>,
        citations = "citations": List<Citation<'a>>,
    }
}

object! {
    /// A text that is cited.
    Generated<'a> {
        text = "text": Text<'a>,
    }
}

object! {
    /// Where a text is taken from.
    Citation<'a> {
        title = "title": Text<'a>,
        source = "source": Text<'a>,
        location = "location": Raw<'a>,
        content = "sourceContent": List<Generated<'a>>,
    }
}

object! {
    /// Token counts; the cached ones are counted apart.
    Usage<'a> {
        input = "inputTokens": Count,
        output = "outputTokens": Count,
        cache_read = "cacheReadInputTokens": Count,
        cache_write = "cacheWriteInputTokens": Count,
    }
}
