//! What an operator sets for OpenAI's models, and which of the two APIs a model is asked by.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::family::{Family, family};
use crate::failure;
use crate::responses::{Options, Summary};
use crate::types::{Failure, FailureKind, Target};

/// The settings, read from [`Target::config`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct Settings {
    /// The API for all models that [`models`](Self::models) does not name.
    pub api: Api,
    /// Names with `*` for any characters, and the API for them. The first that fits counts.
    pub models: Map<String, Value>,
    /// How much of its thinking a model is asked to tell.
    pub reasoning_summary: Summary,
    /// The provider keeps the conversation, and only what is new is sent.
    pub session: bool,
    /// Tokens of a prompt above which the provider compacts it.
    pub compact_threshold: Option<u32>,
}

/// Which API a model is asked by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// Responses for OpenAI's thinking models, Chat Completions for all others.
    #[default]
    Auto,
    /// Chat Completions.
    Chat,
    /// Responses.
    Responses,
}

impl Settings {
    /// Reads the settings.
    ///
    /// # Errors
    /// Settings that are no such document; the host has checked them against the schema.
    pub fn read(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config).map_err(|error| {
            let what = format!("the provider's settings cannot be read: {error}");
            failure::new(FailureKind::Unsupported, what)
        })
    }

    /// The API for `model`, never [`Api::Auto`].
    pub fn api(&self, model: &str) -> Api {
        let named = self.models.iter().find(|(pattern, _)| fits(pattern, model));
        let named = named.and_then(|(_, api)| Api::deserialize(api).ok());
        match named.unwrap_or(self.api) {
            Api::Auto => match family(model) {
                Some(Family::Series | Family::Gpt5 { .. }) => Api::Responses,
                Some(Family::Chat | Family::Gpt5Chat) | None => Api::Chat,
            },
            api => api,
        }
    }

    /// What of them Responses is asked with.
    pub fn options(&self) -> Options {
        Options {
            summary: self.reasoning_summary,
            session: self.session,
            compact_threshold: self.compact_threshold,
        }
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
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_api_is_chosen_by_model_and_by_settings() {
        let read = |config: &str| {
            Settings::read(&Target { config: config.into(), ..Target::default() }).unwrap()
        };
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
        let odd = Target { config: r#"{"api":"telex"}"#.into(), ..Target::default() };
        assert!(Settings::read(&odd).is_err());
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
