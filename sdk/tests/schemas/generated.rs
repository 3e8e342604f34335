//! Generated schemas.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{Dice, anything, changed, value};
use crate::{VENDORS, converted, json_schema, merged, validator};

fn name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["a", "b", "c"]).prop_map(str::to_owned)
}

fn word() -> impl Strategy<Value = (String, Value)> {
    let number = prop_oneof![(-3..6_i64).prop_map(|n| json!(n)), Just(json!(1.5))];
    let count = (0..4_u64).prop_map(|n| json!(n));
    let kind = || {
        prop::sample::select(vec![
            "string", "number", "integer", "boolean", "object", "array", "null",
        ])
    };
    let plain = prop::sample::select(vec![
        json!("a"),
        json!("bb"),
        json!(""),
        json!(1),
        json!(0.5),
        json!(true),
        json!(null),
        json!([1]),
        json!({"a": 1}),
    ]);
    let reference =
        prop::sample::select(vec!["#/$defs/x", "#/$defs/y", "#", "#/$defs/none", "#anchor"]);
    prop_oneof![
        3 => kind().prop_map(|kind| ("type".to_owned(), json!(kind))),
        1 => prop::collection::vec(kind(), 1..4).prop_map(|kinds| ("type".to_owned(), json!(kinds))),
        1 => plain.clone().prop_map(|value| ("const".to_owned(), value)),
        1 => prop::collection::vec(plain.clone(), 1..4).prop_map(|values| ("enum".to_owned(), json!(values))),
        2 => (prop::sample::select(vec!["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]), number)
            .prop_map(|(word, number)| (word.to_owned(), number)),
        2 => (prop::sample::select(vec!["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"]), count)
            .prop_map(|(word, count)| (word.to_owned(), count)),
        1 => prop::collection::vec(name(), 0..3).prop_map(|mut names| { names.sort(); names.dedup(); ("required".to_owned(), json!(names)) }),
        1 => reference.prop_map(|reference| ("$ref".to_owned(), json!(reference))),
        1 => Just(("format".to_owned(), json!("uri"))),
        1 => Just(("pattern".to_owned(), json!("^b"))),
        1 => Just(("uniqueItems".to_owned(), json!(true))),
        1 => Just(("multipleOf".to_owned(), json!(2))),
        1 => Just(("description".to_owned(), json!("d"))),
        1 => plain.prop_map(|value| ("default".to_owned(), value)),
        1 => Just(("additionalProperties".to_owned(), json!(false))),
        1 => Just(("dependentRequired".to_owned(), json!({"a": ["b"]}))),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        5 => prop::collection::vec(word(), 0..4).prop_map(|words| Value::Object(words.into_iter().collect())),
        1 => any::<bool>().prop_map(Value::Bool),
    ];
    leaf.prop_recursive(3, 24, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 1..4);
        let member = prop_oneof![
            4 => prop::collection::vec((name(), inner.clone()), 0..3)
                .prop_map(|members| ("properties".to_owned(), Value::Object(members.into_iter().collect()))),
            2 => inner.clone().prop_map(|schema| ("items".to_owned(), schema)),
            2 => (prop::sample::select(vec!["anyOf", "oneOf", "allOf", "prefixItems"]), list)
                .prop_map(|(word, schemas)| (word.to_owned(), json!(schemas))),
            1 => (prop::sample::select(vec!["not", "if", "then", "contains", "additionalProperties", "propertyNames"]), inner)
                .prop_map(|(word, schema)| (word.to_owned(), schema)),
            3 => word(),
        ];
        prop::collection::vec(member, 1..4).prop_map(|words| Value::Object(words.into_iter().collect()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn c04_any_schema_converts_and_only_widens(inner in schema(), x in schema(), y in schema(), seed in any::<u64>()) {
        let root = json!({
            "type": "object",
            "properties": { "p": inner },
            "$defs": { "x": x, "y": y, "z": { "$anchor": "anchor", "type": "string" } },
        });
        let text = root.to_string();
        let mut dice = Dice(seed);
        let made: Vec<Value> = (0..8)
            .flat_map(|_| {
                let made = value(&root, &root["properties"]["p"], &mut dice, 0);
                let other = changed(&made, &mut dice);
                [json!({ "p": made }), json!({ "p": other }), json!({ "p": anything(&mut dice, 2) })]
            })
            .collect();
        // A reference to nowhere is no schema for the validator, and one may lead nowhere but back.
        let original = validator(&root).filter(|_| !text.contains("\"$ref\":\"#"));
        let original = match original {
            Some(original) => Some(original),
            None if !text.contains("none") && !circular(&root) => validator(&root),
            None => None,
        };
        for (vendor, subset, check) in VENDORS {
            let converted = converted(&text, &subset, check);
            let Some(original) = &original else { continue };
            if merged(&converted) {
                continue;
            }
            let after = json_schema(&serde_json::from_str(&converted.text).unwrap());
            let after = validator(&after).unwrap();
            for made in &made {
                if original.is_valid(made) {
                    prop_assert!(after.is_valid(made), "{vendor}: {made}\n{text}\n{}", converted.text);
                } else if converted.notes.is_empty() {
                    prop_assert!(!after.is_valid(made), "{vendor}: {made}\n{text}\n{}", converted.text);
                }
            }
        }
    }
}

/// Whether definitions name each other or the whole.
fn circular(root: &Value) -> bool {
    root["$defs"].to_string().contains("\"$ref\"")
        || root["properties"].to_string().contains("\"$ref\":\"#\"")
}
