//! The cases, and what cases do not show.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use clasp_plugin::{
    Abilities, HttpResponse, Message, Part, Provider, Request, Role, Segment, Target, Text,
};

#[test]
fn cases() {
    clasp_plugin::cases::run::<super::Ollama>(env!("CARGO_MANIFEST_DIR"));
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
        let begun = super::Ollama::begin(&Target::default(), &request).unwrap();
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
fn models_tell_what_they_can_where_the_server_does() {
    let body = br#"{"models":[
            {"name":"qwen3:8b","model":"qwen3:8b","size":1,"details":{"family":"qwen3",
             "context_length":40960},"capabilities":["completion","tools","thinking"]},
            {"name":"gemma:2b","details":null,"capabilities":["completion","vision"]},
            {"name":"nomic-embed-text:latest","capabilities":["embedding"]},
            {"name":"old:7b","details":{"family":"llama"}}]}"#;
    let response = HttpResponse { status: 200, headers: Vec::new(), body: body.to_vec() };
    let models = super::Ollama::parse_models(&response).unwrap();
    let told: Vec<_> = models
        .iter()
        .map(|model| (model.id.as_str(), model.context_window, model.abilities))
        .collect();
    let always = Abilities::OUTPUT_SCHEMA | Abilities::PROMPT_CACHE;
    let calls = Abilities::TOOLS | Abilities::PARALLEL_TOOLS | Abilities::THINKING;
    assert_eq!(
        told,
        [
            ("qwen3:8b", Some(40_960), Some(always | calls)),
            ("gemma:2b", None, Some(always | Abilities::IMAGES)),
            ("old:7b", None, None),
        ]
    );
}
