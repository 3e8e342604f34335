//! Alternatives that stand alone: one for each type, `null` and the description on the first
//! (rule C4).

use serde_json::{Map, Value, json};

use super::convert::Converter;
use super::flatten::names;
use super::notes::Hints;
use super::types::{Types, concerns, describes};

impl Converter<'_> {
    /// Alternatives, one for each type, those that the schema says something about first.
    pub(super) fn by_type(
        &mut self,
        mut words: Map<String, Value>,
        types: Types,
        depth: usize,
    ) -> Value {
        let described = take_descriptions(&mut words);
        words.shift_remove("type");
        let mut kinds: Vec<&str> = types.without_null().names().collect();
        let said = |kind: &str| {
            words.iter().any(|(word, value)| {
                word != "enum" && concerns(kind, word, value) && !concerns("null", word, value)
            })
        };
        kinds.sort_by_key(|kind| !said(kind));
        let mut branches = Vec::new();
        for kind in kinds {
            let Some(of) = Types::named(kind) else { continue };
            let mut own = Map::new();
            own.insert("type".into(), kind.into());
            for (word, value) in &words {
                let value = match (word.as_str(), value) {
                    ("enum", Value::Array(values)) => {
                        values.iter().filter(|value| of.admit(value)).cloned().collect()
                    }
                    _ if concerns(kind, word, value) => value.clone(),
                    _ => continue,
                };
                own.insert(word.clone(), value);
            }
            self.spend(1);
            branches.push(Value::Object(self.emit(own, of, depth + 1)));
        }
        self.alternatives(branches, types.has_null(), described)
    }

    /// `null` beside other values becomes an alternative where `enum` cannot hold it.
    pub(super) fn split_null(&mut self, words: &mut Map<String, Value>) -> bool {
        let Some(Value::Array(values)) = words.get_mut("enum") else { return false };
        if values.len() < 2 || !values.contains(&Value::Null) || words.contains_key("anyOf") {
            return false;
        }
        let Some(Value::Array(mut values)) = words.shift_remove("enum") else { return false };
        values.retain(|value| !value.is_null());
        let own = json!({ "type": names(Types::of_all(&values)), "enum": values });
        words.shift_remove("type");
        words.insert("anyOf".into(), json!([own, { "type": "null" }]));
        true
    }

    /// Alternatives with nothing beside them: `null` and the description go to the first.
    pub(super) fn alternatives(
        &mut self,
        branches: Vec<Value>,
        nullable: bool,
        described: Map<String, Value>,
    ) -> Value {
        let count = branches.len();
        let mut kept: Vec<Map<String, Value>> = Vec::new();
        let mut null = nullable;
        for branch in branches {
            let Value::Object(mut branch) = branch else { continue };
            let nested = match branch.shift_remove("anyOf") {
                Some(Value::Array(nested)) => nested,
                _ => vec![Value::Object(branch)],
            };
            for branch in nested {
                match branch {
                    Value::Object(branch)
                        if branch.get("type").is_some_and(|kind| kind == "null") =>
                    {
                        null = true;
                    }
                    Value::Object(branch) if !kept.contains(&branch) => kept.push(branch),
                    _ => {}
                }
            }
        }
        if kept.is_empty() {
            let mut only = Map::from_iter([("type".to_owned(), "null".into())]);
            self.describe(&mut only, described, true);
            return Value::Object(only);
        }
        let mut first = kept.remove(0);
        let takes_null = |branch: &Map<String, Value>| branch.get("nullable") == Some(&true.into());
        if null && !takes_null(&first) && !kept.iter().any(takes_null) {
            first.insert("nullable".into(), true.into());
        }
        let alone = kept.is_empty() && (count > 1 || null || !described.is_empty());
        self.describe(&mut first, described, alone);
        kept.retain(|branch| *branch != first);
        if alone || (kept.is_empty() && count > 1) {
            return Value::Object(first);
        }
        kept.insert(0, first);
        json!({ "anyOf": kept })
    }

    /// Puts the description of a whole onto one of its alternatives.
    fn describe(
        &mut self,
        branch: &mut Map<String, Value>,
        described: Map<String, Value>,
        alone: bool,
    ) {
        let mut hints = Hints::default();
        for (word, value) in described {
            match (word.as_str(), branch.get_mut(&word), value) {
                ("description", Some(Value::String(own)), Value::String(text)) => {
                    if *own != text {
                        *own = format!("{text}\n{own}");
                    }
                }
                ("description", None, value) if value.is_string() => {
                    branch.insert(word, value);
                }
                (_, None, value) if alone && self.subset.takes(&word) => {
                    branch.insert(word, value);
                }
                (_, _, value) => self.leave_out(&mut hints, &word, &value),
            }
        }
        let text = branch.get("description").and_then(Value::as_str);
        if let Some(text) = hints.describe(text) {
            branch.insert("description".into(), text.into());
        }
    }
}

/// Takes out what only describes.
pub(super) fn take_descriptions(words: &mut Map<String, Value>) -> Map<String, Value> {
    let mut described = Map::new();
    if words.keys().any(|word| describes(word)) {
        let (take, keep) = std::mem::take(words).into_iter().partition(|(word, _)| describes(word));
        (described, *words) = (take, keep);
    }
    described
}
