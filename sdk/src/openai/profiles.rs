//! The ways of OpenAI's models as profiles of the two APIs.
//!
//! The same plugin serves compatible servers with models of their own. A name that is none of
//! OpenAI's, at a host that is not OpenAI's, therefore gets nothing that only OpenAI knows: plain
//! `max_tokens`, no cache key, no user id, and system messages in the middle of a conversation are
//! folded into a user message, since many chat templates refuse them there. Over Chat Completions
//! instructions always go out in the role `system`: OpenAI reads it as `developer` for the models
//! that want that.

use super::either::Profiles;
use super::family::{Family, family};
use crate::chat::{self, OutputLimit, ReasoningParam};
use crate::history::MidSystem;
use crate::responses::{self, Thinks, host_of};

/// Members of a Chat Completions request that clients of the OpenAI dialects may pass through.
const EXTRA: &[&str] = &[
    "audio",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "metadata",
    "modalities",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "seed",
    "service_tier",
    "store",
    "top_logprobs",
    "verbosity",
    "web_search_options",
];

/// OpenAI's models that answer at once.
const CHAT: chat::Profile = chat::Profile {
    mid_system: MidSystem::InPlace,
    strict_tools: true,
    cache_key: true,
    user: true,
    extra: EXTRA,
    message_extra: &["audio", "name"],
    ..chat::Profile::COMPATIBLE
};

/// OpenAI's models that think first: no sampling, no stop sequences.
const THINKING: chat::Profile = chat::Profile {
    output_limit: OutputLimit::MaxCompletionTokens,
    sampling: false,
    stop_max: 0,
    audio: false,
    ..CHAT
};

/// Efforts of the series whose names begin with `o`.
const SERIES: &[&str] = &["low", "medium", "high"];

/// OpenAI's models over Responses.
const RESPONSES: responses::Profile = responses::Profile {
    system_role: "developer",
    mid_system: MidSystem::InPlace,
    in_results: responses::IMAGES_AND_DOCUMENTS,
    strict_tools: true,
    web_search: true,
    cache_key: true,
    user: Some("safety_identifier"),
    extra: RESPONSES_EXTRA,
    ..responses::Profile::COMPATIBLE
};

/// Members of a Responses request that clients of that dialect may pass through.
const RESPONSES_EXTRA: &[&str] = &[
    "max_tool_calls",
    "metadata",
    "prompt_cache_retention",
    "safety_identifier",
    "service_tier",
    "top_logprobs",
    "truncation",
    "verbosity",
];

/// How `model` at `base_url` speaks the two APIs.
pub fn profiles(base_url: &str, model: &str) -> Profiles {
    let chat = chat_profile(base_url, model);
    Profiles { chat, responses: responses_profile(base_url, model) }
}

fn chat_profile(base_url: &str, model: &str) -> chat::Profile {
    match family(model) {
        Some(Family::Chat) => CHAT,
        Some(Family::Gpt5Chat) => {
            chat::Profile { output_limit: OutputLimit::MaxCompletionTokens, ..CHAT }
        }
        Some(Family::Series) => chat::Profile {
            reasoning: ReasoningParam::Effort(SERIES),
            parallel_tools: false,
            ..THINKING
        },
        Some(Family::Gpt5 { efforts, tools_effort }) => {
            chat::Profile { reasoning: ReasoningParam::Effort(efforts), tools_effort, ..THINKING }
        }
        None if is_openai(base_url) => {
            chat::Profile { output_limit: OutputLimit::MaxCompletionTokens, ..CHAT }
        }
        None => chat::Profile::COMPATIBLE,
    }
}

fn responses_profile(base_url: &str, model: &str) -> responses::Profile {
    let thinking = |thinks| responses::Profile { thinks, sampling: false, ..RESPONSES };
    match family(model) {
        Some(Family::Chat | Family::Gpt5Chat) => {
            responses::Profile { thinks: Thinks::Never, ..RESPONSES }
        }
        Some(Family::Series) => {
            responses::Profile { parallel_tools: false, ..thinking(Thinks::Always(SERIES)) }
        }
        Some(Family::Gpt5 { efforts, .. }) => thinking(Thinks::Always(efforts)),
        None if is_openai(base_url) => RESPONSES,
        None => responses::Profile::COMPATIBLE,
    }
}

/// Whether a model has a name of OpenAI's.
pub fn is_openai_model(model: &str) -> bool {
    family(model).is_some()
}

/// Whether this is OpenAI's own host.
pub(super) fn is_openai(base_url: &str) -> bool {
    base_url.starts_with("https://") && host_of(base_url) == "api.openai.com"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_openai_itself_gets_what_only_it_knows() {
        let here = chat_profile("http://127.0.0.1:8080/v1", "qwen3");
        assert_eq!(here, chat::Profile::COMPATIBLE);
        assert!(chat_profile("https://api.openai.com/v1", "new-model").cache_key);
        assert!(!chat_profile("https://api.openai.com.example.net/v1", "new-model").cache_key);
        assert!(chat_profile("http://127.0.0.1:8080/v1", "gpt-4o").cache_key);
        assert!(!chat_profile("https://api.openai.com/v1", "ft:o3-mini:me::1").sampling);
        let here = responses_profile("http://127.0.0.1:8080/v1", "qwen3");
        assert_eq!(here, responses::Profile::COMPATIBLE);
        assert!(responses_profile("https://api.openai.com/v1", "new-model").web_search);
    }
}
