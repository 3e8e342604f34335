//! The shape of a line of the stream, or of a whole answer, as far as it is read.
//!
//! <https://docs.ollama.com/api/chat> and <https://docs.ollama.com/api/errors>, as of 2026-11-21.

use clasp_plugin::lenient::{Count, List, Object, Raw, Text, object};

object! {
    /// A line, or a whole answer.
    Chunk<'a> {
        model = "model": Text<'a>,
        message = "message": Object<Message<'a>>,
        done = "done": Raw<'a>,
        done_reason = "done_reason": Text<'a>,
        prompt_eval_count = "prompt_eval_count": Count,
        eval_count = "eval_count": Count,
        error = "error": Raw<'a>,
    }
}

object! {
    /// A piece of a message, or a whole one.
    Message<'a> {
        content = "content": Text<'a>,
        thinking = "thinking": Text<'a>,
        tool_calls = "tool_calls": List<Call<'a>>,
    }
}

object! {
    /// A whole call.
    Call<'a> {
        id = "id": Text<'a>,
        function = "function": Object<Function<'a>>,
    }
}

object! {
    /// What is called, also as it stands in text.
    Function<'a> {
        name = "name": Text<'a>,
        arguments = "arguments": Raw<'a>,
        parameters = "parameters": Raw<'a>,
    }
}
