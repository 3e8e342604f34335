//! The shape of an answer, whole or a chunk of a stream, as far as it is read.
//!
//! <https://ai.google.dev/api/generate-content#generatecontentresponse>, as of 2026-11-21; Vertex AI
//! adds `partialArgs` and `willContinue`. Enumerations may come as numbers, which read as text. What
//! few answers hold is left unread here.

use crate::lenient::{Count, List, Object, Raw, Text, object};

object! {
    /// A chunk, or a whole answer.
    Chunk<'a> {
        id = "responseId": Text<'a>,
        model = "modelVersion": Text<'a>,
        candidates = "candidates": List<Candidate<'a>>,
        feedback = "promptFeedback": Object<Feedback<'a>>,
        usage = "usageMetadata": Object<Usage<'a>>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// What became of the prompt.
    Feedback<'a> {
        reason = "blockReason": Text<'a>,
        message = "blockReasonMessage": Text<'a>,
    }
}

object! {
    /// One of several answers; only the first is asked for.
    Candidate<'a> {
        index = "index": Count,
        content = "content": Object<Content<'a>>,
        finish_reason = "finishReason": Text<'a>,
        finish_message = "finishMessage": Text<'a>,
        grounding = "groundingMetadata": Raw<'a>,
        citations = "citationMetadata": Raw<'a>,
    }
}

object! {
    /// What the model said.
    Content<'a> {
        parts = "parts": List<Part<'a>>,
    }
}

object! {
    /// A part of it.
    Part<'a> {
        text = "text": Text<'a>,
        thought = "thought": Raw<'a>,
        signature = "thoughtSignature": Text<'a>,
        call = "functionCall": Object<Call<'a>>,
        inline = "inlineData": Raw<'a>,
        code = "executableCode": Raw<'a>,
        outcome = "codeExecutionResult": Raw<'a>,
        tool_call = "toolCall": Raw<'a>,
        tool_response = "toolResponse": Raw<'a>,
    }
}

object! {
    /// A call, or a piece of one.
    Call<'a> {
        id = "id": Text<'a>,
        name = "name": Text<'a>,
        args = "args": Raw<'a>,
        pieces = "partialArgs": Raw<'a>,
        continues = "willContinue": Raw<'a>,
    }
}

object! {
    /// Token counts.
    Usage<'a> {
        prompt = "promptTokenCount": Count,
        cached = "cachedContentTokenCount": Count,
        candidates = "candidatesTokenCount": Count,
        thoughts = "thoughtsTokenCount": Count,
        tools = "toolUsePromptTokenCount": Count,
    }
}
