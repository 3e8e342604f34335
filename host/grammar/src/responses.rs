//! OpenAI Responses: its stream, its `response` object and its items.
//!
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events> and
//! <https://developers.openai.com/api/reference/resources/responses/methods/create>, as of
//! 2026-11-21.

mod item;
mod response;
mod stream;
#[cfg(test)]
mod tests;

pub use self::stream::Checker;

use serde_json::Value;

use crate::shape::Faults;

/// Faults of an answer that came as one document.
pub fn plain(response: &Value) -> Vec<String> {
    let mut list = Vec::new();
    let mut faults = Faults::at("response", &mut list);
    response::check(response, &mut faults);
    let status = crate::shape::text(response, "status");
    let ended = matches!(status, "completed" | "incomplete" | "failed" | "cancelled");
    faults.check(ended, format!("an answer that is {status} is not over"));
    list
}
