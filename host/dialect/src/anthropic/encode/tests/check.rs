//! Reads answers with the strict checker, as a client does.
//!
//! Stricter than the grammar: an event is two lines, no delta is empty (rule A5), all four counts
//! are always told (rule A9).

use clasp_grammar::anthropic::{self, Checker, Message};
use serde_json::{Value, json};

/// What the client ends up with. The input of a call that is no JSON object is its text.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) blocks: Vec<Value>,
    pub(super) stop_reason: String,
    pub(super) stop_sequence: Value,
    pub(super) usage: Value,
    pub(super) error: Option<Value>,
}

pub(super) fn stream(body: &str) -> Answer {
    let mut checker = Checker::default();
    assert!(body.is_empty() || body.ends_with("\n\n"), "the last event is not complete");
    for event in body.split_terminator("\n\n") {
        let (name, data) = event.split_once('\n').expect("two lines");
        let name = name.strip_prefix("event: ").expect("an event field");
        let data = data.strip_prefix("data: ").expect("a data field");
        assert!(!data.contains(['\n', '\r']), "one line of JSON: {data:?}");
        let empty = data.ends_with(":\"\"}}") && name == "content_block_delta";
        assert!(!empty, "A5: an empty delta: {data}");
        checker.push(Some(name), data);
    }
    let answer = Answer::of(checker.message().clone());
    let started = checker.message().first_usage.clone();
    assert_eq!(checker.finish(), Vec::<String>::new(), "{body}");
    if answer.error.is_none() {
        counts(&started);
        assert!(started["input_tokens"].as_u64() > Some(0), "A9: no estimate");
        counts(&answer.usage);
    }
    answer
}

pub(super) fn plain(body: &str) -> Answer {
    let document: Value = serde_json::from_str(body).expect("JSON");
    if document["type"] == "error" {
        assert_eq!(anthropic::error(&document), Vec::<String>::new());
        return Answer { error: Some(document["error"].clone()), ..Answer::default() };
    }
    assert_eq!(anthropic::plain(&document), Vec::<String>::new(), "{body}");
    counts(&document["usage"]);
    Answer::of(Message::of(&document))
}

impl Answer {
    fn of(message: Message) -> Self {
        let Message { content, stop_reason, stop_sequence, usage, error, .. } = message;
        let stop_reason = stop_reason.as_str().unwrap_or_default().to_owned();
        Self { blocks: content, stop_reason, stop_sequence, usage, error }
    }
}

/// Rule B3.
pub(super) fn same(streamed: &Answer, plain: &Answer) {
    assert_eq!(streamed.error, plain.error);
    if streamed.error.is_some() {
        return;
    }
    let blocks: Vec<Value> = streamed.blocks.iter().cloned().map(unparsed).collect();
    assert_eq!(blocks, plain.blocks);
    assert_eq!(streamed.stop_reason, plain.stop_reason);
    assert_eq!(streamed.stop_sequence, plain.stop_sequence);
    assert_eq!(streamed.usage, plain.usage);
}

fn unparsed(mut block: Value) -> Value {
    if let Some(raw) = block["input"].as_str() {
        let len = raw.encode_utf16().count();
        block["input"] = json!({"__unparsedToolInput": {"raw": raw, "len": len}});
    }
    block
}

fn counts(usage: &Value) {
    for name in
        ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens"]
    {
        assert!(usage[name].is_u64(), "A9: {name} in {usage}");
    }
}
