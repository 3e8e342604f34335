//! Converts a JSON Schema to a vendor's subset: what it cannot say goes into the description, and
//! whatever was valid stays valid (rule C4).

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::notes::{Hints, Notes};
use super::subset::{Enums, Subset};
use super::types::Types;
use super::{EMPTY, is_arguments};
use crate::types::{Change, Note};

/// A schema in a vendor's subset.
#[derive(Debug)]
pub struct Converted<'a> {
    /// The schema's JSON; what was in the subset already comes back as it is.
    pub text: Cow<'a, str>,
    /// What was changed. Paths start at the schema: `properties.a.format`.
    pub notes: Vec<Note>,
    /// No property is named at the top; Gemini takes such a tool without `parameters`.
    pub empty: bool,
}

impl Converted<'_> {
    /// The notes with the place of the schema before each path: `tools[3].parameters`.
    pub fn notes_at(&mut self, place: &str) -> Vec<Note> {
        let mut notes = std::mem::take(&mut self.notes);
        for note in &mut notes {
            let dot = if note.path.is_empty() { "" } else { "." };
            note.path = format!("{place}{dot}{}", note.path);
        }
        notes
    }
}

/// Converts a JSON Schema's text to a subset.
///
/// Conversion keeps the order of keys, gives the same bytes each time, changes nothing when done
/// again, and only widens: what the schema takes, the converted one takes. There are two exceptions.
/// Where the vendor cannot be told about alternatives they are merged into one object, whose
/// properties keep the types that the alternatives name (noted). And where each schema needs a
/// type, "any value" names lists in lists in lists and no deeper ones.
///
/// ```
/// use clasp_plugin::schema::{Subset, convert};
///
/// let schema = r#"{"type":"object","properties":{"age":{"type":["integer","null"],"exclusiveMinimum":0}}}"#;
/// let converted = convert(schema, &Subset::GEMINI);
/// assert_eq!(
///     converted.text,
///     r#"{"type":"object","properties":{"age":{"type":"integer","minimum":1,"nullable":true}}}"#
/// );
/// ```
pub fn convert<'a>(schema: &'a str, subset: &Subset) -> Converted<'a> {
    if subset.words.is_none() && (!subset.arguments || is_arguments(schema)) {
        return Converted { text: Cow::Borrowed(schema), notes: Vec::new(), empty: false };
    }
    let mut notes = Notes::default();
    let Some(root) = serde_json::from_str::<Value>(schema)
        .ok()
        .filter(|root| root.is_object() || (root.is_boolean() && !subset.arguments))
    else {
        notes.add(Change::Dropped, "", "this is no schema of an object, or nested too deeply");
        return nothing(subset, notes);
    };
    let mut converter = Converter {
        root: &root,
        subset,
        notes,
        foreign: false,
        lone_references: root.get("$schema").and_then(Value::as_str).is_some_and(|draft| {
            ["draft-03", "draft-04", "draft-06", "draft-07"].iter().any(|old| draft.contains(old))
        }),
        followed: Vec::new(),
        copies: COPIES,
        left: SCHEMAS,
    };
    let converted = if subset.arguments {
        Value::Object(converter.arguments(root.clone()))
    } else {
        converter.schema(root.clone(), 0).unwrap_or_else(|| {
            converter.notes.add(Change::Dropped, "", NEVER);
            converter.anything()
        })
    };
    let mut notes = converter.notes;
    if converter.left == 0 {
        notes.add(Change::Dropped, "", "the schema is too large; it is left open");
        return nothing(subset, notes);
    }
    let empty = converted.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty);
    let text =
        if converted == root { Cow::Borrowed(schema) } else { Cow::Owned(converted.to_string()) };
    Converted { text, notes: notes.finish(), empty }
}

/// Schemas that are deeper than this are left open.
const DEEPEST: usize = 48;

/// Schemas that one conversion visits.
const SCHEMAS: usize = 20_000;

/// Bytes of definitions that one conversion copies.
const COPIES: usize = 1 << 20;

/// Lists in lists of "any value".
const LISTS: usize = 2;

/// What is said of a schema that is left out.
pub(super) const NEVER: &str = "no value can satisfy it";

/// One conversion.
pub(super) struct Converter<'s> {
    pub(super) root: &'s Value,
    pub(super) subset: &'s Subset,
    pub(super) notes: Notes,
    /// References here are those of another document.
    pub(super) foreign: bool,
    /// Up to draft 7, what stands beside `$ref` does not restrict.
    pub(super) lone_references: bool,
    /// References that were followed to get here.
    pub(super) followed: Vec<String>,
    pub(super) copies: usize,
    left: usize,
}

impl Converter<'_> {
    /// Counts schemas against what one conversion may visit.
    pub(super) fn spend(&mut self, schemas: usize) -> bool {
        self.left = self.left.saturating_sub(schemas);
        self.left > 0
    }

    /// A schema at any place; `None` if no value can satisfy it.
    pub(super) fn schema(&mut self, schema: Value, depth: usize) -> Option<Value> {
        if self.left == 0 {
            return None;
        }
        if depth > DEEPEST {
            self.notes.add(Change::Dropped, "", "nested too deeply; it is left open here");
            return Some(self.anything());
        }
        let (followed, foreign) = (self.followed.len(), self.foreign);
        let converted = match self.flatten(schema) {
            Some(words) => self.words(words, depth),
            None => None,
        };
        self.followed.truncate(followed);
        self.foreign = foreign;
        converted
    }

    /// A schema of any value. Where each schema needs a type, it names them all.
    pub(super) fn anything(&mut self) -> Value {
        if self.subset.typed && self.spend(10) { any(LISTS) } else { json!({}) }
    }

    /// A tool's arguments are an object, whatever else the schema says.
    fn arguments(&mut self, schema: Value) -> Map<String, Value> {
        let mut words = self.flatten(schema).unwrap_or_else(|| {
            self.notes.add(Change::Dropped, "", NEVER);
            Map::new()
        });
        for word in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = words.shift_remove(word) {
                words = self.merge(words, word, branches, 0);
            }
        }
        let object = Types::named("object").unwrap_or(Types::ALL);
        if words.get("type").is_none_or(|name| name != "object") {
            self.notes.add(Change::Repaired, "type", "arguments are an object");
            words.insert("type".into(), "object".into());
        }
        let full = self.subset.words.is_none();
        for word in ["enum", "not"] {
            if (full || word == "enum") && words.shift_remove(word).is_some() {
                self.notes.add(Change::Dropped, word, "not taken at the top");
            }
        }
        if full {
            if !words.get("properties").is_some_and(Value::is_object) {
                self.notes.add(Change::Repaired, "properties", "none are named");
                words.insert("properties".into(), Value::Object(Map::new()));
            }
            return words;
        }
        let mut converted = self.emit(words, object, 0);
        if let Some(top) = self.subset.top {
            let notes = &mut self.notes;
            converted.retain(|word, _| {
                let taken = top.contains(&word.as_str());
                if !taken {
                    notes.add(Change::Dropped, word, "not taken at the top");
                }
                taken
            });
        }
        converted
    }

    /// A schema without references: its values, its alternatives, its types.
    pub(super) fn words(&mut self, mut words: Map<String, Value>, depth: usize) -> Option<Value> {
        let mut types = Types::declared(&words);
        if let Some(Value::Array(values)) = words.get_mut("enum") {
            values.retain(|value| types.admit(value));
            if values.is_empty() {
                return None;
            }
            let present = Types::of_all(values);
            if types == Types::ALL || types.single().is_none() {
                types = if words.contains_key("type") { types.both(present) } else { present };
            }
        }
        let branching = words.contains_key("anyOf") || words.contains_key("oneOf");
        if branching && (self.subset.lone_unions || !self.subset.takes("anyOf")) {
            return self.union(words, depth);
        }
        if self.subset.enums == Enums::Scalars && self.split_null(&mut words) {
            types = Types::ALL;
        }
        if self.subset.typed && types.without_null().single().is_none() && types != Types::NULL {
            return Some(self.by_type(words, types, depth));
        }
        Some(Value::Object(self.emit(words, types, depth)))
    }

    /// Leaves a word out, and tells the model about it if that is short.
    pub(super) fn leave_out(&mut self, hints: &mut Hints, word: &str, value: &Value) {
        if self.subset.takes("description") && hints.add(word, value) {
            self.notes.add(
                Change::Moved,
                word,
                "not taken by the provider; the description says it",
            );
        } else {
            self.notes.add(Change::Dropped, word, "not taken by the provider");
        }
    }
}

/// Any value, with lists in lists.
fn any(lists: usize) -> Value {
    let mut branches = vec![
        json!({ "type": "string", "nullable": true }),
        json!({ "type": "number" }),
        json!({ "type": "boolean" }),
        json!({ "type": "object" }),
    ];
    if lists > 0 {
        branches.push(json!({ "type": "array", "items": any(lists - 1) }));
    }
    json!({ "anyOf": branches })
}

fn nothing<'a>(subset: &Subset, notes: Notes) -> Converted<'a> {
    let text = match (subset.arguments, subset.filled, subset.typed) {
        (true, false, _) => Cow::Borrowed(EMPTY),
        (true, true, _) => Cow::Borrowed(r#"{"type":"object"}"#),
        (false, _, true) => Cow::Owned(any(LISTS).to_string()),
        (false, _, false) => Cow::Borrowed("{}"),
    };
    Converted { text, notes: notes.finish(), empty: true }
}
