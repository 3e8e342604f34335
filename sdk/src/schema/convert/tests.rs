//! Tests of single words; whole schemas are in `tests/schemas`.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{Converted, convert};
use crate::schema::Subset;
use crate::types::Change;

/// A property's schema converted, and the paths of the notes below it.
fn property(schema: &str, subset: &Subset) -> (Value, Vec<String>) {
    let text = format!(r#"{{"type":"object","properties":{{"p":{schema}}}}}"#);
    let converted = convert(&text, subset);
    let again = convert(&converted.text, subset);
    assert!(
        matches!(again.text, Cow::Borrowed(_)),
        "{schema} -> {} -> {}",
        converted.text,
        again.text
    );
    assert_eq!(again.notes, [], "{schema} -> {}", converted.text);
    let value: Value = serde_json::from_str(&converted.text).unwrap();
    let paths = converted.notes.iter().map(|note| note.path.replacen("properties.p", "", 1));
    (value.pointer("/properties/p").cloned().unwrap_or_default(), paths.collect())
}

fn check(subset: &Subset, table: &[(&str, &str, &[&str])]) {
    for (schema, wanted, notes) in table {
        let (converted, paths) = property(schema, subset);
        let wanted: Value = serde_json::from_str(wanted).unwrap();
        assert_eq!(converted, wanted, "{schema} -> {converted}");
        assert_eq!(&paths, notes, "{schema}");
    }
}

#[test]
fn c04_gemini_types_and_values() {
    check(
        &Subset::GEMINI,
        &[
            (r#"{"type":"STRING"}"#, r#"{"type":"string"}"#, &[]),
            (r#"{"type":["string","null"]}"#, r#"{"type":"string","nullable":true}"#, &[]),
            (r#"{"type":["integer","number"]}"#, r#"{"type":"number"}"#, &[]),
            (r#"{"type":"null"}"#, r#"{"type":"null"}"#, &[]),
            (
                r#"{"type":["string","integer"],"minLength":1,"minimum":2,"description":"d"}"#,
                r#"{"anyOf":[{"type":"string","minLength":1,"description":"d"},{"type":"integer","minimum":2}]}"#,
                &[],
            ),
            (r#"{"const":"a"}"#, r#"{"type":"string","enum":["a"]}"#, &[]),
            (r#"{"enum":["a",null]}"#, r#"{"type":"string","enum":["a"],"nullable":true}"#, &[]),
            (r#"{"type":"string","enum":["a",null,3]}"#, r#"{"type":"string","enum":["a"]}"#, &[]),
            (
                r#"{"type":"integer","enum":[3,1,2]}"#,
                r#"{"type":"integer","minimum":1,"maximum":3,"description":"(enum: [3,1,2])"}"#,
                &[".enum"],
            ),
            (
                r#"{"enum":["a",1]}"#,
                r#"{"anyOf":[{"type":"string","enum":["a"]},{"type":"integer","minimum":1,"maximum":1,"description":"(enum: [1])"}]}"#,
                &[".enum"],
            ),
            (
                r#"{"type":"string","enum":["","a"]}"#,
                r#"{"type":"string","description":"(enum: [\"\",\"a\"])"}"#,
                &[".enum"],
            ),
            (r#"{"type":"string","nullable":true}"#, r#"{"type":"string","nullable":true}"#, &[]),
        ],
    );
}

#[test]
fn c04_gemini_bounds_and_formats() {
    check(
        &Subset::GEMINI,
        &[
            (
                r#"{"type":"integer","exclusiveMinimum":0}"#,
                r#"{"type":"integer","minimum":1}"#,
                &[],
            ),
            (
                r#"{"type":"integer","exclusiveMaximum":9.5}"#,
                r#"{"type":"integer","maximum":9}"#,
                &[],
            ),
            (
                r#"{"type":"integer","minimum":5,"exclusiveMinimum":2}"#,
                r#"{"type":"integer","minimum":5}"#,
                &[],
            ),
            (
                r#"{"type":"integer","minimum":0,"exclusiveMinimum":true}"#,
                r#"{"type":"integer","minimum":1}"#,
                &[],
            ),
            (
                r#"{"type":"number","exclusiveMaximum":1,"description":"Share"}"#,
                r#"{"type":"number","maximum":1,"description":"Share (exclusiveMaximum: 1)"}"#,
                &[".exclusiveMaximum"],
            ),
            (
                r#"{"type":"number","multipleOf":0.5}"#,
                r#"{"type":"number","description":"(multipleOf: 0.5)"}"#,
                &[".multipleOf"],
            ),
            (
                r#"{"type":"string","format":"uri","minLength":1}"#,
                r#"{"type":"string","minLength":1,"description":"(format: uri)"}"#,
                &[".format"],
            ),
            (
                r#"{"type":"string","format":"date-time"}"#,
                r#"{"type":"string","format":"date-time"}"#,
                &[],
            ),
            (r#"{"type":"string","minLength":2.0}"#, r#"{"type":"string","minLength":2}"#, &[]),
        ],
    );
}

#[test]
fn c04_gemini_lists_and_objects() {
    check(
        &Subset::GEMINI,
        &[
            (
                r#"{"type":"array","items":[{"type":"number"},{"type":"string"}],"additionalItems":false}"#,
                r#"{"type":"array","maxItems":2,"items":{"anyOf":[{"type":"number"},{"type":"string"}]},"description":"(prefixItems: [{\"type\":\"number\"},{\"type\":\"string\"}])"}"#,
                &[".prefixItems"],
            ),
            (
                r#"{"type":"array","items":{"type":"string"},"uniqueItems":true,"contains":{"const":"a"}}"#,
                r#"{"type":"array","items":{"type":"string"},"description":"(uniqueItems: true, contains: {\"const\":\"a\"})"}"#,
                &[".uniqueItems", ".contains"],
            ),
            (
                r#"{"type":"object","properties":{},"additionalProperties":false}"#,
                r#"{"type":"object"}"#,
                &[".additionalProperties"],
            ),
            (
                r#"{"type":"object","additionalProperties":{"type":"string"}}"#,
                r#"{"type":"object","description":"(additionalProperties: {\"type\":\"string\"})"}"#,
                &[".additionalProperties"],
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string"},"b":false},"required":["a","c"],"additionalProperties":true}"#,
                r#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"description":"(required: [\"c\"])"}"#,
                &[".properties.b", ".required"],
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string","required":true}},"propertyNames":{"pattern":"^a"},"patternProperties":{"^a":{}},"not":{"required":["z"]}}"#,
                r#"{"type":"object","properties":{"a":{"type":"string"}},"description":"(propertyNames: {\"pattern\":\"^a\"}, patternProperties: {\"^a\":{}}, not: {\"required\":[\"z\"]})"}"#,
                &[".propertyNames", ".patternProperties", ".not"],
            ),
            (
                r#"{"type":"string","if":{"const":"a"},"then":{"minLength":1},"x-own":1,"$comment":"c"}"#,
                r#"{"type":"string","description":"(if: {\"const\":\"a\"}, then: {\"minLength\":1}, x-own: 1)"}"#,
                &[".if", ".then", ".x-own"],
            ),
        ],
    );
    let list = property(r#"{"type":"array"}"#, &Subset::GEMINI).0;
    assert!(list["items"]["anyOf"].is_array(), "a list has items: {list}");
    let any = property("{}", &Subset::GEMINI).0;
    assert_eq!(any["anyOf"][0], json!({"type":"string","nullable":true}));
    assert_eq!(property("true", &Subset::GEMINI).0, any);
}

#[test]
fn c04_gemini_alternatives() {
    check(
        &Subset::GEMINI,
        &[
            (
                r#"{"anyOf":[{"type":"string"},{"type":"null"}],"description":"d","default":null}"#,
                r#"{"type":"string","nullable":true,"description":"d","default":null}"#,
                &[],
            ),
            (
                r#"{"oneOf":[{"type":"string"},{"type":"number"}],"title":"t","description":"d"}"#,
                r#"{"anyOf":[{"type":"string","description":"d (title: t)"},{"type":"number"}]}"#,
                &[".oneOf", ".title"],
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"anyOf":[{"required":["a"]},{"required":["b"]}]}"#,
                r#"{"anyOf":[{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]},{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"]}]}"#,
                &[],
            ),
            (
                r#"{"anyOf":[{"anyOf":[{"type":"string"},{"type":"number"}]},{"type":"string"},false]}"#,
                r#"{"anyOf":[{"type":"string"},{"type":"number"}]}"#,
                &[".anyOf"],
            ),
            (
                r#"{"allOf":[{"type":"object","properties":{"a":{"minLength":2,"type":"string"}},"required":["a"]},{"properties":{"a":{"minLength":1,"maxLength":5}}}],"description":"d"}"#,
                r#"{"description":"d","type":"object","properties":{"a":{"minLength":2,"type":"string","maxLength":5}},"required":["a"]}"#,
                &[],
            ),
            (
                r#"{"type":"integer","allOf":[{"minimum":1},{"minimum":3,"maximum":9},{"maximum":7}]}"#,
                r#"{"type":"integer","minimum":3,"maximum":7}"#,
                &[],
            ),
        ],
    );
}

#[test]
fn c04_references_are_inlined() {
    let defs = r##""$defs":{"s":{"type":"string","description":"own"},"a/b %":{"type":"integer"},"n":{"type":"object","properties":{"n":{"$ref":"#/$defs/n"}}},"x":{"$anchor":"here","type":"boolean"}}"##;
    let table = [
        (r##"{"$ref":"#/$defs/s"}"##, r#"{"type":"string","description":"own"}"#, 0),
        (
            r##"{"$ref":"#/$defs/s","description":"d","maxLength":3}"##,
            r#"{"description":"d","maxLength":3,"type":"string"}"#,
            0,
        ),
        (r##"{"$ref":"#/$defs/a~1b%20%25"}"##, r#"{"type":"integer"}"#, 0),
        (r##"{"$ref":"#here"}"##, r#"{"type":"boolean"}"#, 0),
        (
            r##"{"$ref":"#/$defs/n"}"##,
            r#"{"type":"object","properties":{"n":{"type":"object","properties":{"n":{"type":"object"}}}}}"#,
            1,
        ),
    ];
    for (schema, wanted, notes) in table {
        let text = format!(r#"{{"type":"object","properties":{{"p":{schema}}},{defs}}}"#);
        let converted = convert(&text, &Subset::GEMINI);
        let value: Value = serde_json::from_str(&converted.text).unwrap();
        assert_eq!(value["properties"]["p"], serde_json::from_str::<Value>(wanted).unwrap());
        assert_eq!(converted.notes.len(), notes, "{:?}", converted.notes);
    }
    let (opened, notes) =
        property(r#"{"$ref":"https://example.com/x.json"}"#, &Subset::GEMINI_JSON);
    assert_eq!((opened, notes), (json!({}), vec![".$ref".to_owned()]));
}

#[test]
fn c04_the_top_is_an_object() {
    let top = |schema: &str, subset: &Subset| -> Value {
        serde_json::from_str(&convert(schema, subset).text).unwrap()
    };
    for subset in [Subset::OPENAI, Subset::NOVA, Subset::GEMINI, Subset::OLLAMA] {
        let union = r#"{"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"string"}},"required":["k","x"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]}"#;
        let value = top(union, &subset);
        assert_eq!(value["type"], "object");
        assert_eq!(value["properties"]["k"]["enum"], json!(["a", "b"]), "{value}");
        assert_eq!(value["required"], json!(["k"]));
    }
    assert_eq!(top("true", &Subset::OPENAI), json!({"type":"object","properties":{}}));
    assert_eq!(top("{}", &Subset::GEMINI), json!({"type":"object"}));
    assert!(convert(r#"{"type":"object","properties":{}}"#, &Subset::GEMINI).empty);
    let root = r##"{"$ref":"#/definitions/T","definitions":{"T":{"type":"object","properties":{"t":{"$ref":"#/definitions/T"}}}}}"##;
    let value = top(root, &Subset::OPENAI);
    assert_eq!(value["properties"]["t"]["$ref"], "#/definitions/T");
    assert_eq!(value["definitions"]["T"]["type"], "object");
    let nova = top(
        r#"{"$schema":"s","title":"t","type":"object","properties":{},"additionalProperties":false}"#,
        &Subset::NOVA,
    );
    assert_eq!(nova, json!({"type":"object","properties":{}}));
    assert_eq!(
        top(r#"{"type":"array","items":{"type":"string"}}"#, &Subset::GEMINI.for_output())["type"],
        "array"
    );
}

#[test]
fn c04_other_subsets() {
    check(
        &Subset::GEMINI_JSON,
        &[
            (
                r#"{"type":["string","null"],"minLength":1}"#,
                r#"{"type":["string","null"],"description":"(minLength: 1)"}"#,
                &[".minLength"],
            ),
            (
                r#"{"enum":["a",null]}"#,
                r#"{"anyOf":[{"type":"string","enum":["a"]},{"type":"null"}]}"#,
                &[],
            ),
            (
                r#"{"type":"array","prefixItems":[{"type":"number"}],"items":false}"#,
                r#"{"type":"array","prefixItems":[{"type":"number"}],"maxItems":1}"#,
                &[],
            ),
            (r#"{"type":"string","nullable":true}"#, r#"{"type":["string","null"]}"#, &[]),
        ],
    );
    check(
        &Subset::OLLAMA,
        &[
            (
                r#"{"type":"integer","minimum":1,"default":2,"description":"d"}"#,
                r#"{"type":"integer","description":"d (minimum: 1, default: 2)"}"#,
                &[".minimum", ".default"],
            ),
            (r#"true"#, r#"{}"#, &[]),
        ],
    );
    check(
        &Subset::COHERE,
        &[
            (
                r#"{"anyOf":[{"type":"string"},{"type":"string","format":"uuid"}]}"#,
                r#"{"type":"string","description":"(anyOf: [{\"type\":\"string\"},{\"type\":\"string\",\"format\":\"uuid\"}])"}"#,
                &[".anyOf"],
            ),
            (
                r#"{"type":"string","pattern":"[a-z]+"}"#,
                r#"{"type":"string","pattern":"[a-z]+"}"#,
                &[],
            ),
            (
                r#"{"type":"string","pattern":"^a"}"#,
                r#"{"type":"string","description":"(pattern: ^a)"}"#,
                &[".pattern"],
            ),
        ],
    );
}

#[test]
fn c04_what_is_in_the_subset_is_not_touched() {
    let gemini = "{ \"properties\": {\"b\":{\"type\":\"string\",\"nullable\":true,\"enum\":[\"x\"]},\"a\":{\"anyOf\":[{\"type\":\"number\"},{\"type\":\"string\"}]},\"c\":{\"type\":\"object\",\"nullable\":false}},\n \"type\" : \"object\",\"required\":[\"a\"]}";
    let openai =
        r##"{"type":"object","properties":{"a":{"$ref":"#/$defs/a"}},"$defs":{"a":{"not":{}}}}"##;
    for (schema, subset) in [(gemini, &Subset::GEMINI), (openai, &Subset::OPENAI)] {
        let Converted { text, notes, .. } = convert(schema, subset);
        assert!(matches!(text, Cow::Borrowed(same) if same == schema), "{text}");
        assert_eq!(notes, []);
    }
}

#[test]
fn c04_hostile_schemas_stay_bounded() {
    let deep = |levels: usize| {
        format!(
            "{}{{}}{}",
            r#"{"type":"object","properties":{"a":"#.repeat(levels),
            "}}".repeat(levels)
        )
    };
    let doubling: Vec<String> = (0..40)
        .map(|n| format!(r##""d{n}":{{"type":"object","properties":{{"a":{{"$ref":"#/$defs/d{0}"}},"b":{{"$ref":"#/$defs/d{0}"}}}}}}"##, n + 1))
        .collect();
    let doubling = format!(
        r##"{{"type":"object","properties":{{"r":{{"$ref":"#/$defs/d0"}}}},"$defs":{{{},"d40":{{"type":"string"}}}}}}"##,
        doubling.join(",")
    );
    let unions = format!(
        r#"{{"type":"object","properties":{{"u":{{"allOf":[{}]}}}}}}"#,
        vec![r#"{"anyOf":[{"minLength":1},{"minLength":2},{"maxLength":3}]}"#; 60].join(",")
    );
    let empty = format!(
        r#"{{"type":"object","properties":{{{}}}}}"#,
        (0..60_000).map(|n| format!(r#""{n}":{{}}"#)).collect::<Vec<_>>().join(",")
    );
    let own =
        r##"{"allOf":[{"$ref":"#"}],"anyOf":[{"$ref":"#"}],"properties":{"a":{"$ref":"#"}}}"##;
    for schema in [&deep(60), &deep(100_000), &doubling, &unions, &empty, own] {
        for subset in [
            Subset::GEMINI,
            Subset::GEMINI_JSON,
            Subset::COHERE,
            Subset::OPENAI,
            Subset::OLLAMA,
            Subset::NOVA,
        ] {
            let converted = convert(schema, &subset);
            assert!(converted.text.len() < 8 << 20, "{}", converted.text.len());
            assert!(converted.notes.len() <= 66);
            assert!(converted.text.contains(r#""type":"object""#));
        }
    }
    assert_eq!(convert(&deep(100_000), &Subset::GEMINI).notes[0].change, Change::Dropped);
}

#[test]
fn c04_notes_have_a_place() {
    let mut converted = convert(
        r#"{"type":"object","properties":{"a":{"type":"string","format":"uri"}},"additionalProperties":false}"#,
        &Subset::GEMINI,
    );
    let paths: Vec<String> =
        converted.notes_at("tools[3].parameters").into_iter().map(|note| note.path).collect();
    assert_eq!(
        paths,
        ["tools[3].parameters.properties.a.format", "tools[3].parameters.additionalProperties"]
    );
}
