//! What the models of each vendor take, told from a model's name `vendor/model` (rules C5, C7, C8,
//! C9, C11). OpenRouter itself leaves out settings that a model does not know.

use clasp_plugin::chat::{Profile, ReasoningParam, Word};
use clasp_plugin::history::MidSystem;
use clasp_plugin::names::{Alphabet, NameRule};

/// Words for `reasoning.effort`, weakest first.
///
/// <https://openrouter.ai/docs/use-cases/reasoning-tokens>, as of 2026-11-21.
const EFFORTS: &[Word] = &["minimal", "low", "medium", "high", "xhigh"];

/// Members that clients of the OpenAI dialects may pass through.
const EXTRA: &[Word] = &[
    "debug",
    "frequency_penalty",
    "image_config",
    "logit_bias",
    "logprobs",
    "metadata",
    "min_p",
    "modalities",
    "models",
    "plugins",
    "prediction",
    "presence_penalty",
    "provider",
    "repetition_penalty",
    "route",
    "seed",
    "service_tier",
    "top_a",
    "top_logprobs",
    "trace",
    "transforms",
    "usage",
    "verbosity",
];

const COMMON: Profile = Profile {
    top_k: true,
    reasoning: ReasoningParam::Object(EFFORTS),
    reasoning_details: true,
    document_urls: true,
    strict_tools: true,
    user: true,
    extra: EXTRA,
    message_extra: &["name"],
    ..Profile::COMPATIBLE
};

/// The profile for a model.
pub(crate) fn profile(model: &str) -> Profile {
    // `~vendor/model-latest` goes on to the vendor's latest model.
    let vendor = model.trim_start_matches('~').split('/').next().unwrap_or_default();
    match vendor {
        // Vendors that cache up to a mark in the prompt.
        "anthropic" => Profile {
            cache_hints: true,
            call_ids: NameRule { alphabet: Alphabet::Word, min: 1, max: 64 },
            ..COMMON
        },
        "google" | "qwen" | "alibaba" => Profile { cache_hints: true, ..COMMON },
        "openai" => Profile { mid_system: MidSystem::InPlace, ..COMMON },
        "x-ai" => Profile { mid_system: MidSystem::InPlace, ..COMMON },
        "mistralai" => Profile {
            call_ids: NameRule { alphabet: Alphabet::Alphanumeric, min: 9, max: 9 },
            user_after_tool: false,
            ..COMMON
        },
        _ => COMMON,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c11_marks_go_to_vendors_that_have_them() {
        for (model, hints) in [
            ("anthropic/claude-sonnet-4.5", true),
            ("~anthropic/claude-latest", true),
            ("google/gemini-3-pro", true),
            ("openai/gpt-5", false),
            ("anthropic-like/x", false),
            ("", false),
        ] {
            assert_eq!(profile(model).cache_hints, hints, "{model}");
        }
    }
}
