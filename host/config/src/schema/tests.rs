#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use serde_json::{Value, json};

use super::check;

fn misfit(schema: &Value, value: Value) -> Option<String> {
    check(schema, schema, &value).err().map(|(at, what)| format!("{at}: {what}"))
}

#[test]
fn what_fits_fits() {
    for (schema, value) in [
        (json!({}), json!({"a": [1]})),
        (json!({"type": "integer", "minimum": 1}), json!(1)),
        (json!({"type": "integer"}), json!(2.0)),
        (json!({"type": ["string", "null"]}), json!(null)),
        (json!({"enum": ["a", 1]}), json!(1)),
        (json!({"type": "string", "minLength": 1, "maxLength": 2}), json!("éé")),
        (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), json!(3)),
        (json!({"$defs": {"a": {"type": "string"}}, "$ref": "#/$defs/a"}), json!("x")),
        (json!({"properties": {"a": {"type": "string"}}}), json!({"b": 1})),
        (json!({"$ref": "#"}), json!("a loop ends")),
        (json!({"type": "string", "format": "odd", "pattern": "^x$"}), json!("y")),
    ] {
        assert_eq!(misfit(&schema, value), None, "{schema}");
    }
}

#[test]
fn what_does_not_is_told_with_its_place() {
    for (schema, value, expected) in [
        (json!({"type": "string"}), json!(1), ": it must be text"),
        (json!({"type": ["integer", "null"]}), json!("x"), ": it must be a whole number or null"),
        (json!({"enum": ["a", "b", "c"]}), json!("d"), ": it must be a, b or c"),
        (json!({"const": 4}), json!(5), ": it must be 4"),
        (json!({"minimum": 1}), json!(0), ": it must be at least 1"),
        (json!({"exclusiveMaximum": 1}), json!(1), ": it must be below 1"),
        (json!({"maxLength": 1}), json!("ab"), ": it must have at most 1 characters"),
        (json!({"minItems": 1}), json!([]), ": it must have at least 1 items"),
        (json!({"items": {"type": "string"}}), json!(["a", 1]), "/1: it must be text"),
        (json!({"properties": {"a": {"type": "string"}}}), json!({"a": 1}), "/a: it must be text"),
        (json!({"required": ["a"]}), json!({}), ": `a` is missing"),
        (json!({"additionalProperties": false}), json!({"a": 1}), "/a: it must not be there"),
        (json!({"anyOf": [{"type": "string"}, {"const": 1}]}), json!(2), ": it must be text"),
        (json!({"allOf": [{"minimum": 3}]}), json!(2), ": it must be at least 3"),
        (
            json!({"$defs": {"a": {"type": "string"}}, "items": {"$ref": "#/$defs/a"}}),
            json!([1]),
            "/0: it must be text",
        ),
    ] {
        assert_eq!(misfit(&schema, value).as_deref(), Some(expected), "{schema}");
    }
}
