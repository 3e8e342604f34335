//! The shape of an answer, whole or a chunk of a stream, as far as it is read.
//!
//! <https://ai.google.dev/api/generate-content#generatecontentresponse>, as of 2026-11-21; Vertex AI
//! adds `partialArgs` and `willContinue`. Enumerations may come as numbers, which read as text.

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
        grounding = "groundingMetadata": Object<Grounding<'a>>,
        citations = "citationMetadata": Object<Citations<'a>>,
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
        inline = "inlineData": Object<Inline<'a>>,
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
        pieces = "partialArgs": List<Piece<'a>>,
        continues = "willContinue": Raw<'a>,
    }
}

object! {
    /// A piece of a call's arguments.
    Piece<'a> {
        path = "jsonPath": Text<'a>,
        string = "stringValue": Raw<'a>,
        number = "numberValue": Raw<'a>,
        boolean = "boolValue": Raw<'a>,
        null = "nullValue": Raw<'a>,
    }
}

object! {
    /// A payload.
    Inline<'a> {
        media_type = "mimeType": Text<'a>,
        data = "data": Text<'a>,
    }
}

object! {
    /// A program that the model wrote for Google to run.
    Code<'a> {
        id = "id": Text<'a>,
        code = "code": Text<'a>,
    }
}

object! {
    /// What came out of it.
    Outcome<'a> {
        id = "id": Text<'a>,
        outcome = "outcome": Text<'a>,
        output = "output": Text<'a>,
    }
}

object! {
    /// What the answer rests on.
    Grounding<'a> {
        queries = "webSearchQueries": Raw<'a>,
        chunks = "groundingChunks": List<GroundingChunk<'a>>,
        supports = "groundingSupports": List<Support<'a>>,
    }
}

object! {
    /// A source.
    GroundingChunk<'a> {
        web = "web": Object<Source<'a>>,
        retrieved = "retrievedContext": Object<Source<'a>>,
        maps = "maps": Object<Source<'a>>,
    }
}

object! {
    /// Where it is.
    Source<'a> {
        uri = "uri": Text<'a>,
        title = "title": Text<'a>,
    }
}

object! {
    /// A passage and its sources.
    Support<'a> {
        segment = "segment": Object<Segment<'a>>,
        chunks = "groundingChunkIndices": Raw<'a>,
    }
}

object! {
    /// A passage.
    Segment<'a> {
        text = "text": Text<'a>,
    }
}

object! {
    /// What the answer recites; the Gemini API and Vertex AI name it differently.
    Citations<'a> {
        sources = "citationSources": List<Source<'a>>,
        citations = "citations": List<Source<'a>>,
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
