//! What is known of Gemini models, and how the list of them is read.
//!
//! <https://ai.google.dev/gemini-api/docs/models>, <https://ai.google.dev/gemini-api/docs/pricing>
//! and <https://ai.google.dev/api/models>, as of 2026-11-21; prices in US dollars per million tokens
//! of text, of the standard tier and, where they rise with the prompt, up to 200 000 tokens. Those of
//! 3.7 and 3.8 Flash double after 2026-12-31.

use crate::{Abilities, Failure, HttpResponse, Model, Price, failure};

use serde_json::Value;

use super::error;
use super::family::{Family, Thinking};

/// Id, input, cached input and output price.
type Row = (&'static str, f64, f64, f64);

const MODELS: &[Row] = &[
    ("gemini-3.8-flash", 0.75, 0.075, 3.75),
    ("gemini-3.7-flash", 0.75, 0.075, 3.75),
    ("gemini-3.6-flash", 1.5, 0.15, 7.5),
    ("gemini-3.5-flash", 1.5, 0.15, 9.0),
    ("gemini-3.5-flash-lite", 0.3, 0.03, 2.5),
    ("gemini-3.1-pro-preview", 2.0, 0.2, 12.0),
    ("gemini-3.1-flash-lite", 0.25, 0.025, 1.5),
    ("gemini-3-flash-preview", 0.5, 0.05, 3.0),
    ("gemini-2.5-pro", 1.25, 0.125, 10.0),
    ("gemini-2.5-flash", 0.3, 0.03, 2.5),
    ("gemini-2.5-flash-lite", 0.1, 0.01, 0.4),
];

/// All of them read a million tokens and write 65 536.
const WINDOW: u32 = 1_048_576;
const OUTPUT: u32 = 65_536;

/// The models.
pub fn known() -> Vec<Model> {
    MODELS.iter().map(model).collect()
}

fn model(&(id, input, cached, output): &Row) -> Model {
    Model {
        id: id.into(),
        context_window: Some(WINDOW),
        max_output_tokens: Some(OUTPUT),
        abilities: abilities(id, true),
        price: Some(Price { input, output, cache_read: Some(cached), cache_write: None }),
        ..Model::default()
    }
}

/// What a model can do; unknown for those that are no Gemini models for texts.
fn abilities(id: &str, thinks: bool) -> Option<Abilities> {
    let texts = Abilities::TOOLS
        | Abilities::PARALLEL_TOOLS
        | Abilities::IMAGES
        | Abilities::DOCUMENTS
        | Abilities::AUDIO
        | Abilities::OUTPUT_SCHEMA
        | Abilities::PROMPT_CACHE;
    match Family::of(id).thinking {
        Thinking::None => None,
        _ if thinks => Some(texts | Abilities::THINKING),
        _ => Some(texts),
    }
}

/// Reads the list of the Gemini API. Prices are added where they are known.
///
/// # Errors
/// The provider's own failure, or that the answer is no list of models.
pub fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(error::from_response(response));
    }
    let text = String::from_utf8_lossy(&response.body);
    let document: Value = serde_json::from_str(&text)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    if document.get("error").is_some() {
        return Err(error::from_response(response));
    }
    let Some(entries) = document.get("models").and_then(Value::as_array) else {
        return Err(failure::protocol("the answer holds no list of models"));
    };
    let known = known();
    let mut models = Vec::new();
    for entry in entries {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        let id = text("name").unwrap_or_default();
        let id = id.strip_prefix("models/").unwrap_or(id);
        let methods = entry.get("supportedGenerationMethods").and_then(Value::as_array);
        let speaks = methods.is_none_or(|list| list.iter().any(|word| word == "generateContent"));
        if id.is_empty() || !speaks {
            continue;
        }
        let tokens = |name: &str| u32::try_from(entry.get(name)?.as_u64()?).ok();
        let thinks = entry.get("thinking").and_then(Value::as_bool).unwrap_or(false);
        let price = known.iter().find(|model| model.id == id).and_then(|model| model.price);
        models.push(Model {
            id: id.to_owned(),
            name: text("displayName").map(str::to_owned),
            context_window: tokens("inputTokenLimit"),
            max_output_tokens: tokens("outputTokenLimit"),
            abilities: abilities(id, thinks),
            price,
            ..Model::default()
        });
    }
    Ok(models)
}
