//! What clients ask by the way: titles, topics, warming up.

use std::collections::BTreeMap;

use clasp_model::{Json, Part, Request, Role};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Tier;

/// A longer schema is no title's.
const SCHEMA: usize = 2048;

/// Whether a client seems to ask by the way, so that a small model does.
///
/// It offers no tools, and one of these holds: it asks for the tier `haiku`; the answer is to be an
/// object with a `title` and nothing else, but for `isNewTopic` (Claude Code's title of a session,
/// seen in 2.1.197 and 2.1.329); all that it says is `Warmup` (2.0.30, as it starts).
pub fn background(request: &Request) -> bool {
    let is_titled = || request.output_schema.as_ref().is_some_and(|out| is_title(&out.schema));
    request.tools.is_empty()
        && (Tier::of(&request.model) == Some(Tier::Haiku) || is_titled() || is_warmup(request))
}

#[derive(Deserialize)]
struct Object {
    properties: BTreeMap<String, IgnoredAny>,
}

fn is_title(schema: &Json) -> bool {
    let schema = schema.as_str();
    schema.len() <= SCHEMA
        && serde_json::from_str::<Object>(schema).is_ok_and(|Object { properties }| {
            properties.contains_key("title")
                && properties.keys().all(|name| matches!(name.as_str(), "title" | "isNewTopic"))
        })
}

fn is_warmup(request: &Request) -> bool {
    let [message] = request.messages.as_slice() else { return false };
    let [Part::Text(text)] = message.parts.as_slice() else { return false };
    message.role == Role::User && *text.text == *"Warmup"
}
