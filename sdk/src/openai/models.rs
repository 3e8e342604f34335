//! What is known of OpenAI's models without asking.
//!
//! <https://platform.openai.com/docs/models> and <https://platform.openai.com/docs/pricing>, as of
//! 2026-11-21; prices in US dollars per million tokens of the standard tier.

use crate::types::{Abilities, Model, Price};

/// Id, window, most output, input, cached input and output price.
type Row = (&'static str, u32, u32, f64, f64, f64);

const THINKING: &[Row] = &[
    ("gpt-5.6-sol", 1_050_000, 128_000, 4.0, 0.4, 20.0),
    ("gpt-5.6-terra", 1_050_000, 128_000, 2.0, 0.2, 12.0),
    ("gpt-5.6-luna", 1_050_000, 128_000, 0.2, 0.02, 1.2),
    ("gpt-5.5", 1_050_000, 128_000, 5.0, 0.5, 30.0),
    ("gpt-5.4", 1_050_000, 128_000, 2.5, 0.25, 15.0),
    ("gpt-5.4-mini", 400_000, 128_000, 0.75, 0.075, 4.5),
    ("gpt-5.4-nano", 400_000, 128_000, 0.2, 0.02, 1.25),
    ("gpt-5.3-codex", 400_000, 128_000, 1.75, 0.175, 14.0),
    ("gpt-5.2", 400_000, 128_000, 1.75, 0.175, 14.0),
    ("gpt-5.1", 400_000, 128_000, 1.25, 0.125, 10.0),
    ("gpt-5", 400_000, 128_000, 1.25, 0.125, 10.0),
    ("gpt-5-mini", 400_000, 128_000, 0.25, 0.025, 2.0),
    ("gpt-5-nano", 400_000, 128_000, 0.05, 0.005, 0.4),
    ("o3", 200_000, 100_000, 2.0, 0.5, 8.0),
    ("o4-mini", 200_000, 100_000, 1.1, 0.275, 4.4),
    ("o3-mini", 200_000, 100_000, 1.1, 0.55, 4.4),
    ("o1", 200_000, 100_000, 15.0, 7.5, 60.0),
];

const CHAT: &[Row] = &[
    ("gpt-4.1", 1_047_576, 32_768, 2.0, 0.5, 8.0),
    ("gpt-4.1-mini", 1_047_576, 32_768, 0.4, 0.1, 1.6),
    ("gpt-4.1-nano", 1_047_576, 32_768, 0.1, 0.025, 0.4),
    ("gpt-4o", 128_000, 16_384, 2.5, 1.25, 10.0),
    ("gpt-4o-mini", 128_000, 16_384, 0.15, 0.075, 0.6),
];

/// The models.
pub fn known() -> Vec<Model> {
    let common = Abilities::TOOLS
        | Abilities::PARALLEL_TOOLS
        | Abilities::IMAGES
        | Abilities::DOCUMENTS
        | Abilities::OUTPUT_SCHEMA
        | Abilities::PROMPT_CACHE;
    let thinking = THINKING.iter().map(|row| model(row, common | Abilities::THINKING));
    thinking.chain(CHAT.iter().map(|row| model(row, common))).collect()
}

fn model(&(id, window, output_limit, input, cached, output): &Row, abilities: Abilities) -> Model {
    // The only one that sees no images and reads no documents.
    let blind = Abilities::IMAGES | Abilities::DOCUMENTS;
    let abilities = if id == "o3-mini" { abilities - blind } else { abilities };
    // Since GPT-5.6 writing to the cache costs a quarter more than plain input.
    let cache_write = id.starts_with("gpt-5.6").then_some(input * 1.25);
    Model {
        id: id.into(),
        context_window: Some(window),
        max_output_tokens: Some(output_limit),
        tokenizer: Some("o200k_base".into()),
        abilities: Some(abilities),
        price: Some(Price { input, output, cache_read: Some(cached), cache_write }),
        ..Model::default()
    }
}
