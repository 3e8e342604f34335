//! What OpenAI's model families take, told from a model's name (rules C7, C8).
//!
//! The same plugin serves compatible servers with models of their own. A name that is none of
//! OpenAI's, at a host that is not OpenAI's, therefore gets nothing that only OpenAI knows: plain
//! `max_tokens`, no cache key, no user id, and system messages in the middle of a conversation are
//! folded into a user message, since many chat templates refuse them there. Instructions always
//! go out in the role `system`: OpenAI reads it as `developer` for the models that want that.

use clasp_plugin::Target;
use clasp_plugin::chat::{OutputLimit, Profile, ReasoningParam};
use clasp_plugin::history::MidSystem;

/// Members of a request that clients of the OpenAI dialects may pass through.
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
const CHAT: Profile = Profile {
    mid_system: MidSystem::InPlace,
    strict_tools: true,
    cache_key: true,
    user: true,
    extra: EXTRA,
    ..Profile::COMPATIBLE
};

/// OpenAI's models that think first: no sampling, no stop sequences.
const THINKING: Profile = Profile {
    output_limit: OutputLimit::MaxCompletionTokens,
    sampling: false,
    stop_max: 0,
    audio: false,
    ..CHAT
};

/// The profile for a target.
pub(crate) fn profile(target: &Target) -> Profile {
    let name = target.model.strip_prefix("ft:").unwrap_or(&target.model);
    match family(name) {
        Some(Family::Chat) => CHAT,
        Some(Family::Gpt5Chat) => {
            Profile { output_limit: OutputLimit::MaxCompletionTokens, ..CHAT }
        }
        Some(Family::Series) => Profile {
            reasoning: ReasoningParam::Effort(&["low", "medium", "high"]),
            parallel_tools: false,
            ..THINKING
        },
        Some(Family::Gpt5 { efforts, tools_effort }) => {
            Profile { reasoning: ReasoningParam::Effort(efforts), tools_effort, ..THINKING }
        }
        None if is_openai(&target.base_url) => {
            Profile { output_limit: OutputLimit::MaxCompletionTokens, ..CHAT }
        }
        None => Profile::COMPATIBLE,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Family {
    /// `gpt-3.5`, `gpt-4`, `gpt-4o`, `gpt-4.1`, `chatgpt-…`
    Chat,
    /// `o1`, `o3`, `o4-mini`, …
    Series,
    /// `gpt-5-chat-latest` and its like: new limits, but no thinking.
    Gpt5Chat,
    /// `gpt-5` and later, with the efforts that they take. Since `gpt-5.2` Chat Completions takes
    /// tools together with effort `none` only; since `gpt-5.5` it has to be said.
    Gpt5 { efforts: &'static [&'static str], tools_effort: Option<&'static str> },
}

fn family(name: &str) -> Option<Family> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix));
    if starts(&["gpt-3.5", "gpt-4", "chatgpt-"]) {
        return Some(Family::Chat);
    }
    let mut characters = name.chars();
    if (characters.next(), characters.next().is_some_and(|digit| digit.is_ascii_digit()))
        == (Some('o'), true)
        && matches!(characters.next(), None | Some('-'))
    {
        return Some(Family::Series);
    }
    let version = name.strip_prefix("gpt-")?;
    let (major, rest) = version.split_once(['-', '.']).unwrap_or((version, ""));
    if major.parse::<u32>().ok()? < 5 {
        return None;
    }
    let dotted = version.as_bytes().get(major.len()) == Some(&b'.');
    let minor = rest.split('-').next().filter(|_| dotted).and_then(|minor| minor.parse().ok());
    let (minor, pro): (u32, bool) = (minor.unwrap_or(0), rest.split('-').any(|word| word == "pro"));
    if rest.split('-').any(|word| word == "chat") {
        return Some(Family::Gpt5Chat);
    }
    let efforts: &[&str] = match (major, minor) {
        ("5", 0) if pro => &["high"],
        _ if pro => &["medium", "high", "xhigh"],
        ("5", 0) => &["minimal", "low", "medium", "high"],
        ("5", 1) => &["none", "low", "medium", "high"],
        ("5", 2..=5) => &["none", "low", "medium", "high", "xhigh"],
        _ => &["none", "low", "medium", "high", "xhigh", "max"],
    };
    let tools_effort = (!pro && (major != "5" || minor >= 2)).then_some("none");
    Some(Family::Gpt5 { efforts, tools_effort })
}

fn is_openai(base_url: &str) -> bool {
    let rest = base_url.strip_prefix("https://").unwrap_or(base_url);
    rest.split(['/', ':']).next() == Some("api.openai.com")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn c07_families_are_told_by_name() {
        let series = Some(Family::Series);
        for name in ["o1", "o3-mini", "o4-mini-2025-04-16"] {
            assert_eq!(family(name), series, "{name}");
        }
        for name in ["gpt-4o", "gpt-4.1-mini", "chatgpt-4o-latest", "gpt-3.5-turbo"] {
            assert_eq!(family(name), Some(Family::Chat), "{name}");
        }
        assert_eq!(family("gpt-5-chat-latest"), Some(Family::Gpt5Chat));
        assert_eq!(family("gpt-5.2-chat-latest"), Some(Family::Gpt5Chat));
        let efforts = |name| match family(name) {
            Some(Family::Gpt5 { efforts, .. }) => efforts.to_vec(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(efforts("gpt-5"), ["minimal", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5-mini-2025-08-07"), ["minimal", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5-pro"), ["high"]);
        assert_eq!(efforts("gpt-5.1"), ["none", "low", "medium", "high"]);
        assert_eq!(efforts("gpt-5.4-mini"), ["none", "low", "medium", "high", "xhigh"]);
        assert!(matches!(family("gpt-5.1"), Some(Family::Gpt5 { tools_effort: None, .. })));
        assert!(matches!(family("gpt-5.6"), Some(Family::Gpt5 { tools_effort: Some("none"), .. })));
        for name in ["gpt-oss-120b", "openai/gpt-5", "llama3", "olmo", "o", "qwen3:8b", ""] {
            assert_eq!(family(name), None, "{name}");
        }
    }

    #[test]
    fn only_openai_itself_gets_what_only_it_knows() {
        let target = |base_url: &str, model: &str| Target {
            base_url: base_url.into(),
            model: model.into(),
            ..Target::default()
        };
        let here = profile(&target("http://127.0.0.1:8080/v1", "qwen3"));
        assert_eq!(here, Profile::COMPATIBLE);
        assert!(profile(&target("https://api.openai.com/v1", "new-model")).cache_key);
        assert!(!profile(&target("https://api.openai.com.example.net/v1", "new-model")).cache_key);
        assert!(profile(&target("http://127.0.0.1:8080/v1", "gpt-4o")).cache_key);
        assert!(!profile(&target("https://api.openai.com/v1", "ft:o3-mini:me::1")).sampling);
    }
}
