//! The list of models that an account may use.
//!
//! <https://platform.claude.com/docs/en/api/models-list>, as of 2026-11-21. One page of 1000 is
//! asked for, which is all that the API gives at once.

use clasp_plugin::lenient::{Count, Object, Text, object};
use clasp_plugin::{
    Abilities, Failure, Header, HttpRequest, HttpResponse, Method, Model, failure, messages,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    data: Vec<Entry<'a>>,
}

object! {
    /// A model.
    Entry<'a> {
        id = "id": Text<'a>,
        display_name = "display_name": Text<'a>,
        max_input_tokens = "max_input_tokens": Count,
        max_tokens = "max_tokens": Count,
        capabilities = "capabilities": Object<Capabilities<'a>>,
    }
}

object! {
    /// What it can do.
    Capabilities<'a> {
        image_input = "image_input": Object<Support>,
        pdf_input = "pdf_input": Object<Support>,
        structured_outputs = "structured_outputs": Object<Support>,
        thinking = "thinking": Object<Support>,
    }
}

/// Whether it can do one thing.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Support {
    supported: Option<bool>,
}

/// The request for the list.
pub(crate) fn list() -> HttpRequest {
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    HttpRequest {
        method: Method::Get,
        path: "/v1/models?limit=1000".into(),
        headers: vec![
            header("accept", "application/json"),
            header("anthropic-version", "2023-06-01"),
        ],
        body: Vec::new(),
    }
}

/// Reads the list. What else is known of a model is added.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(messages::from_response(response));
    }
    let list: List<'_> = serde_json::from_slice(&response.body)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    let known = messages::known_models();
    let entries = list.data.into_iter().filter(|entry| !entry.id.0.is_empty());
    Ok(entries.map(|entry| model(entry, &known)).collect())
}

fn model(entry: Entry<'_>, known: &[Model]) -> Model {
    let undated = match entry.id.0.rsplit_once('-') {
        Some((id, date)) if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) => id,
        _ => &*entry.id.0,
    };
    let known = known.iter().find(|model| model.id == undated).cloned().unwrap_or_default();
    let tokens = |count: Count| count.0.and_then(|count| u32::try_from(count).ok());
    let mut abilities = known.abilities;
    if let (Some(capabilities), Some(abilities)) = (&entry.capabilities.0, &mut abilities) {
        let named = [
            (&capabilities.image_input, Abilities::IMAGES),
            (&capabilities.pdf_input, Abilities::DOCUMENTS),
            (&capabilities.structured_outputs, Abilities::OUTPUT_SCHEMA),
            (&capabilities.thinking, Abilities::THINKING),
        ];
        for (support, ability) in named {
            if let Some(supported) = support.0.as_ref().and_then(|support| support.supported) {
                abilities.set(ability, supported);
            }
        }
    }
    Model {
        name: entry.display_name.as_option().map(str::to_owned).or(known.name),
        context_window: tokens(entry.max_input_tokens).or(known.context_window),
        max_output_tokens: tokens(entry.max_tokens).or(known.max_output_tokens),
        abilities,
        id: entry.id.0.into_owned(),
        ..known
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_list_says_more_than_is_known() {
        let body = br#"{"data":[{"type":"model","id":"claude-haiku-4-5-20251001",
            "display_name":"Claude Haiku 4.5","created_at":"2025-10-15T00:00:00Z",
            "max_input_tokens":200000,"max_tokens":64000,
            "capabilities":{"pdf_input":{"supported":false},"thinking":{"supported":true}}},
            {"type":"model","id":"claude-new","display_name":"New"}],
            "has_more":false,"first_id":"a","last_id":"b"}"#;
        let response = HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
        let models = parse(&response).unwrap();
        assert_eq!(models[0].id, "claude-haiku-4-5-20251001");
        assert_eq!(models[0].context_window, Some(200_000));
        assert!(models[0].price.is_some());
        let abilities = models[0].abilities.unwrap();
        assert!(
            abilities.contains(Abilities::THINKING) && !abilities.contains(Abilities::DOCUMENTS)
        );
        assert_eq!((models[1].id.as_str(), models[1].abilities), ("claude-new", None));
        let refused = HttpResponse {
            status: 401,
            headers: Vec::new(),
            body: br#"{"type":"error","error":{"type":"authentication_error","message":"no"}}"#
                .to_vec(),
        };
        assert_eq!(parse(&refused).unwrap_err().message, "no");
    }
}
