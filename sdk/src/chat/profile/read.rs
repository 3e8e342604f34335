//! Reads a profile's members.
//!
//! A profile is read in an instance that serves one exchange and is dropped with it, so its texts
//! may live as long as that instance: they are leaked, and a profile stays plain data.

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{Members, ReasoningMembers, ReasoningParam};

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    String::deserialize(deserializer).map(keep)
}

pub(super) fn optional<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<&'static str>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(keep))
}

pub(super) fn texts<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<&'static [&'static str], D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    Ok(Vec::leak(texts.into_iter().map(keep).collect()))
}

/// Members with their values as JSON.
pub(super) fn members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
    pairs(deserializer, |value| value.to_string())
}

/// Names with other names.
pub(super) fn renamed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
    pairs(deserializer, |value| value.as_str().unwrap_or_default().to_owned())
}

pub(super) fn reasoning<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<ReasoningParam, D::Error> {
    let members = Option::<ReasoningMembers>::deserialize(deserializer)?;
    Ok(members.map_or(ReasoningParam::None, ReasoningParam::Members))
}

fn pairs<'de, D: Deserializer<'de>>(
    deserializer: D,
    value: impl Fn(&Value) -> String,
) -> Result<Members, D::Error> {
    let object = Map::<String, Value>::deserialize(deserializer)?;
    let pairs = object.into_iter().map(|(name, inner)| (keep(name), keep(value(&inner))));
    Ok(Vec::leak(pairs.collect()))
}

fn keep(text: String) -> &'static str {
    String::leak(text)
}
