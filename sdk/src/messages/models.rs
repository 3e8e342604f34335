//! What is known of the models without asking.
//!
//! <https://platform.claude.com/docs/en/models/overview> and
//! <https://platform.claude.com/docs/en/about-claude/pricing>, as of 2026-11-21; prices in US
//! dollars per million tokens, writing to the cache for five minutes. Claude Haiku 5.5 costs five
//! times as much where the prompt has more than 100 000 tokens.

use super::family::{Family, Thinks};
use crate::types::{Abilities, Model, Price};

/// Id without a date, name, window, most output, and the prices of input, cached input and output.
type Row = (&'static str, &'static str, u32, u32, f64, f64, f64);

const MODELS: &[Row] = &[
    ("claude-fable-5-1", "Claude Fable 5.1", 1_000_000, 128_000, 10.0, 0.25, 50.0),
    ("claude-fable-5", "Claude Fable 5", 1_000_000, 128_000, 10.0, 1.0, 50.0),
    ("claude-opus-5-5", "Claude Opus 5.5", 1_000_000, 128_000, 4.0, 0.2, 20.0),
    ("claude-opus-5", "Claude Opus 5", 1_000_000, 128_000, 5.0, 0.5, 25.0),
    ("claude-opus-4-8", "Claude Opus 4.8", 1_000_000, 128_000, 5.0, 0.5, 25.0),
    ("claude-opus-4-7", "Claude Opus 4.7", 1_000_000, 128_000, 5.0, 0.5, 25.0),
    ("claude-opus-4-6", "Claude Opus 4.6", 1_000_000, 128_000, 5.0, 0.5, 25.0),
    ("claude-opus-4-5", "Claude Opus 4.5", 200_000, 64_000, 5.0, 0.5, 25.0),
    ("claude-sonnet-5-5", "Claude Sonnet 5.5", 1_000_000, 128_000, 2.0, 0.1, 10.0),
    ("claude-sonnet-5", "Claude Sonnet 5", 1_000_000, 128_000, 2.0, 0.2, 10.0),
    ("claude-sonnet-4-6", "Claude Sonnet 4.6", 1_000_000, 64_000, 3.0, 0.3, 15.0),
    ("claude-sonnet-4-5", "Claude Sonnet 4.5", 200_000, 64_000, 3.0, 0.3, 15.0),
    ("claude-haiku-5-5", "Claude Haiku 5.5", 1_000_000, 128_000, 0.1, 0.01, 0.5),
    ("claude-haiku-4-5", "Claude Haiku 4.5", 200_000, 64_000, 1.0, 0.1, 5.0),
];

/// The models that Anthropic serves, with its own ids and prices.
pub fn known_models() -> Vec<Model> {
    MODELS.iter().map(model).collect()
}

fn model(&(id, name, window, output_limit, input, cached, output): &Row) -> Model {
    Model {
        id: id.into(),
        name: Some(name.into()),
        context_window: Some(window),
        max_output_tokens: Some(output_limit),
        abilities: Some(abilities(&Family::of(id))),
        price: Some(Price {
            input,
            output,
            cache_read: Some(cached),
            cache_write: Some(input * 1.25),
        }),
        ..Model::default()
    }
}

fn abilities(family: &Family) -> Abilities {
    let mut abilities = Abilities::TOOLS
        | Abilities::PARALLEL_TOOLS
        | Abilities::IMAGES
        | Abilities::DOCUMENTS
        | Abilities::PROMPT_CACHE;
    abilities.set(Abilities::THINKING, family.thinks != Thinks::Not);
    abilities.set(Abilities::OUTPUT_SCHEMA, family.schemas);
    abilities
}
