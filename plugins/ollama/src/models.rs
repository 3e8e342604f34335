//! The models that are installed, with what the server tells of each.
//!
//! <https://docs.ollama.com/api/tags>, as of 2026-11-21. Servers since 0.30 tell abilities and
//! window in the list; earlier ones only of one model at a time (`/api/show`), so theirs stay
//! unknown, and nothing is ruled out.

use clasp_plugin::lenient::{Count, List, Object, Raw, Text, object};
use clasp_plugin::{Abilities, Failure, HttpRequest, HttpResponse, Method, Model, Target, failure};

use crate::request::path;

object! {
    /// The list.
    Tags<'a> {
        models = "models": List<Entry<'a>>,
    }
}

object! {
    /// A model.
    Entry<'a> {
        name = "name": Text<'a>,
        model = "model": Text<'a>,
        capabilities = "capabilities": Raw<'a>,
        details = "details": Object<Details<'a>>,
    }
}

object! {
    /// What a model is made of.
    Details<'a> {
        context_length = "context_length": Count,
    }
}

/// The request for the list.
pub(crate) fn list(target: &Target) -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        path: path(target, "/tags"),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Reads the list.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let tags: Tags<'_> = serde_json::from_slice(&response.body)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    Ok(tags.models.0.iter().filter_map(model).collect())
}

/// A model that chats; none for one that does something else.
fn model(entry: &Entry<'_>) -> Option<Model> {
    let id = entry.model.as_option().or(entry.name.as_option())?;
    let words = entry.capabilities.get();
    let words = words.and_then(|words| serde_json::from_str::<Vec<String>>(words).ok());
    let has = |word: &str| words.iter().flatten().any(|known| known == word);
    if words.is_some() && !has("completion") {
        return None;
    }
    let always = Abilities::OUTPUT_SCHEMA | Abilities::PROMPT_CACHE;
    let abilities = [
        ("tools", Abilities::TOOLS | Abilities::PARALLEL_TOOLS),
        ("vision", Abilities::IMAGES),
        ("audio", Abilities::AUDIO),
        ("thinking", Abilities::THINKING),
    ];
    let abilities = abilities.into_iter().filter(|(word, _)| has(word));
    let abilities = abilities.fold(always, |all, (_, ability)| all | ability);
    let window = entry.details.0.as_ref().and_then(|details| details.context_length.0);
    Some(Model {
        id: id.to_owned(),
        context_window: window.and_then(|window| u32::try_from(window).ok()),
        abilities: words.is_some().then_some(abilities),
        ..Model::default()
    })
}
