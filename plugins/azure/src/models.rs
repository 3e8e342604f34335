//! Azure's list of models: what can be deployed, each with what it can do. Deployments are named by
//! the operator; those that keep the model's name are found here.
//!
//! <https://learn.microsoft.com/azure/ai-foundry/openai/latest#list-models>, as of 2026-11-21.

use clasp_plugin::openai::known_models;
use clasp_plugin::{Failure, HttpResponse, Model, failure};
use serde_json::Value;

/// Reads the list; models that hold no conversations are left out.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let list: Option<Value> = serde_json::from_str(&String::from_utf8_lossy(&response.body)).ok();
    let list = list.as_ref().and_then(|list| list.get("data")?.as_array());
    let list = list.ok_or_else(|| failure::protocol("not a list of models: `data` is missing"))?;
    let known = known_models();
    let model = |entry: &Value| {
        let able = entry.pointer("/capabilities/chat_completion").and_then(Value::as_bool);
        let id = entry.get("id").and_then(Value::as_str).filter(|_| able != Some(false))?;
        let known = known.iter().find(|model| model.id == id).cloned().unwrap_or_default();
        Some(Model { id: id.to_owned(), ..known })
    };
    let mut models: Vec<Model> = list.iter().filter_map(model).collect();
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
