//! OpenAI Responses: requests and answers.
//!
//! <https://developers.openai.com/api/reference/resources/responses/methods/create> and
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, as of
//! 2026-11-21. Nothing is stored: each request brings its whole conversation, and what a provider
//! wants back travels in `encrypted_content`.

mod callee;
mod echo;
pub(crate) mod encode;
pub(crate) mod lane;
mod minted;
pub(crate) mod parse;

pub use self::echo::ResponsesEcho;
