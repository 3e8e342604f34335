//! What no case shows: state on its own, and token counting.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::Value;

use super::keep::{Kept, Reasoning, host_of};
use super::{Profile, count, parse_count};
use crate::types::{
    FailureKind, HttpResponse, Message, Part, Request, Role, Segment, Target, Text,
};

#[test]
fn hosts_of_urls() {
    for (url, host) in [
        ("https://api.openai.com/v1", "api.openai.com"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1"),
        ("http://[::1]:80", "[::1]"),
        ("https://user:pass@a.example?x", "a.example"),
        ("a.example/v1", "a.example"),
        ("", ""),
    ] {
        assert_eq!(host_of(url), host, "{url}");
    }
}

#[test]
fn c09_a_thought_is_split_as_it_was_told() {
    let split = |parts: &[usize], text: &'static str| {
        Reasoning { parts: parts.to_vec(), ..Reasoning::default() }.split(text)
    };
    assert_eq!(split(&[], ""), [""; 0]);
    assert_eq!(split(&[], "a\n\nb"), ["a\n\nb"]);
    assert_eq!(split(&[1, 2], "a\n\nbc"), ["a", "bc"]);
    assert_eq!(split(&[1, 2], ""), [""; 0]);
    // A client that changed the text.
    assert_eq!(split(&[1, 2], "a\n\nbcd"), ["a\n\nbcd"]);
    assert_eq!(split(&[9], "a"), ["a"]);
    assert_eq!(split(&[1], "é"), ["é"]);
}

#[test]
fn c10_state_goes_back_to_its_host_only() {
    let reasoning = Reasoning { encrypted: "e".into(), ..Reasoning::default() };
    let kept = Kept { at: "a".into(), reasoning: Some(reasoning), ..Kept::default() }.write();
    assert_eq!(kept, r#"{"at":"a","reasoning":{"encrypted":"e"}}"#);
    assert!(Kept::read(&kept, "a").unwrap().reasoning.is_some());
    for foreign in [Kept::read(&kept, "b"), Kept::read("{", "a"), Kept::read("", "a")] {
        assert!(foreign.is_none());
    }
}

#[test]
fn tokens_are_counted_of_the_prompt_alone() {
    let text = Text { text: "Hi.".into(), state: None, cache: None, extra: Vec::new() };
    let message = Message { role: Role::User, parts: vec![Part::Text(text)], extra: Vec::new() };
    let request = Request {
        messages: vec![message],
        max_output_tokens: Some(9),
        stream: true,
        ..Request::default()
    };
    let target = Target { model: "m".into(), ..Target::default() };
    let http = count(&Profile::COMPATIBLE, &target, &request).unwrap();
    assert_eq!(http.path, "/responses/input_tokens");
    let [Segment::Bytes(body)] = http.body.as_slice() else { panic!("one piece") };
    let body: Value = serde_json::from_slice(body).unwrap();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["model", "input"]);

    let answer = |status, body: &str| {
        parse_count(&HttpResponse { status, headers: Vec::new(), body: body.into() })
    };
    assert_eq!(answer(200, r#"{"object":"response.input_tokens","input_tokens":7}"#).unwrap(), 7);
    assert_eq!(answer(200, "[]").unwrap_err().kind, FailureKind::Protocol);
    assert_eq!(answer(401, "{}").unwrap_err().kind, FailureKind::Authentication);
}
