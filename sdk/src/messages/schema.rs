//! JSON Schemas of clients of other dialects, in the form that Claude takes (rule C4).
//!
//! <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>, as of 2026-11-21.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::schema;

/// Words that a schema to keep to may not hold. They stay readable, as part of the description.
const UNKNOWN: &[&str] = &[
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "maxItems",
    "uniqueItems",
    "contains",
    "minContains",
    "maxContains",
    "minProperties",
    "maxProperties",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
    "unevaluatedItems",
    "if",
    "then",
    "else",
    "not",
];

/// A schema of a tool: any object schema is taken, without alternatives at the top.
pub(super) fn open(schema: &str) -> (Cow<'_, str>, Option<&'static str>) {
    schema::for_tool(schema)
}

/// A schema that Claude keeps to: its objects are closed, and it holds no words that Claude does
/// not know. The second value says what was changed.
pub fn closed(schema: &str) -> (Cow<'_, str>, Option<&'static str>) {
    let Ok(mut value) = serde_json::from_str::<Value>(schema) else {
        return (Cow::Borrowed(schema), None);
    };
    let before = value.clone();
    close(&mut value);
    if value == before {
        return (Cow::Borrowed(schema), None);
    }
    let what = "objects were closed, and what Claude cannot keep to was put into descriptions";
    (Cow::Owned(value.to_string()), Some(what))
}

fn close(value: &mut Value) {
    let Value::Object(members) = value else { return };
    let mut said = Vec::new();
    for word in UNKNOWN {
        if let Some(value) = members.shift_remove(*word) {
            said.push(format!("{word}: {value}"));
        }
    }
    if let Some(least) = members.get("minItems").and_then(Value::as_u64).filter(|least| *least > 1)
    {
        members.insert("minItems".into(), 1.into());
        said.push(format!("minItems: {least}"));
    }
    if let Some(alternatives) = members.shift_remove("oneOf") {
        members.entry("anyOf").or_insert(alternatives);
    }
    if !said.is_empty() {
        let description = members.get("description").and_then(Value::as_str).unwrap_or_default();
        let joint = if description.is_empty() { "" } else { "\n" };
        let description = format!("{description}{joint}({})", said.join(", "));
        members.insert("description".into(), description.into());
    }
    let is_object = members.get("type").is_some_and(|kind| match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| kind == "object"),
        kind => kind == "object",
    });
    if is_object || members.contains_key("properties") {
        members.insert("additionalProperties".into(), false.into());
    }
    for (word, value) in members.iter_mut() {
        match (word.as_str(), value) {
            ("properties" | "$defs" | "definitions", Value::Object(inner)) => each(inner),
            ("items", inner) => close(inner),
            ("anyOf" | "allOf" | "prefixItems", Value::Array(inner)) => {
                inner.iter_mut().for_each(close);
            }
            _ => {}
        }
    }
}

fn each(schemas: &mut Map<String, Value>) {
    schemas.values_mut().for_each(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c04_a_closed_schema_stays_as_it_is() {
        let schema = r##"{"type":["object","null"],"properties":{"a":{"oneOf":[{"minimum":1},
            {"$ref":"#/$defs/b"}]}},"$defs":{"b":{"properties":{},"minItems":3}},"uniqueItems":true}"##;
        let (once, changed) = closed(schema);
        assert!(changed.is_some());
        let (twice, changed) = closed(&once);
        assert_eq!((&*twice, changed), (&*once, None));
        assert!(!once.contains("oneOf") && once.contains("(minimum: 1)"), "{once}");
        assert_eq!(once.matches("\"additionalProperties\":false").count(), 2, "{once}");
    }
}
