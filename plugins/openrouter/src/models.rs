//! OpenRouter's list of models, with windows, prices and what each takes.
//!
//! <https://openrouter.ai/docs/guides/overview/models>. Prices are texts, in US dollars for one
//! token.

use clasp_plugin::lenient::{Count, List, Object, Text, object};
use clasp_plugin::{Abilities, Failure, HttpResponse, Model, Price, failure};
use serde::Deserialize;
use serde_json::Value;

object! {
    /// The list.
    Listed<'a> { data = "data": List<Entry<'a>>, }
}

object! {
    /// A model.
    Entry<'a> {
        id = "id": Text<'a>,
        name = "name": Text<'a>,
        window = "context_length": Count,
        pricing = "pricing": Object<Pricing<'a>>,
        top = "top_provider": Object<Top<'a>>,
        architecture = "architecture": Object<Architecture<'a>>,
        parameters = "supported_parameters": Words,
    }
}

object! {
    /// What a token costs.
    Pricing<'a> {
        prompt = "prompt": Text<'a>,
        completion = "completion": Text<'a>,
        cache_read = "input_cache_read": Text<'a>,
        cache_write = "input_cache_write": Text<'a>,
    }
}

object! {
    /// The vendor that is asked first.
    Top<'a> {
        output = "max_completion_tokens": Count,
    }
}

object! {
    /// What goes in.
    Architecture<'a> {
        inputs = "input_modalities": Words,
    }
}

/// A list of words; anything else is none.
#[derive(Clone, Debug, Default)]
struct Words(Option<Vec<String>>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Value::Array(words) = Value::deserialize(deserializer)? else { return Ok(Self(None)) };
        let words = words.iter().filter_map(Value::as_str);
        Ok(Self(Some(words.map(str::to_owned).collect())))
    }
}

/// Reads the list.
///
/// # Errors
/// OpenRouter's own failure, or that the answer is no list of models.
pub(crate) fn parse(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(failure::from_response(response));
    }
    let text = String::from_utf8_lossy(&response.body);
    let listed: Listed<'_> = serde_json::from_str(&text)
        .map_err(|error| failure::protocol(format!("not a list of models: {error}")))?;
    if listed.data.0.is_empty() {
        return Err(failure::protocol("not a list of models"));
    }
    Ok(listed.data.0.iter().filter(|entry| !entry.id.0.is_empty()).map(model).collect())
}

fn model(entry: &Entry<'_>) -> Model {
    let tokens = |count: Count| {
        count.0.filter(|count| *count > 0).and_then(|count| u32::try_from(count).ok())
    };
    Model {
        id: entry.id.0.to_string(),
        name: entry.name.as_option().map(str::to_owned),
        context_window: tokens(entry.window),
        max_output_tokens: entry.top.0.as_ref().and_then(|top| tokens(top.output)),
        abilities: abilities(entry),
        price: entry.pricing.0.as_ref().and_then(|pricing| price(pricing)),
        ..Model::default()
    }
}

fn abilities(entry: &Entry<'_>) -> Option<Abilities> {
    let parameters = entry.parameters.0.as_ref()?;
    let has = |names: &[&str]| parameters.iter().any(|name| names.contains(&name.as_str()));
    let inputs =
        entry.architecture.0.as_ref().and_then(|architecture| architecture.inputs.0.as_ref());
    let takes = |name: &str| inputs.is_none_or(|inputs| inputs.iter().any(|input| input == name));
    let caches = entry.pricing.0.as_ref().is_some_and(|pricing| !pricing.cache_read.0.is_empty());
    let all = [
        (Abilities::TOOLS, has(&["tools"])),
        (Abilities::PARALLEL_TOOLS, has(&["tools"])),
        (Abilities::THINKING, has(&["reasoning", "include_reasoning"])),
        (Abilities::OUTPUT_SCHEMA, has(&["structured_outputs", "response_format"])),
        (Abilities::IMAGES, takes("image")),
        (Abilities::AUDIO, takes("audio")),
        // OpenRouter reads documents out to models that cannot.
        (Abilities::DOCUMENTS, true),
        (Abilities::PROMPT_CACHE, caches),
    ];
    Some(
        all.into_iter()
            .filter(|(_, able)| *able)
            .fold(Abilities::empty(), |sum, (one, _)| sum | one),
    )
}

fn price(pricing: &Pricing<'_>) -> Option<Price> {
    let read = |text: &Text<'_>| {
        let price: f64 = text.0.parse().ok()?;
        // A price below zero stands for one that is not known before the answer.
        (price.is_finite() && price >= 0.0).then(|| (price * 1e12).round() / 1e6)
    };
    Some(Price {
        input: read(&pricing.prompt)?,
        output: read(&pricing.completion)?,
        cache_read: read(&pricing.cache_read),
        cache_write: read(&pricing.cache_write),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_model_is_told_with_window_price_and_abilities() {
        let body = br#"{"data":[{"id":"a/b","name":"A: B","context_length":200000,
            "architecture":{"input_modalities":["text","image"]},
            "pricing":{"prompt":"0.000003","completion":"0.000015","input_cache_read":"0.0000003"},
            "top_provider":{"max_completion_tokens":64000},
            "supported_parameters":["tools","reasoning","max_tokens"]},
            {"id":"auto","pricing":{"prompt":"-1","completion":"-1"}}]}"#;
        let response = HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
        let models = parse(&response).unwrap();
        let first = models.first().unwrap();
        assert_eq!((first.context_window, first.max_output_tokens), (Some(200_000), Some(64_000)));
        let price = first.price.unwrap();
        assert_eq!((price.input, price.output, price.cache_read), (3.0, 15.0, Some(0.3)));
        let able = first.abilities.unwrap();
        assert!(able.contains(Abilities::TOOLS | Abilities::THINKING | Abilities::IMAGES));
        assert!(!able.contains(Abilities::AUDIO));
        let other = models.get(1).unwrap();
        assert!(other.price.is_none() && other.abilities.is_none());
    }
}
