//! Claude as Vertex AI wants it: the path names model and stream, the body the API's version.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude>, as of
//! 2026-11-21.

use clasp_plugin::messages::{self, State, Version, Wire};
use clasp_plugin::{Begun, Failure, HttpRequest, Request, Target};

use crate::place::Place;

const WIRE: Wire = Wire {
    model: false,
    version: Version::Body("vertex-2023-10-16"),
    urls: false,
    files: false,
    hosted: &["bash_", "computer_", "memory_", "text_editor_", "tool_search_tool_", "web_search_"],
    ..Wire::ANTHROPIC
};

/// Counting names the model in the body, since it has a path for all of them.
const COUNT: Wire = Wire { model: true, ..WIRE };

/// Writes a request for Claude.
pub(crate) fn begin(
    place: &Place,
    id: &str,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    let target = Target { model: dated(id), ..target.clone() };
    let method = if request.stream { "streamRawPredict" } else { "rawPredict" };
    let path = format!("{}:{method}", place.published("anthropic", &target.model, &target));
    messages::begin(&WIRE, &path, &target, request)
}

/// Writes the request that counts tokens.
pub(crate) fn count(
    place: &Place,
    id: &str,
    target: &Target,
    request: &Request,
) -> Result<HttpRequest, Failure> {
    let target = Target { model: dated(id), ..target.clone() };
    let path = format!("{}:rawPredict", place.published("anthropic", "count-tokens", &target));
    messages::count_tokens(&COUNT, &path, &target, request)
}

/// A model's id with `@` before its date, as Vertex AI has it.
pub(crate) fn dated(id: &str) -> String {
    match id.rsplit_once('-') {
        Some((name, date)) if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{name}@{date}")
        }
        _ => id.to_owned(),
    }
}
