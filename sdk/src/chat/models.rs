//! Lists models the way OpenAI does.
//!
//! <https://platform.openai.com/docs/api-reference/models/list>, as of 2026-11-21.

use serde::Deserialize;

use crate::failure;
use crate::types::{Failure, HttpRequest, HttpResponse, Method, Model};

#[derive(Deserialize)]
struct List {
    #[serde(alias = "models")]
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(
        default,
        alias = "context_window",
        alias = "max_model_len",
        alias = "max_context_length"
    )]
    context_length: Option<u32>,
}

/// The request for the list.
pub fn list_models() -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        path: "/models".into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Reads the list. What else `known` tells of a model is added.
///
/// # Errors
/// The provider's own failure, or that the answer is no list of models.
pub fn parse_models(response: &HttpResponse, known: &[Model]) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let entries = serde_json::from_slice::<List>(&response.body)
        .map(|list| list.data)
        .or_else(|_| serde_json::from_slice::<Vec<Entry>>(&response.body))
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    let model = |entry: Entry| {
        let known = known.iter().find(|model| model.id == entry.id).cloned().unwrap_or_default();
        let context_window = known.context_window.or(entry.context_length);
        Model { id: entry.id, context_window, ..known }
    };
    Ok(entries.into_iter().map(model).collect())
}
