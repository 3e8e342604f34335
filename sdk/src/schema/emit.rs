//! Writes one schema's words as a vendor takes them (rule C4).

use serde_json::{Map, Value, json};

use super::convert::{Converter, NEVER};
use super::notes::Hints;
use super::types::{Types, concerns};
use crate::types::Change;

impl Converter<'_> {
    /// The words of a schema that has one type, or several where the vendor takes lists.
    pub(super) fn emit(
        &mut self,
        mut words: Map<String, Value>,
        types: Types,
        depth: usize,
    ) -> Map<String, Value> {
        let kind = types.without_null().single();
        let mut out = Map::new();
        let mut hints = Hints::default();
        if !self.subset.takes("prefixItems") {
            self.untuple(&mut words, &mut hints);
        }
        // Without the patterns, the rest would be more than it was.
        let rest = self.subset.takes("additionalProperties")
            && (self.subset.takes("patternProperties") || !words.contains_key("patternProperties"));
        let places = words.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        for (word, value) in words {
            if self.subset.typed && !concerns(kind.unwrap_or("null"), &word, &value) {
                continue;
            }
            match word.as_str() {
                "type" => self.write_type(&mut out, &mut hints, types, value),
                "properties" => self.write_properties(&mut out, &mut hints, value, depth),
                "items" => self.write_items(&mut out, value, places, depth),
                "prefixItems" => {
                    let schemas = self.write_list(&word, value, depth);
                    // A list ends before a place that nothing can take.
                    if schemas.len() < places {
                        self.tighten(&mut out, "maxItems", Some(schemas.len().into()));
                    }
                    if !schemas.is_empty() {
                        out.insert(word, schemas.into());
                    }
                }
                "anyOf" | "oneOf" if self.subset.takes("anyOf") => {
                    self.write_union(&mut out, &mut hints, word, value, depth);
                }
                "additionalProperties" if rest => {
                    self.write_rest(&mut out, &mut hints, value, depth);
                }
                "additionalProperties" => match value {
                    Value::Bool(true) => {}
                    Value::Bool(false) => {
                        self.notes.add(Change::Dropped, &word, "not taken by the provider");
                    }
                    value => self.leave_out(&mut hints, &word, &value),
                },
                "enum" => self.write_enum(&mut out, &mut hints, value),
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                    self.write_bound(&mut out, &mut hints, &word, value, kind);
                }
                "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
                | "maxProperties" => self.write_count(&mut out, &mut hints, &word, value),
                "format" => {
                    let taken = value
                        .as_str()
                        .is_some_and(|format| (self.subset.format)(kind.unwrap_or(""), format));
                    self.write_if(taken, &mut out, &mut hints, word, value);
                }
                "pattern" => {
                    let taken = value.as_str().is_some_and(self.subset.pattern);
                    self.write_if(taken, &mut out, &mut hints, word, value);
                }
                "description" | "title" => {
                    let taken = value.is_string();
                    self.write_if(taken, &mut out, &mut hints, word, value);
                }
                "required" | "propertyOrdering" => {
                    let taken =
                        value.as_array().is_some_and(|names| names.iter().all(Value::is_string));
                    self.write_if(taken, &mut out, &mut hints, word, value);
                }
                _ => self.write_if(true, &mut out, &mut hints, word, value),
            }
        }
        self.complete(&mut out, &mut hints, types);
        out
    }

    /// What a vendor needs in addition, and what depends on several words.
    fn complete(&mut self, out: &mut Map<String, Value>, hints: &mut Hints, types: Types) {
        let kind = types.without_null().single();
        if self.subset.typed {
            if !out.contains_key("type") {
                out.insert("type".into(), kind.unwrap_or("null").into());
            }
            if types.has_null() && kind.is_some() {
                out.insert("nullable".into(), true.into());
            }
            if kind == Some("array") && !out.contains_key("items") {
                let items = self.anything();
                out.insert("items".into(), items);
            }
            if out.get("format").is_some_and(|format| format == "enum") && !out.contains_key("enum")
            {
                out.shift_remove("format");
            }
        }
        if self.subset.filled {
            self.keep_known(out, hints);
        }
        let text = out.get("description").and_then(Value::as_str);
        if let Some(text) = hints.describe(text) {
            out.insert("description".into(), text.into());
        }
    }

    /// A list whose places differ, as one whose items are of any of their kinds.
    fn untuple(&mut self, words: &mut Map<String, Value>, hints: &mut Hints) {
        let Some(tuple) = words.shift_remove("prefixItems") else { return };
        self.leave_out(hints, "prefixItems", &tuple);
        let Value::Array(mut places) = tuple else { return };
        let rest = words.shift_remove("items").unwrap_or(Value::Bool(true));
        let longest = words.get("maxItems").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let length = places.len() as u64;
        if rest == Value::Bool(false) {
            words.insert("maxItems".into(), longest.min(length).into());
        } else if longest > length {
            places.push(rest);
        }
        let items = if places.len() == 1 { places.pop() } else { Some(json!({ "anyOf": places })) };
        words.extend(items.map(|items| ("items".to_owned(), items)));
    }

    /// `required` names only properties that there are.
    fn keep_known(&mut self, out: &mut Map<String, Value>, hints: &mut Hints) {
        let Some(Value::Array(names)) = out.get("required") else { return };
        let known = out.get("properties").and_then(Value::as_object);
        let (keep, unknown): (Vec<Value>, Vec<Value>) = names.iter().cloned().partition(|name| {
            let name = name.as_str().unwrap_or_default();
            known.is_some_and(|known| known.contains_key(name))
        });
        if unknown.is_empty() {
            return;
        }
        self.leave_out(hints, "required", &Value::Array(unknown));
        if keep.is_empty() {
            out.shift_remove("required");
        } else {
            out.insert("required".into(), Value::Array(keep));
        }
    }

    /// A word as it is, or into the description.
    pub(super) fn write_if(
        &mut self,
        taken: bool,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        word: String,
        value: Value,
    ) {
        if taken && self.subset.takes(&word) {
            out.insert(word, value);
        } else {
            self.leave_out(hints, &word, &value);
        }
    }

    fn write_type(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        types: Types,
        value: Value,
    ) {
        if self.subset.typed {
            out.insert("type".into(), types.without_null().single().unwrap_or("null").into());
            return;
        }
        let valid = |name: &Value| name.as_str().is_some_and(|name| Types::named(name).is_some());
        let value = match value {
            Value::String(name) => Value::String(name.to_ascii_lowercase()),
            Value::Array(names) => {
                let mut names: Vec<Value> = names.into_iter().filter(valid).collect();
                if names.len() == 1 { names.remove(0) } else { Value::Array(names) }
            }
            other => other,
        };
        let taken = match &value {
            Value::Array(names) => self.subset.type_lists && !names.is_empty(),
            name => valid(name),
        };
        self.write_if(taken, out, hints, "type".into(), value);
    }

    fn write_properties(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        value: Value,
        depth: usize,
    ) {
        let Value::Object(properties) = value else {
            return self.write_if(false, out, hints, "properties".into(), value);
        };
        let inside = self.notes.enter("properties");
        let mut converted = Map::new();
        for (name, schema) in properties {
            let before = self.notes.enter(&name);
            match self.schema(schema, depth + 1) {
                Some(schema) => drop(converted.insert(name, schema)),
                None => self.notes.add(Change::Dropped, "", NEVER),
            }
            self.notes.leave(before);
        }
        self.notes.leave(inside);
        if !(converted.is_empty() && self.subset.filled) {
            out.insert("properties".into(), Value::Object(converted));
        }
    }

    /// Items after as many places of their own.
    fn write_items(
        &mut self,
        out: &mut Map<String, Value>,
        value: Value,
        places: usize,
        depth: usize,
    ) {
        let inside = self.notes.enter("items");
        let items = self.schema(value, depth + 1);
        self.notes.leave(inside);
        match items {
            Some(items) => drop(out.insert("items".into(), items)),
            None if self.subset.takes("maxItems") => {
                self.tighten(out, "maxItems", Some(places.into()));
            }
            None => self.notes.add(Change::Dropped, "items", NEVER),
        }
    }

    fn write_list(&mut self, word: &str, value: Value, depth: usize) -> Vec<Value> {
        let Value::Array(schemas) = value else {
            self.notes.add(Change::Dropped, word, "this is no list of schemas");
            return Vec::new();
        };
        let mut converted = Vec::new();
        for (index, schema) in schemas.into_iter().enumerate() {
            let inside = self.notes.enter_index(word, index);
            match self.schema(schema, depth + 1) {
                Some(schema) => converted.push(schema),
                None if word == "prefixItems" => {
                    self.notes.leave(inside);
                    break;
                }
                None => self.notes.add(Change::Dropped, "", NEVER),
            }
            self.notes.leave(inside);
        }
        converted
    }

    /// Alternatives beside other words. `oneOf` only holds while its alternatives are what they
    /// were: wider ones overlap.
    fn write_union(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        word: String,
        value: Value,
        depth: usize,
    ) {
        let before = self.notes.count();
        let schemas = self.write_list(&word, value.clone(), depth);
        let same = self.notes.count() == before;
        let into = if self.subset.takes(&word) && same { &*word } else { "anyOf" };
        if out.contains_key(into) {
            return self.leave_out(hints, &word, &value);
        }
        if into != word {
            self.notes.add(Change::Renamed, &word, "anyOf: more than one may hold");
        }
        if !schemas.is_empty() {
            out.insert(into.into(), schemas.into());
        }
    }

    fn write_rest(
        &mut self,
        out: &mut Map<String, Value>,
        hints: &mut Hints,
        value: Value,
        depth: usize,
    ) {
        let word = "additionalProperties";
        match value {
            Value::Object(schema) => {
                let inside = self.notes.enter(word);
                let schema = self.schema(Value::Object(schema), depth + 1);
                self.notes.leave(inside);
                out.insert(word.into(), schema.unwrap_or(Value::Bool(false)));
            }
            value => self.write_if(value.is_boolean(), out, hints, word.into(), value),
        }
    }
}
