//! Azure's list of models: what can be deployed, each with what it can do. Deployments are named by
//! the operator; those that keep the model's name are found here.
//!
//! <https://learn.microsoft.com/azure/ai-foundry/openai/latest#list-models>, as of 2026-11-21.

use clasp_plugin::openai::known_models;
use clasp_plugin::{Failure, HttpResponse, Model, failure};
use serde::Deserialize;

#[derive(Deserialize)]
struct List {
    data: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    capabilities: Option<Capabilities>,
}

#[derive(Deserialize)]
struct Capabilities {
    #[serde(default)]
    chat_completion: Option<bool>,
}

/// Reads the list; models that hold no conversations are left out.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let list: List = serde_json::from_slice(&response.body)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    let known = known_models();
    let talks = |entry: &Entry| {
        entry.capabilities.as_ref().is_none_or(|able| able.chat_completion != Some(false))
    };
    let model = |entry: Entry| {
        let known = known.iter().find(|model| model.id == entry.id).cloned().unwrap_or_default();
        Model { id: entry.id, ..known }
    };
    let mut models: Vec<Model> = list.data.into_iter().filter(talks).map(model).collect();
    // One entry for each version of a model, all with the same id.
    models.dedup_by(|one, other| one.id == other.id);
    Ok(models)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn models_that_talk() {
        let body = r#"{"data":[
            {"id":"gpt-4o","capabilities":{"chat_completion":true}},
            {"id":"gpt-4o","capabilities":{"chat_completion":true}},
            {"id":"text-embedding-3-small","capabilities":{"chat_completion":false}},
            {"id":"grok-4"}
        ]}"#;
        let response = HttpResponse { status: 200, headers: Vec::new(), body: body.into() };
        let models = parse(&response).unwrap();
        let ids: Vec<_> = models.iter().map(|model| &*model.id).collect();
        assert_eq!(ids, ["gpt-4o", "grok-4"]);
        assert_eq!(models[0].max_output_tokens, Some(16_384));
        assert_eq!(models[1].max_output_tokens, None);
    }
}
