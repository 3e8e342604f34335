//! State that makes the provider's items whole again in the next request (rule C9). It goes back
//! only to the host that made it (rule C10): no other can read what is encrypted in it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One piece of state: a JSON object with `at` and one of the other members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept<'a> {
    /// The host that made it.
    #[serde(borrow)]
    pub(crate) at: Cow<'a, str>,
    /// What a reasoning item holds besides the text that the client keeps.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning: Option<Reasoning<'a>>,
    /// A whole item that the client sees nothing of.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<&'a RawValue>,
    /// The phase of the message that comes next.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) phase: Option<Cow<'a, str>>,
    /// The answer that this turn is, where the provider keeps the conversation.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    pub(crate) answer: Option<Stored<'a>>,
}

/// Of a reasoning item.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Reasoning<'a> {
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    pub(crate) id: Cow<'a, str>,
    #[serde(borrow, skip_serializing_if = "str::is_empty")]
    pub(crate) encrypted: Cow<'a, str>,
    /// Bytes of each part, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parts: Vec<usize>,
    /// The text is the reasoning itself, not a summary.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) raw: bool,
}

/// An answer that the provider keeps.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Stored<'a> {
    #[serde(borrow)]
    pub(crate) id: Cow<'a, str>,
    /// Stands for all that was sent for it.
    #[serde(borrow)]
    pub(crate) sum: Cow<'a, str>,
}

impl<'a> Kept<'a> {
    /// Reads state; none when another host made it.
    pub(crate) fn read(state: &'a str, host: &str) -> Option<Self> {
        if state.is_empty() {
            return None;
        }
        if !state.starts_with('{') {
            // A client of the vendor's own API: what is encrypted, and nothing else.
            let reasoning = Reasoning { encrypted: state.into(), ..Reasoning::default() };
            return Some(Self { reasoning: Some(reasoning), ..Self::default() });
        }
        serde_json::from_str(state).ok().filter(|kept: &Self| kept.at == host)
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl Reasoning<'_> {
    /// The parts of the item's text.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut rest = text;
        if text.is_empty() {
            return parts;
        }
        for length in &self.parts {
            let Some((part, tail)) = rest.split_at_checked(*length) else { return vec![text] };
            parts.push(part);
            rest = tail.strip_prefix(JOINT).unwrap_or(tail);
        }
        if parts.is_empty() || !rest.is_empty() { vec![text] } else { parts }
    }
}

/// What stands between the parts of a thought.
pub(crate) const JOINT: &str = "\n\n";

/// The host of a URL, without port.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}
