//! Tests of the JSON writer.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Writer, escape};
use crate::types::{Encoding, Segment};

fn escaped(text: &str) -> String {
    let mut out = Vec::new();
    escape(text, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn escapes_what_json_asks_for_at_every_offset() {
    for special in ['"', '\\', '\n', '\r', '\t', '\0', '\x1f', '\x7f', 'é', '😀', '\u{2028}'] {
        for before in 0..20 {
            for after in [0, 1, 7, 9] {
                let text = format!("{}{special}{}", "a".repeat(before), "ß".repeat(after));
                let json = format!("\"{}\"", escaped(&text));
                assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
            }
        }
    }
    assert_eq!(escaped("a\"b\\c\nd\u{1}"), "a\\\"b\\\\c\\nd\\u0001");
}

#[test]
fn clean_text_is_copied() {
    let text = "no escapes in here, not even in ünïcode 😀 ";
    assert_eq!(escaped(text), text);
}

#[test]
fn commas_stand_between_values_only() {
    let mut writer = Writer::default();
    writer.open_array();
    writer.open_object();
    writer.string_member("a", "x");
    writer.raw_member("b", "[1]");
    writer.close_object();
    writer.open_array();
    writer.close_array();
    writer.null();
    writer.number(1.0);
    writer.number(0.25);
    writer.number(f64::NAN);
    writer.integer(7);
    writer.close_array();
    let text = String::from_utf8(writer.into_bytes().unwrap()).unwrap();
    assert_eq!(text, r#"[{"a":"x","b":[1]},[],null,1,0.25,null,7]"#);
}

#[test]
fn a_blob_splits_the_rope_and_nothing_else() {
    let mut writer = Writer::default();
    writer.open_array();
    writer.open_string();
    writer.chars("data:image/png;base64,");
    writer.blob(3, Encoding::Base64);
    writer.close_string();
    writer.string("next");
    writer.close_array();
    let segments = writer.into_segments();
    let text = |segment: &Segment| match segment {
        Segment::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Segment::Blob(blob) => format!("<{}>", blob.id),
    };
    let shown: Vec<String> = segments.iter().map(text).collect();
    assert_eq!(shown, ["[\"data:image/png;base64,", "<3>", "\",\"next\"]"]);
}
