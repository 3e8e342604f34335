//! The APIs that the scripted provider speaks, each below a path of its own.
//!
//! The plain Chat Completions at `/v1` keep no state. Those of [`STATEFUL`] think, and give opaque
//! state that has to come back as their documentation says. [`OTHERS`] are further vendors, most of
//! which speak one of these APIs at another address, with another key.

use serde_json::{Value, json};

use super::state::{Lost, Seal};
use super::talk::{Part, Talk};
use super::{Answer, Layout, Recorded, check};

mod azure;
mod bedrock;
mod chat;
mod cohere;
mod deepseek;
mod gemini;
mod messages;
mod ollama;
mod openrouter;
mod responses;
#[cfg(test)]
mod tests;
mod vertex;

/// One API: how requests are read and answers are written.
pub(super) trait Api: Sync {
    /// The first word of its paths; its state is told by it.
    fn name(&self) -> &'static str;

    /// Whether a path, without its query, is one of its own.
    fn serves(&self, path: &str) -> bool {
        path.split('/').nth(1) == Some(self.name())
    }

    /// Whether a path, without its query, tells its models.
    fn lists(&self, path: &str) -> bool {
        path.ends_with("/models")
    }

    /// What the provider would say against a request, whatever was said before.
    fn faults(&self, request: &Recorded) -> Vec<String>;

    /// Reads a request.
    fn read(&self, body: &Value) -> Talk;

    /// Adds the opaque state that the provider gives with an answer.
    fn sign(&self, parts: &mut Vec<Part>, seal: &mut Seal);

    /// Writes an answer, as a stream where the request asks for one.
    fn answer(&self, request: &Recorded, parts: &[Part], style: Style) -> Answer;

    /// The provider's error for a bad request (400), or for too many (429).
    fn error(&self, status: u16, message: &str) -> Answer;

    /// The provider's error for a bad request.
    fn refusal(&self, message: &str) -> Answer {
        self.error(400, message)
    }

    /// The provider's error for state that is missing or not its own, where it notices.
    fn lost(&self, lost: &Lost) -> Option<Answer>;

    /// The list of models.
    fn models(&self) -> Value {
        json!({"object": "list", "data": [
            {"id": "gpt-scripted", "object": "model", "created": 1, "owned_by": "tests"},
        ]})
    }
}

/// How an answer is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Tells this answer's ids from another's.
    pub number: usize,
    /// Characters a chunk.
    pub pieces: usize,
    /// How several calls stand in a stream; by Chat alone.
    pub layout: Layout,
    /// An error instead of the end of the stream; by Chat alone.
    pub error: Option<&'static str>,
}

impl Default for Style {
    fn default() -> Self {
        Self { number: 0, pieces: 16, layout: Layout::InTurn, error: None }
    }
}

/// Those that give state.
const STATEFUL: [&dyn Api; 5] = [
    &gemini::Gemini,
    &responses::OPENAI,
    &deepseek::DeepSeek,
    &openrouter::OpenRouter,
    &messages::Messages,
];

/// All others; where a path could be one of two, the first.
const OTHERS: [&dyn Api; 11] = [
    &chat::ANY,
    &chat::OPENAI,
    &chat::MINIMAX,
    &responses::ANY,
    &azure::Responses,
    &azure::Chat,
    &bedrock::Bedrock,
    &cohere::Cohere,
    &ollama::Ollama,
    &vertex::Claude,
    &vertex::Gemini,
];

/// The API of a path, query included.
pub(super) fn of(path: &str) -> Option<&'static dyn Api> {
    let path = path.split('?').next().unwrap_or_default();
    OTHERS.into_iter().chain(STATEFUL).find(|api| api.serves(path))
}

/// The names of those that give state.
pub(super) fn stateful() -> impl Iterator<Item = &'static str> {
    STATEFUL.into_iter().map(Api::name)
}

/// A stream of frames, or a whole document.
fn either(stream: bool, frames: Vec<String>, whole: &Value) -> Answer {
    if stream { Answer::frames(frames) } else { Answer::json(200, whole) }
}

/// An event with its name.
fn named(event: &Value) -> String {
    format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default())
}

/// The key that a provider knows, `key-of-` and its name; no other provider may get it.
fn key(name: &str) -> String {
    format!("key-of-{name}")
}

/// What a provider would say against the headers that takes its key as a bearer's.
fn bearer(request: &Recorded, name: &str) -> Vec<String> {
    keyed(request, name, "authorization", &format!("Bearer {}", key(name)))
}

/// What a provider would say against the headers that wants this one of them.
fn keyed(request: &Recorded, name: &str, header: &str, wanted: &str) -> Vec<String> {
    let mut faults = check::leaks(&request.headers);
    if !request.header("content-type").is_some_and(|kind| kind.starts_with("application/json")) {
        faults.push("content-type is not application/json".to_owned());
    }
    if request.header(header) != Some(wanted) {
        faults.push(format!("Incorrect API key provided to {name}."));
    }
    faults
}

/// The size of a prompt, roughly.
fn prompt_tokens(request: &Recorded) -> usize {
    request.bytes.len() / 4 + 1
}

/// Faults for each member that the provider does not know.
fn unknown(value: &Value, known: &[&str], fault: impl Fn(&str) -> String) -> Vec<String> {
    let names = value.as_object().into_iter().flat_map(|object| object.keys());
    names.filter(|name| !known.contains(&name.as_str())).map(|name| fault(name)).collect()
}

/// The elements of a list; none where there is no list.
fn each(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// A member that is a text; empty where there is none.
fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}
