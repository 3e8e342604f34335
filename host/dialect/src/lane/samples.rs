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

/// An answer of each dialect, whole.
pub(crate) const STREAMS: [(Dialect, &str); 3] = [
    (Dialect::AnthropicMessages, MESSAGES),
    (Dialect::OpenaiResponses, RESPONSES),
    (Dialect::OpenaiChat, CHAT),
];

/// The counts of each: 18 tokens of input, 5 of them cached, and 7 of output.
pub(crate) const MESSAGES: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",",
    "\"usage\":{\"input_tokens\":10,\"cache_creation_input_tokens\":3,",
    "\"cache_read_input_tokens\":null,\"output_tokens\":1}}}\n\n",
    "event: ping\r\ndata: {\"type\":\"ping\"}\r\n\r\n: a comment\n\n",
    "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\ndata:\"delta\":{},",
    "\"usage\":{\"output_tokens\":7,\"cache_read_input_tokens\":5}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

pub(crate) const RESPONSES: &str = concat!(
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"resp_1\",",
    "\"object\":\"response\",\"status\":\"in_progress\",\"output\":[],\"usage\":null},",
    "\"sequence_number\":0}\n\n",
    "event: response.output_item.added\r\ndata: {\"type\":\"response.output_item.added\",",
    "\"item\":{\"type\":\"message\",\"content\":[]},\"sequence_number\":1}\r\n\r\n: a comment\n\n",
    "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",",
    "\"delta\":\"{\\\"type\\\":\\\"response.completed\\\"}\"}\n\n",
    "event: response.completed\ndata: {\"type\":\"response.completed\",\ndata:\"response\":{\"id\":\"resp_1\",",
    "\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"usage\":1}],",
    "\"usage\":{\"input_tokens\":18,\"input_tokens_details\":{\"cached_tokens\":5,",
    "\"cache_write_tokens\":3},\"output_tokens\":7,\"output_tokens_details\":",
    "{\"reasoning_tokens\":4},\"total_tokens\":25}},\"sequence_number\":9}\n\n",
);

pub(crate) const CHAT: &str = concat!(
    ": OPENROUTER PROCESSING\n\n",
    "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":",
    "{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"logprobs\":null,",
    "\"finish_reason\":null}],\"usage\":null,\"obfuscation\":\"abc\"}\r\n\r\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"usage\"},",
    "\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":",
    "\"\\\"error\\\":{}\"},\"finish_reason\":null}],\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\ndata:\"finish_reason\": \"stop\"}],",
    "\"usage\":null}\n\n",
    "data: {\"id\":\"c\",\"choices\":[],\"usage\" : {\"prompt_tokens\":18,\"completion_tokens\":7,",
    "\"total_tokens\":25,\"prompt_tokens_details\":{\"cached_tokens\":5,\"cache_write_tokens\":3},",
    "\"completion_tokens_details\":{\"reasoning_tokens\":4}}}\n\n",
    "data: [DONE]\n\n",
);

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
