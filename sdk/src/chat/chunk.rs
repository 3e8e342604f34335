//! The shape of a Chat Completions chunk or answer, as far as it is read.
//!
//! <https://platform.openai.com/docs/api-reference/chat/object> and
//! <https://platform.openai.com/docs/api-reference/chat-streaming>, as of 2026-11-21, with the
//! members that compatible servers add. A chunk holds `delta`, a whole answer `message`; both are
//! read alike.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::lenient::{Count, List, Object, Raw, Text, nothing, object};

object! {
    /// A chunk of a stream, or a whole answer.
    Chunk<'a> {
        id = "id": Text<'a>,
        model = "model": Text<'a>,
        object = "object": Text<'a>,
        choices = "choices": List<Choice<'a>>,
        usage = "usage": Object<Usage<'a>>,
        x_groq = "x_groq": Object<Groq<'a>>,
        service_tier = "service_tier": Text<'a>,
        error = "error": Raw<'a>,
        base_resp = "base_resp": Object<BaseResponse<'a>>,
    }
}

object! {
    /// An error beside the answer (MiniMax).
    BaseResponse<'a> {
        status_code = "status_code": Text<'a>,
        status_msg = "status_msg": Text<'a>,
    }
}

object! {
    /// One of several answers; only the first is asked for.
    Choice<'a> {
        index = "index": Count,
        delta = "delta": Object<Delta<'a>>,
        message = "message": Object<Delta<'a>>,
        logprobs = "logprobs": Object<Logprobs<'a>>,
        finish_reason = "finish_reason": Text<'a>,
        native_finish_reason = "native_finish_reason": Text<'a>,
        stop_reason = "stop_reason": Text<'a>,
        usage = "usage": Object<Usage<'a>>,
        error = "error": Raw<'a>,
    }
}

object! {
    /// Probabilities of the tokens of a piece.
    Logprobs<'a> {
        content = "content": Raw<'a>,
    }
}

object! {
    /// A piece of a message, or a whole one.
    Delta<'a> {
        content = "content": Content<'a>,
        refusal = "refusal": Text<'a>,
        reasoning_content = "reasoning_content": Text<'a>,
        reasoning = "reasoning": Text<'a>,
        reasoning_details = "reasoning_details": Raw<'a>,
        tool_calls = "tool_calls": List<Call<'a>>,
        function_call = "function_call": Object<Function<'a>>,
    }
}

object! {
    /// A piece of a tool call.
    Call<'a> {
        index = "index": Count,
        id = "id": Text<'a>,
        kind = "type": Text<'a>,
        function = "function": Object<Function<'a>>,
        custom = "custom": Object<Custom<'a>>,
    }
}

object! {
    /// The function of a call.
    Function<'a> {
        name = "name": Text<'a>,
        arguments = "arguments": Raw<'a>,
    }
}

object! {
    /// A call of a tool that takes free text.
    Custom<'a> {
        name = "name": Text<'a>,
        input = "input": Text<'a>,
    }
}

object! {
    /// Token counts in all their spellings.
    Usage<'a> {
        prompt_tokens = "prompt_tokens": Count,
        completion_tokens = "completion_tokens": Count,
        total_tokens = "total_tokens": Count,
        prompt_tokens_details = "prompt_tokens_details": Object<PromptDetails<'a>>,
        completion_tokens_details = "completion_tokens_details": Object<CompletionDetails<'a>>,
        prompt_cache_hit_tokens = "prompt_cache_hit_tokens": Count,
        cached_tokens = "cached_tokens": Count,
        cache_read_input_tokens = "cache_read_input_tokens": Count,
        cache_creation_input_tokens = "cache_creation_input_tokens": Count,
        reasoning_tokens = "reasoning_tokens": Count,
        cost = "cost": Raw<'a>,
    }
}

object! {
    /// What the prompt's tokens are.
    PromptDetails<'a> {
        cached_tokens = "cached_tokens": Count,
        cache_write_tokens = "cache_write_tokens": Count,
    }
}

object! {
    /// What the answer's tokens are.
    CompletionDetails<'a> {
        reasoning_tokens = "reasoning_tokens": Count,
    }
}

object! {
    /// Groq's own member.
    Groq<'a> {
        usage = "usage": Object<Usage<'a>>,
    }
}

object! {
    /// A part of a message whose content is a list (Mistral).
    Part<'a> {
        kind = "type": Text<'a>,
        text = "text": Text<'a>,
        thinking = "thinking": Content<'a>,
    }
}

/// The content of a message: a text, or a list of parts.
#[derive(Clone, Debug, Default)]
pub(crate) enum Content<'a> {
    #[default]
    Nothing,
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Content<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Reader<'a> {
            type Value = Content<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of parts")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Content::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Content::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut parts = Vec::new();
                while let Some(part) = list.next_element::<Object<Part<'a>>>()? {
                    parts.extend(part.0.map(|part| *part));
                }
                Ok(Content::Parts(parts))
            }

            nothing!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
            nothing!(unit);
            nothing!(map);
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}
