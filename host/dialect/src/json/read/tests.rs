#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use bytes::BytesMut;
use clasp_model::ByteString;
use proptest::prelude::*;
use serde_json::Value;

use super::super::write;
use super::{Kind, Reader};

fn raw(text: &str) -> Result<String, String> {
    let body = ByteString::from(text);
    let mut reader = Reader::new(&body);
    let read = reader.raw().and_then(|json| reader.end().map(|()| json.as_str().to_owned()));
    read.map_err(|fault| fault.into_failure(&body).message)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}|[\u{0}-\u{7f}]{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map("[\u{0}-\u{7f}]{0,4}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A tree read with the reader's own means.
fn tree(reader: &mut Reader<'_>) -> Value {
    match reader.kind().unwrap() {
        Kind::Object => {
            let mut map = serde_json::Map::new();
            let read = reader.object(|reader, name| {
                map.insert(name.to_owned(), tree(reader));
                Ok(())
            });
            read.unwrap();
            Value::Object(map)
        }
        Kind::Array => {
            let mut items = Vec::new();
            let read = reader.array(|reader| {
                items.push(tree(reader));
                Ok(())
            });
            read.unwrap();
            Value::Array(items)
        }
        Kind::String => Value::from(reader.string().unwrap().to_string()),
        Kind::Boolean => Value::from(reader.boolean().unwrap()),
        Kind::Number | Kind::Null => serde_json::from_str(reader.raw().unwrap().as_str()).unwrap(),
    }
}

#[test]
fn strings_without_escapes_are_slices_of_the_body() {
    let body = ByteString::from("[\"plain\", \"esc\\u0041ped\\n\", {\"a\": [1]}]");
    let range = body.as_bytes().as_ptr_range();
    let mut reader = Reader::new(&body);
    let mut seen = Vec::new();
    let read = reader.array(|reader| {
        let text = match reader.kind()? {
            Kind::String => reader.string()?,
            _ => reader.raw()?.text().clone(),
        };
        seen.push((text.to_string(), range.contains(&text.as_ptr())));
        Ok(())
    });
    read.unwrap();
    let expected = [("plain", true), ("escAped\n", false), ("{\"a\": [1]}", true)];
    assert_eq!(seen, expected.map(|(text, slice)| (text.to_owned(), slice)));
}

#[test]
fn halves_of_surrogate_pairs_are_replaced() {
    assert_eq!(
        raw(r#"["a\ud83d","\ud83d\ude42","\ude42\ud83dx\\u"]"#).unwrap(),
        r#"["a\ufffd","\ud83d\ude42","\ufffd\ufffdx\\u"]"#
    );
    let body = ByteString::from(r#""\ud83d\ud83d\ude42\ud8""#);
    assert!(Reader::new(&body).string().is_err());
    let body = ByteString::from(r#""\ud83d\ud83d\ude42!""#);
    assert_eq!(&*Reader::new(&body).string().unwrap(), "\u{fffd}🙂!");
}

#[test]
fn faults_say_where_and_what() {
    let at = |text: &str| {
        let message = raw(text).unwrap_err();
        message.strip_prefix("The request body is not valid JSON: ").unwrap().to_owned()
    };
    assert_eq!(at("{\n \"a\": ü}"), "'ü' where a value should be at line 2 column 7");
    assert_eq!(at(""), "it ends where a value should be at line 1 column 1");
    assert_eq!(at("[1,]"), "']' where a value should be at line 1 column 4");
    assert_eq!(at("\"a\nb\""), "a control character within a string at line 1 column 3");
    assert_eq!(at("{} x"), "'x' where the end should be at line 1 column 4");
    assert_eq!(at(&"[".repeat(128)), "nested too deeply at line 1 column 128");
    assert!(raw(&("[".repeat(127) + &"]".repeat(127))).is_ok());
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_documents(value in value(), pretty: bool) {
        let write = if pretty { serde_json::to_string_pretty } else { serde_json::to_string };
        let text = write(&value).unwrap();
        prop_assert_eq!(raw(&text), Ok(text.clone()));
        let body = ByteString::from(text.as_str());
        let expected: Value = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(tree(&mut Reader::new(&body)), expected);
    }

    #[test]
    fn agrees_with_serde_json_on_what_is_json(
        text in r#"([\[\]{},:"\\ untrfalse0-9.eE+\-]|"a"|true|null|1|\\u00e4|\{"a":){0,14}"#,
    ) {
        let reference = serde_json::from_str::<&serde_json::value::RawValue>(&text);
        prop_assert_eq!(raw(&text).is_ok(), reference.is_ok(), "{:?}", reference);
    }

    #[test]
    fn written_strings_read_back(text in "\\PC{0,40}|[\u{0}-\u{ff}]{0,100}") {
        let mut out = BytesMut::new();
        write::string(&mut out, &text);
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text.clone());
        let body = ByteString::try_from(out.freeze()).unwrap();
        let read = Reader::new(&body).string().unwrap();
        prop_assert_eq!(&*read, text.as_str());
    }
}
