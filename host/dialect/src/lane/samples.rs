//! What the tests of each dialect's lane are made of.

#![allow(clippy::unwrap_used, reason = "tests")]

use bytes::Bytes;
use clasp_model::{ByteString, Dialect, Failure, Header, HttpResponse};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Seen;

/// State of a provider with the tag `clasp1:a:`.
pub(crate) fn own(state: &str) -> Option<String> {
    let own = match state.starts_with("clasp1") {
        true => state.strip_prefix("clasp1:a:")?,
        false => state,
    };
    Some(own.to_owned())
}

/// The body that is sent.
pub(crate) fn sent(dialect: Dialect, body: &str, model: &str) -> String {
    let pieces = super::body(dialect, &ByteString::from(body), model, &own);
    pieces.iter().map(|piece| std::str::from_utf8(piece).unwrap()).collect()
}

/// What is seen of a stream that comes in pieces of this size.
pub(crate) fn seen(dialect: Dialect, body: &[u8], cut: usize) -> Seen {
    let mut tap = super::tap(dialect);
    for piece in body.chunks(cut) {
        tap.push(piece);
    }
    tap.seen().clone()
}

/// As [`seen`], of a body that ended.
pub(crate) fn finished(dialect: Dialect, body: &[u8], cut: usize) -> Seen {
    let mut tap = super::tap(dialect);
    for piece in body.chunks(cut) {
        tap.push(piece);
    }
    tap.finish();
    tap.seen().clone()
}

pub(crate) fn rejected(
    dialect: Dialect,
    status: u16,
    headers: &[(&str, &str)],
    body: &str,
) -> (Failure, bool) {
    let headers = headers
        .iter()
        .map(|(name, value)| Header { name: (*name).into(), value: (*value).into() })
        .collect();
    let body = Bytes::from(body.to_owned());
    super::rejected(dialect, &HttpResponse { status, headers, body })
}

pub(crate) fn headers(names: &[&str]) -> Vec<Header> {
    names.iter().map(|name| Header { name: (*name).into(), value: "v".into() }).collect()
}

pub(crate) fn names(headers: &[Header]) -> Vec<&str> {
    headers.iter().map(|header| header.name.as_str()).collect()
}

/// With names that mean something in requests.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<i64>().prop_map(|number| json!(number)),
        "[a-z\"\\\\\u{e9} ]{0,6}|clasp1:[ab]:x|clasp1-text:y|rs_clasp_x".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let names = prop_oneof![
            Just("model"),
            Just("messages"),
            Just("input"),
            Just("content"),
            Just("type"),
            Just("id"),
            Just("x")
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec((names, inner), 0..4).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}
