//! Strict checkers of what clients see: the grammar of streams, the shape of answers and errors.
//!
//! Rule: written from the vendors' documentation and not from what is written here, so that a test
//! with them proves something. Each gives its faults as sentences; none means that all is well.
//!
//! [`stream()`], [`plain`] and [`error`] are the same for every dialect. A dialect's own `Checker`
//! takes one event after the other, finds all faults, and tells what a client ends up with.

pub mod anthropic;
pub mod chat;
pub mod events;
pub mod openai;
pub mod responses;
mod shape;
mod stream;

pub use self::stream::{Fault, LIMIT, Stream, stream};

use clasp_model::Dialect;
use serde_json::Value;

/// Faults of an answer that came as one document.
pub fn plain(dialect: Dialect, answer: &Value) -> Vec<String> {
    match dialect {
        Dialect::AnthropicMessages => anthropic::plain(answer),
        Dialect::OpenaiResponses => responses::plain(answer),
        Dialect::OpenaiChat => chat::plain(answer),
    }
}

/// Faults of the error document in the place of an answer.
pub fn error(dialect: Dialect, document: &Value) -> Vec<String> {
    match dialect {
        Dialect::AnthropicMessages => anthropic::error(document),
        Dialect::OpenaiResponses | Dialect::OpenaiChat => openai::error(document),
    }
}
