#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use secrecy::SecretString;

use super::{keys, secrets};

fn masked(text: &str, values: &[&str]) -> String {
    let values: BTreeMap<String, SecretString> = values
        .iter()
        .enumerate()
        .map(|(index, value)| (index.to_string(), SecretString::from(*value)))
        .collect();
    secrets(text, &values).into_owned()
}

#[test]
fn d07_known_secrets_are_masked_however_they_are_spelled() {
    assert_eq!(masked("a hunter2-long b", &["hunter2-long"]), "a *** b");
    assert_eq!(masked(r#"{"k":"a\"b\\cdefg"}"#, &["a\"b\\cdefg"]), r#"{"k":"***"}"#);
    assert_eq!(masked("?key=a%2Fb%2Bcdef", &["a/b+cdef"]), "?key=***");
    assert_eq!(masked("abcdefgh abcdefghij", &["abcdefgh", "abcdefghij"]), "*** ***");
    assert_eq!(masked("xabcdefghx", &["abcdefgh"]), "x***x");
    assert_eq!(masked("nothing here", &["abcdefgh"]), "nothing here");
}

#[test]
fn short_values_are_masked_as_words_and_none_is_not_a_key() {
    assert_eq!(masked("the test of tests", &["test"]), "the *** of tests");
    assert_eq!(masked("a b c", &["a", ""]), "a b c");
}

#[test]
fn d07_what_looks_like_a_key_is_masked() {
    for (text, expected) in [
        (
            "Incorrect API key provided: sk-proj-abc_DEF-12345.",
            "Incorrect API key provided: sk-***",
        ),
        ("key sk-ant-api03-aaaaaaaa, bad", "key sk-***, bad"),
        ("Authorization: Bearer eyJhbGciOi.abc-_/+=", "Authorization: Bearer ***"),
        ("AUTHORIZATION: bearer abcdefgh12", "AUTHORIZATION: bearer ***"),
        ("\"Basic dXNlcjpwYXNz\"", "\"Basic ***\""),
        ("https://x/y?key=AIzaSyA1234567890&alt=sse", "https://x/y?key=***&alt=sse"),
        ("AIzaSyA12345678901234567890123456789012", "AIza***"),
        ("api_key=abcdefgh1234 x", "api_key=*** x"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl!", "token eyJ***!"),
        ("ABSKQmVkcm9ja0FQSUtleS1leGFtcGxl", "ABSK***"),
        ("sk-abc12345 and sk-def67890", "sk-*** and sk-***"),
        ("ключ sk-abcdefgh1 é", "ключ sk-*** é"),
    ] {
        assert_eq!(keys(text), expected);
    }
}

#[test]
fn what_is_no_key_stays() {
    for text in [
        "",
        "task-management-tool",
        "the bearer of news",
        "sk-short",
        "monkey=business-class",
        "risk-assessment",
        "Bearer",
        "sk-",
        "ключ é",
        "a basic idea",
    ] {
        assert!(matches!(keys(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}
