//! What OpenAI's two dialects have in common where they are passed on as they are (rule C15).

pub(crate) mod counts;
pub(crate) mod error;
pub(crate) mod headers;
mod wait;
