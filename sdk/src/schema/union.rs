//! Alternatives where a vendor takes them only alone, or not at all (rule C4).

use serde_json::{Map, Value, json};

use super::alternatives::take_descriptions;
use super::convert::Converter;
use super::flatten::{HEAVY, names, weigh};
use super::notes::Hints;
use super::types::Types;
use crate::types::Change;

impl Converter<'_> {
    /// A schema with `anyOf` or `oneOf`.
    pub(super) fn union(&mut self, mut words: Map<String, Value>, depth: usize) -> Option<Value> {
        let described = take_descriptions(&mut words);
        let mut unions = Vec::new();
        for word in ["anyOf", "oneOf"] {
            match words.shift_remove(word) {
                Some(Value::Array(branches)) if !branches.is_empty() => {
                    unions.push((word, branches));
                }
                Some(_) => self.notes.add(Change::Dropped, word, "this is no list of schemas"),
                None => {}
            }
        }
        // The second one goes into each alternative of the first.
        if unions.len() == 2
            && let Some((word, second)) = unions.pop()
        {
            words.insert(word.into(), Value::Array(second));
        }
        let Some((word, branches)) = unions.pop() else {
            words.extend(described);
            return self.words(words, depth);
        };
        let heavy = !words.is_empty()
            && weigh(&Value::Object(words.clone())).saturating_mul(branches.len()) > HEAVY;
        if heavy || !self.subset.takes("anyOf") {
            words.extend(described);
            let merged = self.merge(words, word, branches, depth);
            return self.words(merged, depth);
        }
        if word == "oneOf" {
            self.notes.add(Change::Renamed, word, "anyOf: more than one may hold");
        }
        let mut converted = Vec::new();
        let before = branches.len();
        for (index, branch) in branches.into_iter().enumerate() {
            let inside = self.notes.enter_index(word, index);
            let branch =
                if words.is_empty() { branch } else { json!({ "allOf": [words.clone(), branch] }) };
            converted.extend(self.schema(branch, depth + 1));
            self.notes.leave(inside);
        }
        if converted.is_empty() {
            return None;
        }
        if converted.len() < before {
            self.notes.add(Change::Dropped, word, "an alternative that nothing satisfies");
        }
        Some(self.alternatives(converted, false, described))
    }

    /// One schema that takes what any of the alternatives takes, beside `words`.
    pub(super) fn merge(
        &mut self,
        mut words: Map<String, Value>,
        word: &str,
        branches: Vec<Value>,
        depth: usize,
    ) -> Map<String, Value> {
        let declared = if depth == 0 && self.subset.arguments {
            Types::named("object").unwrap_or(Types::ALL)
        } else {
            Types::declared(&words)
        };
        self.notes.add(Change::Repaired, word, "alternatives were merged into one schema");
        let branches = Value::Array(branches);
        let mut hints = Hints::default();
        hints.add(word, &branches);
        let text = words.get("description").and_then(Value::as_str);
        if let Some(text) = hints.describe(text) {
            words.insert("description".into(), text.into());
        }
        let Value::Array(branches) = branches else { return words };
        let mut flat = Vec::new();
        for branch in branches {
            let Some(mut branch) = self.flatten(branch) else { continue };
            for inner in ["anyOf", "oneOf"] {
                if let Some(Value::Array(branches)) = branch.shift_remove(inner)
                    && depth < 8
                {
                    branch = self.merge(branch, inner, branches, depth + 1);
                }
            }
            if !Types::declared(&branch).both(declared).is_empty() {
                flat.push(branch);
            }
        }
        let mut merged = common(&flat);
        let types = flat
            .iter()
            .map(|branch| {
                branch.get("enum").and_then(Value::as_array).map_or_else(
                    || Types::declared(branch),
                    |values| Types::declared(branch).both(Types::of_all(values)),
                )
            })
            .reduce(Types::either)
            .unwrap_or(Types::ALL);
        if types != Types::ALL {
            merged.insert("type".into(), names(types));
        }
        let known = words.get("properties").and_then(Value::as_object);
        let properties =
            properties(&flat, |name| known.is_some_and(|known| known.contains_key(name)));
        if !properties.is_empty() {
            merged.insert("properties".into(), Value::Object(properties));
        }
        self.flatten(json!({ "allOf": [words.clone(), merged] })).unwrap_or(words)
    }
}

/// The words that all of them have: equal ones, required names, values.
fn common(branches: &[Map<String, Value>]) -> Map<String, Value> {
    let mut merged = Map::new();
    let Some((first, others)) = branches.split_first() else { return merged };
    for (word, value) in first {
        let others: Option<Vec<&Value>> = others.iter().map(|branch| branch.get(word)).collect();
        let Some(others) = others else { continue };
        let value = match (word.as_str(), value) {
            ("type" | "properties", _) => continue,
            ("required", Value::Array(names)) => names
                .iter()
                .filter(|name| {
                    others
                        .iter()
                        .all(|other| other.as_array().is_some_and(|names| names.contains(name)))
                })
                .cloned()
                .collect(),
            ("enum", Value::Array(values)) => {
                let mut values = values.clone();
                for value in others.iter().filter_map(|other| other.as_array()).flatten() {
                    if !values.contains(value) {
                        values.push(value.clone());
                    }
                }
                Value::Array(values)
            }
            _ if others.iter().all(|other| *other == value) => value.clone(),
            _ => continue,
        };
        merged.insert(word.clone(), value);
    }
    merged
}

/// All properties; one that several name takes what any of them takes.
fn properties(branches: &[Map<String, Value>], known: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut merged: Map<String, Value> = Map::new();
    let mut said: Map<String, Value> = Map::new();
    for (name, schema) in
        branches.iter().filter_map(|branch| branch.get("properties")?.as_object()).flatten()
    {
        match said.entry(name.clone()).or_insert_with(|| json!([])) {
            Value::Array(schemas) => schemas.push(schema.clone()),
            _ => continue,
        }
    }
    for (name, schemas) in said {
        let Value::Array(mut schemas) = schemas else { continue };
        if known(&name) && schemas.len() < branches.len() {
            continue;
        }
        let mut distinct: Vec<Value> = Vec::new();
        for schema in schemas.drain(..) {
            if !distinct.contains(&schema) {
                distinct.push(schema);
            }
        }
        let schema = if distinct.len() == 1 { distinct.pop() } else { Some(one_of(distinct)) };
        merged.extend(schema.map(|schema| (name, schema)));
    }
    merged
}

/// Values as one list, everything else as alternatives.
fn one_of(schemas: Vec<Value>) -> Value {
    let mut values = Vec::new();
    for schema in &schemas {
        let Some(words) = schema.as_object() else { break };
        let plain = words.keys().all(|word| matches!(word.as_str(), "type" | "const" | "enum"));
        match (plain, words.get("const"), words.get("enum")) {
            (true, Some(value), None) => values.push(value.clone()),
            (true, None, Some(Value::Array(more))) => values.extend(more.iter().cloned()),
            _ => return json!({ "anyOf": schemas }),
        }
    }
    json!({ "enum": values })
}
