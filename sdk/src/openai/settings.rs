//! What an operator sets for OpenAI's models, and which of the two APIs a model is asked by.

use serde_json::Value;

use super::family::{Family, family};
use crate::responses::{Options, Summary};
use crate::types::Target;

/// The settings, read from [`Target::config`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The API for all models that [`models`](Self::models) does not name.
    pub api: Api,
    /// Names with `*` for any characters, and the API for them. The first that fits counts.
    pub models: Vec<(String, Api)>,
    /// What Responses is asked with.
    pub options: Options,
}

/// Which API a model is asked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Api {
    /// Responses for OpenAI's thinking models, Chat Completions for all others.
    #[default]
    Auto,
    /// Chat Completions.
    Chat,
    /// Responses.
    Responses,
}

impl Api {
    fn named(name: &Value) -> Self {
        match name.as_str() {
            Some("chat") => Self::Chat,
            Some("responses") => Self::Responses,
            _ => Self::Auto,
        }
    }
}

impl Settings {
    /// Reads the settings, which the host has checked against the schema.
    pub fn read(target: &Target) -> Self {
        let config: Value = serde_json::from_str(&target.config).unwrap_or_default();
        let models = config.get("models").and_then(Value::as_object);
        let models = models.into_iter().flatten();
        let threshold = config.get("compact-threshold").and_then(Value::as_u64);
        Self {
            api: config.get("api").map(Api::named).unwrap_or_default(),
            models: models.map(|(name, api)| (name.clone(), Api::named(api))).collect(),
            options: Options {
                summary: config.get("reasoning-summary").map(summary).unwrap_or_default(),
                session: config.get("session").and_then(Value::as_bool).unwrap_or_default(),
                compact_threshold: threshold.and_then(|tokens| u32::try_from(tokens).ok()),
            },
        }
    }

    /// The API for `model`, never [`Api::Auto`].
    pub fn api(&self, model: &str) -> Api {
        let named = self.models.iter().find(|(pattern, _)| fits(pattern, model));
        match named.map_or(self.api, |(_, api)| *api) {
            Api::Auto => match family(model) {
                Some(Family::Series | Family::Gpt5 { .. }) => Api::Responses,
                Some(Family::Chat | Family::Gpt5Chat) | None => Api::Chat,
            },
            api => api,
        }
    }
}

fn summary(name: &Value) -> Summary {
    match name.as_str() {
        Some("concise") => Summary::Concise,
        Some("detailed") => Summary::Detailed,
        Some("none") => Summary::None,
        _ => Summary::Auto,
    }
}

/// Whether `name` is what `pattern` says, `*` standing for any characters.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(before) else { return false };
    let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.any(|at| rest.get(at..).is_some_and(|rest| fits(after, rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_is_chosen_by_model_and_by_settings() {
        let read =
            |config: &str| Settings::read(&Target { config: config.into(), ..Target::default() });
        let auto = read("{}");
        for name in ["gpt-5", "gpt-5.3-codex", "o3", "o4-mini", "codex-mini-latest", "gpt-6"] {
            assert_eq!(auto.api(name), Api::Responses, "{name}");
        }
        for name in ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "gpt-oss-120b", "qwen3", ""] {
            assert_eq!(auto.api(name), Api::Chat, "{name}");
        }
        let set = read(r#"{"api":"chat","models":{"*-codex":"responses","gpt-5*":"auto"}}"#);
        assert_eq!(set.api("my-codex"), Api::Responses);
        assert_eq!(set.api("gpt-5-mini"), Api::Responses);
        assert_eq!(set.api("o3"), Api::Chat);
    }

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*", "a", true),
            ("*b*d", "abcd", true),
            ("*b*d", "abcde", false),
            ("*", "", true),
            ("é*", "éa", true),
        ] {
            assert_eq!(fits(pattern, name), expected, "{pattern} {name}");
        }
    }
}
