//! What Gemini's model families take, told from a model's name (rules C7, C8, C9).
//!
//! <https://ai.google.dev/gemini-api/docs/thinking>,
//! <https://ai.google.dev/gemini-api/docs/thought-signatures> and the models' own pages, as of
//! 2026-11-21.

use super::Service;

/// A model's family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Family {
    version: (u32, u32),
    /// How its thinking is steered.
    pub(crate) thinking: Thinking,
}

/// How thinking is steered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// Not at all.
    None,
    /// By a budget of tokens.
    Budget {
        /// The fewest, apart from none.
        min: u32,
        /// The most.
        max: u32,
        /// It can be turned off.
        off: bool,
    },
    /// By one of these levels, weakest first.
    Level(&'static [&'static str]),
}

const ALL: &[&str] = &["minimal", "low", "medium", "high"];
const THINKS: &[&str] = &["low", "medium", "high"];
const TWO: &[&str] = &["low", "high"];

impl Family {
    /// The family of a model. What is no Gemini model of a known kind is never asked to think.
    pub(crate) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or(model);
        let words: Vec<&str> = name.split('-').collect();
        let has = |word: &str| words.contains(&word);
        let version = match words.as_slice() {
            ["gemini", .., "latest"] => Some(LATEST),
            ["gemini", number, ..] => version(number),
            _ => None,
        };
        let Some(version) = version else {
            return Self { version: (0, 0), thinking: Thinking::None };
        };
        let speaks = ["image", "tts", "audio", "live", "embedding"].iter().any(|word| has(word));
        let thinking = match version {
            _ if speaks => Thinking::None,
            (2, 5) if has("pro") => Thinking::Budget { min: 128, max: 32_768, off: false },
            (2, 5) if has("lite") => Thinking::Budget { min: 512, max: 24_576, off: true },
            (2, 5) => Thinking::Budget { min: 1, max: 24_576, off: true },
            (0..=2, _) => Thinking::None,
            LATEST => Thinking::Level(THINKS),
            (3, 0) if has("pro") => Thinking::Level(TWO),
            _ if has("pro") => Thinking::Level(THINKS),
            (3, 0..=6) => Thinking::Level(ALL),
            _ if has("lite") => Thinking::Level(ALL),
            _ => Thinking::Level(THINKS),
        };
        Self { version, thinking }
    }

    /// Calls have ids and thought signatures, and are refused without a signature.
    pub(crate) fn signs(&self) -> bool {
        self.version >= (3, 0)
    }

    /// The results of functions may hold images and PDFs.
    pub(crate) fn media_in_results(&self) -> bool {
        self.version >= (3, 0)
    }

    /// Google's own tools work beside functions.
    pub(crate) fn mixes_tools(&self) -> bool {
        self.version >= (3, 0)
    }

    /// The form of an answer can be set beside tools.
    pub(crate) fn forms_beside_tools(&self) -> bool {
        self.version >= (3, 0)
    }

    /// Probabilities of tokens are told. Vertex AI alone does so.
    pub(crate) fn tells_probabilities(&self, service: Service) -> bool {
        service == Service::Vertex && self.version < (3, 5)
    }

    /// Penalties for repetition are taken.
    pub(crate) fn takes_penalties(&self) -> bool {
        self.version < (3, 5)
    }
}

/// An alias such as `gemini-flash-latest`, which names no version.
const LATEST: (u32, u32) = (u32::MAX, 0);

fn version(number: &str) -> Option<(u32, u32)> {
    let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c08_thinking_is_told_by_the_name() {
        let thinking = |name| Family::of(name).thinking;
        for name in ["gemini-2.5-pro", "gemini-2.5-pro-preview-05-06", "models/gemini-2.5-pro"] {
            assert_eq!(thinking(name), Thinking::Budget { min: 128, max: 32_768, off: false });
        }
        let flash = Thinking::Budget { min: 1, max: 24_576, off: true };
        assert_eq!(thinking("gemini-2.5-flash"), flash);
        let lite = Thinking::Budget { min: 512, max: 24_576, off: true };
        assert_eq!(thinking("gemini-2.5-flash-lite"), lite);
        assert_eq!(thinking("gemini-3-pro-preview"), Thinking::Level(TWO));
        for name in ["gemini-3.1-pro-preview", "gemini-3.7-flash", "gemini-flash-latest"] {
            assert_eq!(thinking(name), Thinking::Level(THINKS), "{name}");
        }
        for name in ["gemini-3-flash-preview", "gemini-3.1-flash-lite", "gemini-3.6-flash"] {
            assert_eq!(thinking(name), Thinking::Level(ALL), "{name}");
        }
        let none = ["gemini-2.0-flash", "gemini-1.5-pro", "gemma-4", "gemini-2.5-flash-image", ""];
        for name in none {
            assert_eq!(thinking(name), Thinking::None, "{name}");
        }
    }

    #[test]
    fn c09_signatures_are_asked_for_since_3() {
        for name in ["gemini-3-pro-preview", "gemini-3.8-flash", "gemini-pro-latest"] {
            assert!(Family::of(name).signs(), "{name}");
        }
        for name in ["gemini-2.5-pro", "learnlm-2.0", "tunedModels/mine-3"] {
            assert!(!Family::of(name).signs(), "{name}");
        }
    }
}
