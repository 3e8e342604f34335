//! What a client reads of an answer, checked by the grammar.

use clasp_grammar::responses::{self, Checker};
use serde_json::Value;

/// An answer, or the error in the place of one.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) response: Value,
    /// What came in pieces.
    pub(super) events: Vec<Value>,
}

impl Answer {
    pub(super) fn items(&self) -> &[Value] {
        self.response["output"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The pieces of an event's kind.
    pub(super) fn deltas(&self, kind: &str) -> Vec<&str> {
        let of_kind = self.events.iter().filter(|event| event["type"] == kind);
        of_kind.map(|event| event["delta"].as_str().unwrap()).collect()
    }
}

/// Reads a stream.
pub(super) fn stream(text: &str) -> Answer {
    let mut checker = Checker::default();
    let mut events: Vec<Value> = Vec::new();
    for event in text.split_terminator("\n\n") {
        if event == ": ping" {
            continue;
        }
        let (name, data) = event.split_once('\n').unwrap_or_else(|| panic!("event {event:?}"));
        let name = name.strip_prefix("event: ").unwrap_or_else(|| panic!("event {event:?}"));
        let data = data.strip_prefix("data: ").unwrap_or_else(|| panic!("event {event:?}"));
        assert!(!data.contains(['\n', '\r']), "a payload on several lines: {data:?}");
        checker.push(Some(name), data);
        events.push(serde_json::from_str(data).unwrap_or_else(|e| panic!("{e}: {data}")));
    }
    assert!(text.ends_with("\n\n"));
    let faults = checker.finish();
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
    let response = events.last().map(|event| event["response"].clone()).unwrap_or_default();
    Answer { response, events }
}

/// Reads a document.
pub(super) fn plain(text: &str) -> Answer {
    let response: Value = serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"));
    let faults = match response.get("object") {
        Some(_) => responses::plain(&response),
        None => clasp_grammar::openai::error(&response),
    };
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
    Answer { response, events: Vec::new() }
}

/// A stream says what the plain answer says (rule B3); one that failed, that it failed.
pub(super) fn same(streamed: &Answer, plain: &Answer) {
    if streamed.response["status"] != "failed" {
        return assert_eq!(streamed.response, plain.response);
    }
    assert!(plain.response["object"].is_null(), "{}", plain.response);
}
