//! OpenAI Responses: requests and answers.
//!
//! <https://developers.openai.com/api/reference/resources/responses/methods/create> and
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, as of
//! 2026-11-21. A request brings its whole conversation, with [`continued`] also where it goes on from
//! a stored response, and what a provider wants back travels in `encrypted_content`.

mod callee;
mod echo;
pub(crate) mod encode;
pub(crate) mod lane;
mod minted;
pub(crate) mod parse;
mod stored;

pub use self::echo::ResponsesEcho;
pub use self::stored::*;
