//! Brings `$ref` and `allOf` into one schema without either; what cannot be joined is left out,
//! which only widens (rule C4).

use serde_json::{Map, Number, Value, json};

use super::convert::Converter;
use super::types::{Types, describes, whole};
use crate::types::Change;

/// A combination of two unions that is heavier than this many bytes is not made.
pub(super) const HEAVY: usize = 4096;

impl Converter<'_> {
    /// A schema as one map of words; `None` if no value can satisfy it.
    pub(super) fn flatten(&mut self, schema: Value) -> Option<Map<String, Value>> {
        let mut pending = vec![schema];
        let mut flat: Option<Map<String, Value>> = None;
        while let Some(piece) = pending.pop() {
            let mut words = match piece {
                Value::Object(words) => words,
                Value::Bool(false) => return None,
                Value::Bool(true) => continue,
                _ => {
                    self.notes.add(Change::Dropped, "", "this is no schema");
                    continue;
                }
            };
            if !self.spend(1) {
                break;
            }
            self.base(&words);
            let mut joined = Vec::new();
            if self.lone_references && words.contains_key("$ref") {
                words.retain(|word, _| word == "$ref" || describes(word));
            }
            for word in ["$ref", "$dynamicRef", "$recursiveRef"] {
                if let Some(reference) = words.shift_remove(word) {
                    joined.extend(self.resolve(word, &reference));
                }
            }
            match words.shift_remove("allOf") {
                Some(Value::Array(all)) => joined.extend(all),
                Some(_) => self.notes.add(Change::Dropped, "allOf", "this is no list of schemas"),
                None => {}
            }
            pending.extend(joined.into_iter().rev());
            if self.subset.words.is_some() {
                normalise(&mut words);
            }
            flat = Some(match flat {
                None => words,
                Some(mut flat) => {
                    self.join(&mut flat, words)?;
                    flat
                }
            });
        }
        Some(flat.unwrap_or_default())
    }

    /// What one part says of the members that it does not name holds for those that the other
    /// names. Parts that are closed are taken together instead: nobody means that they exclude
    /// each other.
    fn spread(&mut self, from: &Map<String, Value>, to: &mut Map<String, Value>) {
        let own = from.get("properties").and_then(Value::as_object);
        if let (Some(rest), Some(Value::Object(properties))) =
            (from.get("additionalProperties"), to.get_mut("properties"))
            && *rest != Value::Bool(true)
        {
            let others = properties
                .iter_mut()
                .filter(|(name, _)| !own.is_some_and(|own| own.contains_key(*name)))
                .map(|(_, schema)| schema);
            let patterns = from.contains_key("patternProperties");
            let open = *rest != Value::Bool(false) && !patterns;
            if !self.both_each(others, rest, open) {
                let detail = "parts of allOf are taken together";
                self.notes.add(Change::Dropped, "additionalProperties", detail);
            }
        }
        let places = from.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        if let (Some(items), Some(Value::Array(others))) =
            (from.get("items"), to.get_mut("prefixItems"))
            && !self.both_each(others.iter_mut().skip(places), items, true)
        {
            self.notes.add(Change::Dropped, "items", "parts of allOf are taken together");
        }
    }

    /// Adds a schema to each of others, if that is wanted and not too much; says whether all is
    /// said.
    fn both_each<'v>(
        &mut self,
        others: impl Iterator<Item = &'v mut Value>,
        schema: &Value,
        wanted: bool,
    ) -> bool {
        let weight = weigh(schema);
        for other in others {
            if !wanted || weight > self.copies {
                return false;
            }
            self.copies -= weight;
            both(other, schema.clone());
        }
        true
    }

    /// Adds what must hold as well; `None` if both cannot.
    fn join(&mut self, flat: &mut Map<String, Value>, mut words: Map<String, Value>) -> Option<()> {
        self.spread(flat, &mut words);
        self.spread(&words, flat);
        if flat.contains_key("type") && words.contains_key("type") {
            let types = Types::declared(flat).both(Types::declared(&words));
            if types.is_empty() {
                return None;
            }
            flat.insert("type".into(), names(types));
        }
        for (word, value) in words {
            let Some(have) = flat.get_mut(&word) else {
                flat.insert(word, value);
                continue;
            };
            if word == "type" || *have == value || describes(&word) {
                continue;
            }
            match (word.as_str(), have, value) {
                ("enum", Value::Array(have), Value::Array(more)) => {
                    have.retain(|value| more.contains(value));
                    if have.is_empty() {
                        return None;
                    }
                }
                (
                    "properties" | "patternProperties" | "dependentSchemas",
                    Value::Object(have),
                    Value::Object(more),
                ) => {
                    for (name, schema) in more {
                        match have.get_mut(&name) {
                            Some(have) => both(have, schema),
                            None => drop(have.insert(name, schema)),
                        }
                    }
                }
                ("required", Value::Array(have), Value::Array(more)) => {
                    for name in more {
                        if !have.contains(&name) {
                            have.push(name);
                        }
                    }
                }
                ("prefixItems", Value::Array(have), Value::Array(more)) => {
                    let known = have.len();
                    for (have, schema) in have.iter_mut().zip(&more) {
                        both(have, schema.clone());
                    }
                    have.extend(more.into_iter().skip(known));
                }
                ("items" | "additionalProperties" | "propertyNames", have, schema) => {
                    both(have, schema);
                }
                (word, Value::Number(have), Value::Number(more))
                    if word.starts_with("min") || word == "exclusiveMinimum" =>
                {
                    if above(&more, have) {
                        *have = more;
                    }
                }
                (word, Value::Number(have), Value::Number(more))
                    if word.starts_with("max") || word == "exclusiveMaximum" =>
                {
                    if above(have, &more) {
                        *have = more;
                    }
                }
                ("anyOf", Value::Array(have), Value::Array(more))
                    if have.len().saturating_mul(weigh(&Value::Array(more.clone()))) < HEAVY =>
                {
                    for branch in have {
                        both(branch, json!({ "anyOf": more }));
                    }
                }
                ("not", have, more) => {
                    let either = json!({ "anyOf": [have.take(), more] });
                    *have = either;
                }
                ("uniqueItems", have, Value::Bool(true)) => *have = Value::Bool(true),
                ("uniqueItems", _, _) => {}
                (word, _, _) => {
                    self.notes.add(Change::Dropped, word, "only the first of several is kept");
                }
            }
        }
        Some(())
    }
}

/// Both schemas at one place.
pub(super) fn both(have: &mut Value, more: Value) {
    if *have != more {
        let first = have.take();
        *have = json!({ "allOf": [first, more] });
    }
}

/// Bytes that a copy takes, about.
pub(super) fn weigh(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 16,
        Value::Array(values) => values.iter().map(weigh).sum::<usize>() + 16,
        Value::Object(words) => {
            words.iter().map(|(word, value)| word.len() + weigh(value)).sum::<usize>() + 16
        }
        _ => 16,
    }
}

/// The value of `type`.
pub(super) fn names(types: Types) -> Value {
    match types.single() {
        Some(name) => name.into(),
        None => types.names().map(Value::from).collect(),
    }
}

pub(super) fn above(one: &Number, other: &Number) -> bool {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => one > other,
        _ => one.as_f64() > other.as_f64(),
    }
}

/// Words of older drafts and of OpenAPI as today's: tuples in `items`, bounds that are switched to
/// exclusive, `const`, `nullable`. Words that say nothing about values go.
fn normalise(words: &mut Map<String, Value>) {
    words.retain(|word, value| match word.as_str() {
        "$schema" | "$id" | "$comment" | "$anchor" | "$dynamicAnchor" | "$recursiveAnchor"
        | "$vocabulary" | "$defs" | "definitions" => false,
        "id" => !value.is_string(),
        _ => true,
    });
    if words.get("items").is_some_and(Value::is_array) {
        let rest = words.shift_remove("additionalItems");
        if let Some(tuple) = words.insert("items".into(), rest.unwrap_or(Value::Bool(true))) {
            words.insert("prefixItems".into(), tuple);
        }
    }
    words.shift_remove("additionalItems");
    for (switch, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if let Some(Value::Bool(on)) = words.get(switch) {
            let exclusive = on.then(|| words.shift_remove(bound)).flatten();
            match exclusive {
                Some(value) => words.insert(switch.into(), value),
                None => words.shift_remove(switch),
            };
        }
    }
    if let Some(value) = words.shift_remove("const") {
        match words.get_mut("enum") {
            Some(Value::Array(values)) => values.retain(|known| *known == value),
            _ => drop(words.insert("enum".into(), Value::Array(vec![value]))),
        }
    }
    if words.get("nullable") == Some(&Value::Bool(true)) {
        words.shift_remove("nullable");
        admit_null(words);
    }
}

fn admit_null(words: &mut Map<String, Value>) {
    let types = Types::declared(words);
    if words.contains_key("type") && !types.has_null() {
        let mut names: Vec<Value> = types.names().map(Value::from).collect();
        names.push("null".into());
        words.insert("type".into(), Value::Array(names));
    }
    if let Some(Value::Array(values)) = words.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    for word in ["anyOf", "oneOf"] {
        if let Some(Value::Array(branches)) = words.get_mut(word) {
            branches.push(json!({ "type": "null" }));
        }
    }
}
