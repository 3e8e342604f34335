//! OpenAI Chat Completions: its chunks and its answers.
//!
//! <https://platform.openai.com/docs/api-reference/chat/object> and
//! <https://platform.openai.com/docs/api-reference/chat-streaming>, as of 2026-11-21. Beyond them
//! `reasoning_content` and `reasoning_details` are known, which other vendors added.

mod message;
mod stream;
#[cfg(test)]
mod tests;

pub use self::stream::Checker;

use serde_json::Value;

use crate::shape::{Faults, Is, list};

/// Faults of an answer that came as one document.
pub fn plain(answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut faults = Faults::at("answer", &mut found);
    head(answer, "chat.completion", &mut faults);
    faults.required(answer, &[("usage", Is::Object)]);
    let choices = list(answer, "choices");
    faults.check(choices.len() == 1, format!("{} choices, not one", choices.len()));
    if let Some(usage) = answer.get("usage") {
        message::usage(usage, &mut faults.within("usage"));
    }
    for choice in choices {
        let mut faults = faults.within("choices[0]");
        let words = [("finish_reason", Is::OneOf(message::FINISH))];
        faults.required(choice, &[("message", Is::Object), ("index", Is::Count)]);
        faults.required(choice, &words);
        message::logprobs(choice, &mut faults);
        let reason = choice.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
        let said = choice.get("message").unwrap_or(&Value::Null);
        let mut faults = faults.within("message");
        faults.nullable(said, &[("content", Is::Text), ("refusal", Is::Text)]);
        faults.required(said, &[("annotations", Is::Array)]);
        message::whole(said, reason, &mut faults);
    }
    found
}

/// The members that answers and chunks have in common.
fn head(document: &Value, object: &'static str, faults: &mut Faults<'_>) {
    let text = [("id", Is::Word), ("model", Is::Word)];
    faults.required(document, &text);
    faults.required(document, &[("created", Is::Count), ("choices", Is::Array)]);
    let is = document.get("object").and_then(Value::as_str);
    faults.check(is == Some(object), format!("object is {is:?}, not {object}"));
}
