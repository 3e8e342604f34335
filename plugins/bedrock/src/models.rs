//! What is known of the models without asking. The service lists them at another host than it
//! answers at, which the contract does not reach.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html> and
//! <https://docs.aws.amazon.com/nova/latest/userguide/what-is-nova.html>, as of 2026-11-21. Prices
//! differ from region to region, so none are given.

use clasp_plugin::{Abilities, Model, messages};

/// Id, name, window, most output, and whether it sees, thinks and caches.
type Row = (&'static str, &'static str, u32, u32, bool, bool, bool);

const OTHERS: &[Row] = &[
    ("amazon.nova-2-lite-v1:0", "Nova 2 Lite", 1_000_000, 65_536, true, true, true),
    ("amazon.nova-premier-v1:0", "Nova Premier", 1_000_000, 10_000, true, false, true),
    ("amazon.nova-pro-v1:0", "Nova Pro", 300_000, 10_000, true, false, true),
    ("amazon.nova-lite-v1:0", "Nova Lite", 300_000, 10_000, true, false, true),
    ("amazon.nova-micro-v1:0", "Nova Micro", 128_000, 10_000, false, false, true),
    ("openai.gpt-oss-120b-1:0", "gpt-oss-120b", 128_000, 16_384, false, true, false),
    ("openai.gpt-oss-20b-1:0", "gpt-oss-20b", 128_000, 16_384, false, true, false),
];

/// With what the ids of older models go on here.
const VERSIONS: &[(&str, &str)] = &[
    ("claude-opus-4-6", "-v1"),
    ("claude-opus-4-5", "-20251101-v1:0"),
    ("claude-sonnet-4-5", "-20250929-v1:0"),
    ("claude-haiku-4-5", "-20251001-v1:0"),
];

/// The models, under the ids of the foundation models; a profile of several regions has the same
/// id behind `us.`, `eu.`, `apac.` or `global.`.
pub(crate) fn known() -> Vec<Model> {
    let claude = messages::known_models().into_iter().map(|model| {
        let version = VERSIONS.iter().find(|(id, _)| *id == model.id);
        let version = version.map_or("", |(_, version)| version);
        Model { id: format!("anthropic.{}{version}", model.id), price: None, ..model }
    });
    claude.chain(OTHERS.iter().map(model)).collect()
}

fn model(&(id, name, window, output_limit, sees, thinks, caches): &Row) -> Model {
    let mut abilities = Abilities::TOOLS | Abilities::PARALLEL_TOOLS;
    abilities.set(Abilities::IMAGES | Abilities::DOCUMENTS, sees);
    abilities.set(Abilities::THINKING, thinks);
    abilities.set(Abilities::PROMPT_CACHE, caches);
    Model {
        id: id.into(),
        name: Some(name.into()),
        context_window: Some(window),
        max_output_tokens: Some(output_limit),
        abilities: Some(abilities),
        ..Model::default()
    }
}
