//! Cohere's models: those that are known, and the list.
//!
//! <https://docs.cohere.com/docs/models> and <https://cohere.com/pricing>, as of 2026-11-21; prices
//! in US dollars per million tokens. Models without one are free up to their rate limits, or sold
//! by other means. <https://docs.cohere.com/reference/list-models> for the list.

use clasp_plugin::lenient::{Count, List, Object, Raw, Text, object};
use clasp_plugin::{Abilities, Failure, HttpRequest, HttpResponse, Method, Model, Price, failure};

/// Id, window, most output, input and output price, and what it does beyond chat with tools.
type Row = (&'static str, u32, u32, Option<(f64, f64)>, Abilities);

const SEES: Abilities = Abilities::IMAGES;
const THINKS: Abilities = Abilities::THINKING;
const NO_MORE: Abilities = Abilities::empty();

const KNOWN: &[Row] = &[
    ("command-a-plus-05-2026", 128_000, 64_000, None, SEES.union(THINKS)),
    ("command-a-03-2025", 256_000, 8_000, Some((2.5, 10.0)), NO_MORE),
    ("command-a-reasoning-08-2025", 256_000, 32_000, None, THINKS),
    ("command-r7b-12-2024", 128_000, 4_000, Some((0.0375, 0.15)), NO_MORE),
    ("command-r-08-2024", 128_000, 4_000, Some((0.15, 0.6)), NO_MORE),
    ("command-r-plus-08-2024", 128_000, 4_000, Some((2.5, 10.0)), NO_MORE),
    ("north-mini-code-1-0", 256_000, 64_000, None, THINKS),
];

/// Models that call no tools: id, window, most output, and what they do beyond chat.
const WITHOUT_TOOLS: &[Row] = &[
    ("command-a-vision-07-2025", 128_000, 8_000, None, SEES),
    ("command-a-translate-08-2025", 8_000, 8_000, None, NO_MORE),
    ("north-small-translate-1-0", 16_000, 16_000, None, NO_MORE),
];

object! {
    /// The list.
    Models<'a> {
        models = "models": List<Entry<'a>>,
    }
}

object! {
    /// A model.
    Entry<'a> {
        name = "name": Text<'a>,
        context_length = "context_length": Count,
        endpoints = "endpoints": Raw<'a>,
        is_deprecated = "is_deprecated": Raw<'a>,
    }
}

/// Models known without asking.
pub(crate) fn known() -> Vec<Model> {
    let common = Abilities::OUTPUT_SCHEMA | Abilities::PROMPT_CACHE;
    let tools = common | Abilities::TOOLS | Abilities::PARALLEL_TOOLS;
    let with = KNOWN.iter().map(|row| model(row, tools));
    with.chain(WITHOUT_TOOLS.iter().map(|row| model(row, common))).collect()
}

fn model(&(id, window, output_limit, price, more): &Row, abilities: Abilities) -> Model {
    Model {
        id: id.into(),
        context_window: Some(window),
        max_output_tokens: Some(output_limit),
        abilities: Some(abilities | more),
        price: price.map(|(input, output)| Price {
            input,
            output,
            cache_read: None,
            cache_write: None,
        }),
        ..Model::default()
    }
}

/// The request for the list.
pub(crate) fn list() -> HttpRequest {
    HttpRequest {
        method: Method::Get,
        path: "/v1/models?endpoint=chat&page_size=1000".into(),
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// Reads the list. What else is known of a model is added.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(crate::error::from_response(response));
    }
    let list: Object<Models<'_>> = serde_json::from_slice(&response.body)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    let list = list.0.ok_or_else(|| failure::protocol("not a list of models"))?;
    let known = known();
    let model = |entry: &Entry<'_>| {
        let id = entry.name.as_option()?;
        let endpoints = entry.endpoints.get();
        let chats = endpoints.is_none_or(|endpoints| endpoints.contains("\"chat\""));
        if !chats || entry.is_deprecated.get() == Some("true") {
            return None;
        }
        let known = known.iter().find(|model| model.id == id).cloned().unwrap_or_default();
        let listed = entry.context_length.0.and_then(|length| u32::try_from(length).ok());
        Some(Model {
            id: id.to_owned(),
            context_window: listed.filter(|length| *length > 0).or(known.context_window),
            ..known
        })
    };
    Ok(list.models.0.iter().filter_map(model).collect())
}
