//! Follows references inside one schema; a reference into itself is followed a few times, then
//! opened (rule C4).

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::convert::Converter;
use super::flatten::weigh;
use crate::types::Change;

/// How often one definition is put into itself.
const ROUNDS: usize = 2;

impl Converter<'_> {
    /// Remembers that names below belong to another document than the schema's own.
    pub(super) fn base(&mut self, words: &Map<String, Value>) {
        let id = |words: &Map<String, Value>| {
            let id = words.get("$id").or_else(|| words.get("id"))?.as_str()?.to_owned();
            (!id.starts_with('#')).then_some(id)
        };
        if let Some(own) = id(words)
            && self.root.as_object().and_then(id).as_deref() != Some(own.as_str())
        {
            self.foreign = true;
        }
    }

    /// A copy of what a reference names; nothing if it is unknown or followed often enough.
    pub(super) fn resolve(&mut self, word: &str, reference: &Value) -> Option<Value> {
        let Some(reference) = reference.as_str() else {
            self.notes.add(Change::Dropped, word, "this is no reference");
            return None;
        };
        let target = if self.foreign { None } else { find(self.root, reference) };
        let Some(target) = target else {
            let detail = "what it names is not part of the schema; any value is taken";
            self.notes.add(Change::Dropped, word, detail);
            return None;
        };
        let rounds = self.followed.iter().filter(|known| known.as_str() == reference).count();
        let weight = weigh(target);
        if rounds >= ROUNDS || weight > self.copies {
            let detail = if rounds >= ROUNDS {
                "it goes on without end; it is written out twice, then left open"
            } else {
                "the schema grows too large; it is left open here"
            };
            self.notes.add(Change::Dropped, word, detail);
            return open(target);
        }
        self.copies -= weight;
        self.followed.push(reference.to_owned());
        Some(target.clone())
    }
}

/// A schema without its inside.
fn open(target: &Value) -> Option<Value> {
    let name = target.get("type")?.as_str()?;
    let description = target.get("description").and_then(Value::as_str);
    Some(match description.filter(|text| text.len() <= 200) {
        Some(text) => json!({ "type": name, "description": text }),
        None => json!({ "type": name }),
    })
}

fn find<'r>(root: &'r Value, reference: &str) -> Option<&'r Value> {
    let id = |value: &'r Value| value.get("$id").or_else(|| value.get("id"))?.as_str();
    let fragment = match reference.split_once('#') {
        None => return definitions(root).find(|known| id(known) == Some(reference)),
        Some(("", fragment)) => fragment,
        Some((document, fragment)) if id(root) == Some(document) => fragment,
        Some(_) => return None,
    };
    let fragment = decode(fragment);
    if fragment.is_empty() || fragment.starts_with('/') {
        return root.pointer(&fragment);
    }
    let anchor = |value: &'r Value| {
        let named = |word: &str| value.get(word).and_then(Value::as_str);
        named("$anchor") == Some(&fragment)
            || named("$dynamicAnchor") == Some(&fragment)
            || id(value).and_then(|id| id.strip_prefix('#')) == Some(&*fragment)
    };
    std::iter::once(root).chain(definitions(root)).find(|known| anchor(known))
}

fn definitions(root: &Value) -> impl Iterator<Item = &Value> {
    ["$defs", "definitions"]
        .into_iter()
        .filter_map(|word| root.get(word)?.as_object())
        .flat_map(Map::values)
}

/// Percent signs, as in a URI's fragment.
fn decode(fragment: &str) -> Cow<'_, str> {
    if !fragment.contains('%') {
        return Cow::Borrowed(fragment);
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let code = (byte == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = after.get(2..).unwrap_or_default();
            }
            None => bytes.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
