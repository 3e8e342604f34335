//! The schema converter on real tools' schemas, on JSON Schema's own test suite and on generated
//! schemas: in the subset, the same when done again, and valid values stay valid (rule C4).
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod corpus;
mod generated;
mod samples;
mod subsets;
mod suite;

use std::borrow::Cow;

use clasp_plugin::schema::{Converted, Subset, convert};
use serde_json::Value;

/// A subset with its name and the check of it.
type Vendor = (&'static str, Subset, fn(&Value) -> Vec<String>);

const VENDORS: [Vendor; 6] = [
    ("gemini", Subset::GEMINI, subsets::gemini),
    ("gemini-json", Subset::GEMINI_JSON, subsets::gemini_json),
    ("openai", Subset::OPENAI, subsets::openai),
    ("nova", Subset::NOVA, subsets::nova),
    ("ollama", Subset::OLLAMA, subsets::ollama),
    ("cohere", Subset::COHERE, subsets::cohere),
];

/// Converts, and checks what holds for each conversion.
fn converted<'a>(
    schema: &'a str,
    subset: &Subset,
    check: fn(&Value) -> Vec<String>,
) -> Converted<'a> {
    let converted = convert(schema, subset);
    let value: Value = serde_json::from_str(&converted.text).unwrap();
    let problems = check(&value);
    assert!(problems.is_empty(), "{problems:?}\n{schema}\n{}", converted.text);
    let twice = convert(schema, subset);
    assert_eq!(twice.text, converted.text, "other bytes the second time");
    assert_eq!(twice.notes, converted.notes);
    let again = convert(&converted.text, subset);
    assert_eq!(again.text, converted.text, "not idempotent: {schema}");
    assert!(matches!(again.text, Cow::Borrowed(_)), "not recognised: {}", converted.text);
    assert_eq!(again.notes, [], "{}", converted.text);
    converted
}

/// Alternatives that were merged may take less than they did; the note says so.
fn merged(converted: &Converted<'_>) -> bool {
    converted
        .notes
        .iter()
        .any(|note| note.detail.contains("merged") || note.detail.contains("more changes"))
}

/// A schema with `nullable` as JSON Schema says it.
fn json_schema(schema: &Value) -> Value {
    match schema {
        Value::Object(words) => {
            let mut words = words.clone();
            for (word, value) in &mut words {
                match (word.as_str(), value) {
                    ("properties", Value::Object(properties)) => {
                        for schema in properties.values_mut() {
                            *schema = json_schema(schema);
                        }
                    }
                    ("anyOf", Value::Array(schemas)) => {
                        for schema in schemas {
                            *schema = json_schema(schema);
                        }
                    }
                    ("items", schema) => *schema = json_schema(schema),
                    _ => {}
                }
            }
            if words.shift_remove("nullable") == Some(Value::Bool(true)) {
                return serde_json::json!({ "anyOf": [words, { "type": "null" }] });
            }
            Value::Object(words)
        }
        other => other.clone(),
    }
}

/// A validator that takes `format` as the description that it is.
fn validator(schema: &Value) -> Option<jsonschema::Validator> {
    jsonschema::options().should_validate_formats(false).build(schema).ok()
}
