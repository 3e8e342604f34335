//! The cases, and what cases do not show.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use clasp_plugin::{
    FailureKind, HttpResponse, Message, Part, Provider, Request, Role, Segment, Target, Text,
};

#[test]
fn cases() {
    clasp_plugin::cases::run::<super::Cohere>(env!("CARGO_MANIFEST_DIR"));
}

/// What is written of a conversation stays as it is when it goes on.
#[test]
fn c11_the_prefix_of_a_conversation_stays() {
    let part = |text: &str| {
        Part::Text(Text { text: text.into(), state: None, cache: None, extra: Vec::new() })
    };
    let message = |role, text: &str| Message { role, parts: vec![part(text)], extra: Vec::new() };
    let body = |messages: Vec<Message>| {
        let request = Request { messages, ..Request::default() };
        let begun = super::Cohere::begin(&Target::default(), &request).unwrap();
        let [Segment::Bytes(body)] = &begun.http.body[..] else { panic!("one segment") };
        String::from_utf8(body.clone()).unwrap()
    };
    let mut messages = vec![message(Role::User, "Hello")];
    let first = body(messages.clone());
    messages.push(message(Role::Assistant, "Hi."));
    messages.push(message(Role::User, &"Go on. ".repeat(9000)));
    let second = body(messages);
    let prefix = first.split_once("]").unwrap().0;
    assert!(prefix.ends_with("Hello\"}"), "{prefix}");
    assert!(second.starts_with(prefix), "{second}");
}

#[test]
fn models_that_chat_are_listed_with_what_is_known_of_them() {
    let body = br#"{"models":[
            {"name":"command-a-03-2025","endpoints":["generate","chat"],"context_length":288000},
            {"name":"embed-v4.0","endpoints":["embed"],"context_length":8192},
            {"name":"command-r","endpoints":["chat"],"is_deprecated":true},
            {"name":"my-model","endpoints":["chat"],"context_length":0}]}"#;
    let response = HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
    let models = super::Cohere::parse_models(&response).unwrap();
    let told: Vec<_> = models
        .iter()
        .map(|model| (model.id.as_str(), model.context_window, model.max_output_tokens))
        .collect();
    assert_eq!(told, [("command-a-03-2025", Some(288_000), Some(8000)), ("my-model", None, None),]);
    let refused = HttpResponse { status: 401, headers: Vec::new(), body: b"{}".to_vec() };
    assert_eq!(
        super::Cohere::parse_models(&refused).unwrap_err().kind,
        FailureKind::Authentication
    );
}
