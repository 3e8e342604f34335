//! JSON Schemas of tools, brought into the form that OpenAI takes, with their text otherwise
//! unchanged, so that a prompt's cached prefix stays the same (rules C4, C11).

mod alternatives;
mod convert;
mod emit;
mod flatten;
mod notes;
mod reference;
mod subset;
#[cfg(test)]
mod tests;
mod types;
mod union;
mod values;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub use self::convert::{Converted, convert};
pub use self::subset::Subset;

/// A schema for a tool's arguments as OpenAI takes it, without `strict`: `type` is `object`,
/// `properties` are there, and `anyOf`, `oneOf`, `allOf`, `enum` and `not` do not stand at the top.
///
/// What is right already comes back as it is; the second value says what was repaired.
pub fn for_tool(schema: &str) -> (Cow<'_, str>, Option<&'static str>) {
    if is_arguments(schema) {
        return (Cow::Borrowed(schema), None);
    }
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(schema) else {
        return (Cow::Borrowed(EMPTY), Some("the schema is no object, any arguments are taken"));
    };
    let mut repaired = "type and properties were added";
    if COMBINATORS.iter().any(|word| members.contains_key(*word)) {
        merge(&mut members);
        repaired = "alternatives at the top were merged into one object";
    }
    members.insert("type".into(), "object".into());
    if !members.get("properties").is_some_and(Value::is_object) {
        members.insert("properties".into(), Value::Object(Map::new()));
    }
    (Cow::Owned(Value::Object(members).to_string()), Some(repaired))
}

/// Whether the top is an object with properties, and without alternatives.
fn is_arguments(schema: &str) -> bool {
    let top = members(schema);
    let has = |name: &str| top.iter().any(|(key, _)| *key == name);
    top.iter().any(|(key, value)| *key == "type" && *value == "\"object\"")
        && has("properties")
        && !COMBINATORS.iter().any(|name| has(name))
}

/// Whether a schema keeps to the subset that `strict` asks for: each object closed, all its
/// properties required, and no words outside the subset.
///
/// <https://platform.openai.com/docs/guides/structured-outputs>, as of 2026-11-21.
pub fn qualifies_as_strict(schema: &str) -> bool {
    serde_json::from_str::<Value>(schema).is_ok_and(|schema| {
        schema.get("type").and_then(Value::as_str) == Some("object")
            && schema.get("anyOf").is_none()
            && strict(&schema)
    })
}

const EMPTY: &str = r#"{"type":"object","properties":{}}"#;

const COMBINATORS: &[&str] = &["anyOf", "oneOf", "allOf", "enum", "not"];

/// Words that no strict schema may hold.
const NOT_STRICT: &[&str] = &[
    "allOf",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxProperties",
    "minProperties",
    "not",
    "oneOf",
    "patternProperties",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "uniqueItems",
];

fn strict(schema: &Value) -> bool {
    let Value::Object(members) = schema else { return false };
    if NOT_STRICT.iter().any(|word| members.contains_key(*word)) {
        return false;
    }
    let is_object = match members.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => members.contains_key("properties"),
    };
    if is_object && !closed(members) {
        return false;
    }
    members.iter().all(|(word, value)| match (word.as_str(), value) {
        ("properties" | "$defs" | "definitions", Value::Object(inner)) => {
            inner.values().all(strict)
        }
        ("items", inner) => strict(inner),
        ("anyOf", Value::Array(inner)) => inner.iter().all(strict),
        _ => true,
    })
}

/// No further properties, and each one required.
fn closed(members: &Map<String, Value>) -> bool {
    let none = Map::new();
    let properties = members.get("properties").and_then(Value::as_object).unwrap_or(&none);
    let required = members.get("required").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    members.get("additionalProperties") == Some(&Value::Bool(false))
        && required.len() == properties.len()
        && required.iter().filter_map(Value::as_str).all(|name| properties.contains_key(name))
}

/// Merges alternatives at the top into one object: all their properties, and of the required ones
/// those that every alternative asks for (`allOf`: any).
fn merge(members: &mut Map<String, Value>) {
    let mut properties = take_object(members.shift_remove("properties"));
    let mut required = take_names(members.shift_remove("required"));
    members.shift_remove("enum");
    members.shift_remove("not");
    for word in ["allOf", "anyOf", "oneOf"] {
        let Some(Value::Array(alternatives)) = members.shift_remove(word) else { continue };
        let mut common: Option<Vec<String>> = None;
        for alternative in alternatives {
            let Value::Object(mut alternative) = alternative else { continue };
            if word != "allOf" && alternative.get("type").is_some_and(|name| name != "object") {
                continue;
            }
            for (name, schema) in take_object(alternative.shift_remove("properties")) {
                properties.entry(name).or_insert(schema);
            }
            let names = take_names(alternative.shift_remove("required"));
            common = Some(match common {
                None => names,
                Some(known) if word == "allOf" => known.into_iter().chain(names).collect(),
                Some(known) => known.into_iter().filter(|name| names.contains(name)).collect(),
            });
        }
        required.extend(common.unwrap_or_default());
    }
    let mut unique = Vec::new();
    for name in required {
        if properties.contains_key(&name) && !unique.contains(&name) {
            unique.push(name);
        }
    }
    members.insert("properties".into(), Value::Object(properties));
    if !unique.is_empty() {
        members.insert("required".into(), unique.into());
    }
}

fn take_object(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn take_names(value: Option<Value>) -> Vec<String> {
    let Some(Value::Array(names)) = value else { return Vec::new() };
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The members of an object's JSON text, names as written, values unread.
fn members(json: &str) -> Vec<(&str, &str)> {
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let (mut depth, mut index) = (0_u32, 0);
    let (mut name, mut value_from) = (None, None);
    while let Some(&byte) = bytes.get(index) {
        match byte {
            b'"' => {
                let end = string_end(bytes, index);
                if depth == 1 && name.is_none() {
                    name = json.get(index + 1..end.saturating_sub(1));
                }
                index = end;
                continue;
            }
            b':' if depth == 1 && value_from.is_none() => value_from = Some(index + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' => {
                if depth == 1
                    && byte != b']'
                    && let (Some(name), Some(from)) = (name.take(), value_from.take())
                {
                    found.push((name, json.get(from..index).unwrap_or_default().trim()));
                }
                depth = depth.saturating_sub(u32::from(byte != b','));
            }
            _ => {}
        }
        index += 1;
    }
    found
}

/// The index after the string that starts at `from`.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut index = from + 1;
    loop {
        match bytes.get(index) {
            None => return bytes.len(),
            Some(b'"') => return index + 1,
            Some(b'\\') => index += 2,
            Some(_) => index += 1,
        }
    }
}
