//! Reads answers with the strict checker, as a client does.

use clasp_grammar::chat::{self, Checker};
use clasp_grammar::openai;
use serde_json::{Value, json};

/// What the client ends up with; members that say nothing are left out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) message: Value,
    pub(super) finish_reason: String,
    pub(super) usage: Value,
    pub(super) error: Option<Value>,
}

pub(super) fn stream(body: &str) -> Answer {
    let mut checker = Checker::default();
    assert!(body.ends_with("\n\n"), "the last event is not complete: {body}");
    for event in body.split_terminator("\n\n") {
        let data = event.strip_prefix("data: ").expect("a data field alone");
        checker.push(None, data);
    }
    let answer = match checker.error() {
        Some(error) => Answer { error: Some(error.clone()), ..Answer::default() },
        None => Answer {
            message: said(checker.message()),
            finish_reason: checker.finish_reason().unwrap_or_default().to_owned(),
            usage: checker.usage().cloned().unwrap_or_default(),
            error: None,
        },
    };
    assert_eq!(checker.finish(), Vec::<String>::new(), "{body}");
    answer
}

pub(super) fn plain(body: &str) -> Answer {
    let document: Value = serde_json::from_str(body).expect("JSON");
    if let Some(error) = document.get("error") {
        assert_eq!(openai::error(&document), Vec::<String>::new());
        return Answer { error: Some(error.clone()), ..Answer::default() };
    }
    assert_eq!(chat::plain(&document), Vec::<String>::new(), "{body}");
    let choice = &document["choices"][0];
    Answer {
        message: said(choice["message"].clone()),
        finish_reason: choice["finish_reason"].as_str().unwrap_or_default().to_owned(),
        usage: document["usage"].clone(),
        error: None,
    }
}

fn said(mut message: Value) -> Value {
    if let Some(members) = message.as_object_mut() {
        members.retain(|_, value| !value.is_null() && *value != json!([]));
    }
    message
}
