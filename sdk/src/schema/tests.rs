//! Tests of tool schemas.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::borrow::Cow;

use super::{for_tool, members, qualifies_as_strict};

#[test]
fn c04_a_good_schema_is_not_touched() {
    let schema = "{ \"properties\": {\"b\":{\"type\":\"string\",\"x\":\"},]\\\"\"},\"a\":{}},\n \"type\" : \"object\",\"$defs\":{\"anyOf\":[]}}";
    assert!(matches!(for_tool(schema), (Cow::Borrowed(same), None) if same == schema));
}

#[test]
fn c04_what_openai_refuses_is_repaired() {
    let table = [
        (r#"{}"#, r#"{"type":"object","properties":{}}"#),
        (r#"{"type":"object"}"#, r#"{"type":"object","properties":{}}"#),
        (r#"{"properties":{"b":{},"a":{}}}"#, r#"{"properties":{"b":{},"a":{}},"type":"object"}"#),
        (r#"true"#, r#"{"type":"object","properties":{}}"#),
        (
            r#"{"type":"object","anyOf":[{"properties":{"a":{},"b":{}},"required":["a","b"]},{"properties":{"b":{},"c":{}},"required":["b"]}]}"#,
            r#"{"type":"object","properties":{"a":{},"b":{},"c":{}},"required":["b"]}"#,
        ),
        (
            r#"{"allOf":[{"type":"object","properties":{"a":{}},"required":["a"]},{"properties":{"b":{}},"required":["b"]}],"description":"d"}"#,
            r#"{"description":"d","properties":{"a":{},"b":{}},"required":["a","b"],"type":"object"}"#,
        ),
    ];
    for (schema, wanted) in table {
        let (repaired, note) = for_tool(schema);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&repaired), value(wanted), "{schema}");
        assert!(note.is_some(), "{schema}");
        assert_eq!(for_tool(&repaired), (Cow::Borrowed(&*repaired), None), "{schema}");
    }
}

#[test]
fn strict_only_where_the_schema_keeps_to_the_subset() {
    let strict = r#"{"type":"object","properties":{"a":{"type":["string","null"]},"b":{"type":"array","items":{"type":"object","properties":{},"additionalProperties":false}}},"required":["b","a"],"additionalProperties":false}"#;
    assert!(qualifies_as_strict(strict));
    assert!(!qualifies_as_strict(&strict.replace(r#"["b","a"]"#, r#"["a"]"#)));
    assert!(!qualifies_as_strict(
        &strict.replace(r#""properties":{},"additionalProperties":false"#, r#""properties":{}"#)
    ));
    assert!(!qualifies_as_strict(r#"{"type":"object","properties":{}}"#));
    assert!(!qualifies_as_strict("[]"));
}

#[test]
fn members_are_found_without_reading_values() {
    assert_eq!(
        members(r#" {"a" : [1,{"x":2}] , "b":"}\",","c":{"d":[]}}"#),
        [("a", r#"[1,{"x":2}]"#), ("b", r#""}\",""#), ("c", r#"{"d":[]}"#),]
    );
    assert_eq!(members("[1,2]"), []);
    assert_eq!(members("{}"), []);
    assert_eq!(members("{\"a"), []);
}
