//! The base for Gemini models: `generateContent` written and read. The Gemini API and Vertex AI speak
//! it with small differences, which [`Service`] names.
//!
//! <https://ai.google.dev/api/generate-content> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>, as of
//! 2026-11-21.

mod answer;
mod chunk;
mod contents;
mod error;
mod extra;
mod family;
mod finish;
mod generation;
mod grounding;
mod media;
mod models;
mod partial;
mod parts;
mod request;
mod settings;
mod tokens;
mod tools;
mod usage;

pub use self::answer::Answer;
pub use self::error::from_response;
pub use self::models::{known, parse as parse_models};
pub use self::request::{State, begin};
pub use self::settings::Settings;
pub use self::tokens::{count, parse as parse_token_count};

/// Which of Google's services is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// `generativelanguage.googleapis.com`
    Gemini,
    /// `aiplatform.googleapis.com`
    Vertex,
}

/// A model's id as one segment of a path.
pub fn segment(id: &str) -> String {
    let mut segment = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'@' => {
                segment.push(char::from(byte));
            }
            other => segment.push_str(&format!("%{other:02X}")),
        }
    }
    segment
}
