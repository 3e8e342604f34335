//! Lists models the way OpenAI does, with what compatible servers add.
//!
//! <https://platform.openai.com/docs/api-reference/models/list>, as of 2026-11-21.

use crate::failure;
use crate::lenient::{Count, List, Object, Text, object};
use crate::types::{Failure, HttpRequest, HttpResponse, Method, Model};

object! {
    /// The list.
    Listed<'a> {
        data = "data": List<Entry<'a>>,
        models = "models": List<Entry<'a>>,
        kind = "object": Text<'a>,
    }
}

object! {
    /// A model, its window in all spellings.
    Entry<'a> {
        id = "id": Text<'a>,
        name = "display_name": Text<'a>,
        length = "context_length": Count,
        window = "context_window": Count,
        model_length = "max_model_len": Count,
        longest = "max_context_length": Count,
        output = "max_output_tokens": Count,
        completion = "max_completion_tokens": Count,
        meta = "meta": Object<Meta<'a>>,
    }
}

object! {
    /// What llama.cpp tells.
    Meta<'a> {
        window = "n_ctx": Count,
    }
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
    let text = String::from_utf8_lossy(&response.body);
    let entries = entries(&text)?;
    let model = |entry: &Entry<'_>| {
        let id = &*entry.id.0;
        let known = known.iter().find(|model| model.id == id).cloned().unwrap_or_default();
        let window = [entry.window, entry.length, entry.model_length, entry.longest];
        let meta = entry.meta.0.as_ref().map(|meta| meta.window).unwrap_or_default();
        let listed = window.into_iter().chain([meta]).find_map(tokens);
        let output = [entry.output, entry.completion].into_iter().find_map(tokens);
        Model {
            id: id.to_owned(),
            name: known.name.or_else(|| entry.name.as_option().map(str::to_owned)),
            context_window: known.context_window.or(listed),
            max_output_tokens: known.max_output_tokens.or(output),
            ..known
        }
    };
    Ok(entries.iter().filter(|entry| !entry.id.0.is_empty()).map(model).collect())
}

fn entries(text: &str) -> Result<Vec<Entry<'_>>, Failure> {
    if text.trim_start().starts_with('[') {
        let list = serde_json::from_str::<List<Entry<'_>>>(text).map_err(unreadable)?;
        return Ok(list.0);
    }
    let listed = serde_json::from_str::<Listed<'_>>(text).map_err(unreadable)?;
    let Listed { data, models, kind, .. } = listed;
    if data.0.is_empty() && models.0.is_empty() && kind.0 != "list" {
        return Err(failure::protocol("not a list of models"));
    }
    Ok(if data.0.is_empty() { models.0 } else { data.0 })
}

fn unreadable(error: serde_json::Error) -> Failure {
    failure::protocol(format!("not a list of models: {error}"))
}

fn tokens(count: Count) -> Option<u32> {
    count.0.filter(|count| *count > 0).and_then(|count| u32::try_from(count).ok())
}
