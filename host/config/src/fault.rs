//! What is wrong with the settings: what, where, and how to put it right.

use std::fmt;

use crate::origin::Origin;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where; none: what is wrong is that nothing was set.
    pub origin: Option<Origin>,
    /// What, in one sentence without secrets.
    pub what: String,
    /// How to put it right.
    pub fix: String,
}

impl Fault {
    /// Something that was set, at `origin`.
    pub fn at(origin: Origin, what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { origin: Some(origin), what: what.into(), fix: fix.into() }
    }

    /// Something that is missing.
    pub fn missing(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { origin: None, what: what.into(), fix: fix.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = &self.origin {
            write!(formatter, "{origin}: ")?;
        }
        write!(formatter, "{}; {}", self.what, self.fix)
    }
}

impl std::error::Error for Fault {}

/// Longer words are compared with nothing.
const LONGEST: usize = 100;

/// The candidate that is most like `word`, if any is like enough to be meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let most = (word.len() / 4).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
