//! Tests of the OpenAI-compatible base, beside the cases of the plugins that are made from it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use serde_json::Value;

use super::{Answer, Profile, State, begin};
use crate::effort;
use crate::history::MidSystem;
use crate::names::{Alphabet, NameRule};
use crate::provider::Exchange;
use crate::surrogates::mend;
use crate::tags::{Beginning, Call, Piece, Tags};
use crate::types::{
    Event, FinishReason, Frame, Message, Part, Reasoning, Request, ResultPart, Role, Segment,
    Target, Text, ToolCall, ToolResult,
};

fn body(segments: Vec<Segment>) -> Value {
    let mut bytes = Vec::new();
    for segment in segments {
        match segment {
            Segment::Bytes(text) => bytes.extend(text),
            Segment::Blob(blob) => panic!("blob {}", blob.id),
        }
    }
    serde_json::from_slice(&bytes).unwrap()
}

fn feed(profile: &Profile, frames: &[&str]) -> Vec<Event> {
    let mut answer = Answer::new(profile, State { stream: true, ..State::default() });
    let mut events = Vec::new();
    for data in frames {
        answer.feed(&Frame { name: None, data: (*data).into() }, &mut events);
    }
    answer.end(&mut events);
    events
}

#[test]
fn tags_are_found_however_the_text_is_cut() {
    let text =
        " <think>\nHm < 3</think>\n\nA <b> <tool_call>\n{\"name\":\"f\"}\n</tool_call>end <too";
    let wanted = [
        Piece::Thinking("Hm < 3".into()),
        Piece::Text("A <b> ".into()),
        Piece::Call(Call { name: "f".into(), arguments: "{}".into() }),
        Piece::Text("end <too".into()),
    ];
    for size in 1..text.len() {
        let mut tags = Tags::new(Beginning::Tag, true).unwrap();
        let mut pieces: Vec<Piece> = Vec::new();
        for chunk in text.as_bytes().chunks(size) {
            tags.push(std::str::from_utf8(chunk).unwrap(), &mut pieces);
        }
        tags.finish(&mut pieces);
        let mut joined: Vec<Piece> = Vec::new();
        for piece in pieces {
            match (joined.last_mut(), piece) {
                (Some(Piece::Text(all)), Piece::Text(more))
                | (Some(Piece::Thinking(all)), Piece::Thinking(more)) => all.push_str(&more),
                (_, piece) => joined.push(piece),
            }
        }
        assert_eq!(joined, wanted, "cut every {size} bytes");
    }
}

#[test]
fn calls_in_the_text_become_calls_where_the_profile_says_so() {
    let chunks = [
        r#"{"choices":[{"delta":{"content":"<tool_call>{\"name\":\"f\",\"arguments\":{\"a\":1}}"}}]}"#,
        r#"{"choices":[{"delta":{"content":"</tool_call><tool_call>{\"name\":\"f\",\"arguments\":{\"a\":2}}</tool_call>"},"finish_reason":"stop"}]}"#,
    ];
    let profile = Profile { tool_call_tags: true, ..Profile::COMPATIBLE };
    let events = feed(&profile, &chunks);
    let arguments: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::ToolCall(call) => Some((call.slot, call.arguments.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(arguments, [(0, r#"{"a":1}"#), (1, r#"{"a":2}"#)]);
    assert_eq!(events.last(), Some(&Event::Finished(FinishReason::ToolCalls)));
    let plain = feed(&Profile::COMPATIBLE, &chunks);
    assert!(plain.iter().all(|event| !matches!(event, Event::ToolCall(_))));
}

#[test]
fn c05_names_are_shortened_the_same_way_each_time() {
    let rule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };
    for name in ["a", "get_weather-2", &"x".repeat(64)] {
        assert_eq!(rule.apply(name), name);
    }
    for name in ["", "a.b", "höhe", &"x".repeat(65)] {
        let short = rule.apply(name);
        assert!(rule.allows(&short), "{name} became {short}");
        assert_eq!(short, rule.apply(name));
    }
    assert_ne!(rule.apply("a.b"), rule.apply("a:b"));
    let nine = NameRule { alphabet: Alphabet::Alphanumeric, min: 9, max: 9 };
    assert!(nine.allows(&nine.apply("call_1")));
    assert_ne!(nine.apply("call_1"), nine.apply("call_2"));
    assert_eq!(nine.apply("AbC123xyz"), "AbC123xyz");
}

#[test]
fn c08_a_budget_reads_as_an_effort() {
    let effort = |budget| {
        let reasoning = Reasoning { effort: None, budget_tokens: Some(budget), visible: true };
        effort::asked(&reasoning).map(str::to_owned)
    };
    for (budget, wanted) in [
        (0, "none"),
        (1024, "low"),
        (4096, "low"),
        (4097, "medium"),
        (16_384, "medium"),
        (16_385, "high"),
    ] {
        assert_eq!(effort(budget).as_deref(), Some(wanted), "{budget}");
    }
}

#[test]
fn a14_halves_of_a_pair_are_joined_or_replaced() {
    let mut half = None;
    assert_eq!(mend(r#"{"a":"x\ud83d\ude00\\ud83d"}"#, &mut half), None);
    assert_eq!(mend(r#"{"a":"x\ud83d"}"#, &mut half).as_deref(), Some(r#"{"a":"x"}"#));
    assert_eq!(mend(r#"{"a":"\ude00y"}"#, &mut half).as_deref(), Some(r#"{"a":"\ud83d\ude00y"}"#));
    assert_eq!(mend(r#"{"a":"\ude00y"}"#, &mut half).as_deref(), Some(r#"{"a":"\ufffdy"}"#));
    assert_eq!(mend(r#"{"a":"\ud83dy"}"#, &mut half).as_deref(), Some(r#"{"a":"\ufffdy"}"#));
}

#[test]
fn chunks_of_odd_types_are_read_without_complaint() {
    let events = feed(
        &Profile::COMPATIBLE,
        &[
            r#"{"id":7,"model":["m"],"choices":{"index":"0","delta":{"content":{"a":1},"tool_calls":"x","content":"Hi"}},"usage":[],"error":null}"#,
            r#"{"id":7,"choices":[null,3,{"delta":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":"12","completion_tokens":3.0,"prompt_tokens_details":null}}"#,
        ],
    );
    assert!(
        matches!(&events[..], [
        Event::Started(_),
        Event::Text(text),
        Event::Usage(usage),
        Event::Finished(FinishReason::EndTurn),
    ] if text == "Hi" && usage.input == Some(12) && usage.output == Some(3)),
        "{events:?}"
    );
}

/// Any conversation, from the bits of a number.
fn conversation(mut bits: u64) -> Request {
    let mut take = |count: u64| {
        let value = bits % count;
        bits /= count;
        value
    };
    let mut messages = Vec::new();
    for _ in 0..=take(6) {
        let role = [Role::System, Role::User, Role::Assistant][take(3) as usize];
        let mut parts = Vec::new();
        for _ in 0..take(4) {
            let id = format!("call_{}", take(3));
            parts.push(match take(4) {
                0 | 1 if role == Role::Assistant => Part::ToolCall(ToolCall {
                    id,
                    name: "f".into(),
                    arguments: "{}".into(),
                    state: None,
                    cache: None,
                    extra: Vec::new(),
                }),
                0 | 1 if role == Role::User => Part::ToolResult(ToolResult {
                    call_id: id,
                    name: "f".into(),
                    is_error: false,
                    content: vec![ResultPart::Text("result".into())],
                    cache: None,
                    extra: Vec::new(),
                }),
                kind => Part::Text(Text {
                    text: if kind == 2 { String::new() } else { "text".into() },
                    state: None,
                    cache: None,
                    extra: Vec::new(),
                }),
            });
        }
        messages.push(Message { role, parts, extra: Vec::new() });
    }
    Request { messages, ..Request::default() }
}

#[test]
fn c01_every_call_is_answered_once_and_at_once_whatever_came() {
    let target = Target { model: "m".into(), ..Target::default() };
    let mut bits = 1_u64;
    for _ in 0..4000 {
        bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let request = conversation(bits >> 4);
        for mid_system in [MidSystem::InPlace, MidSystem::Folded] {
            let profile = Profile { mid_system, ..Profile::COMPATIBLE };
            let Ok(begun) = begin(&profile, &target, &request) else { continue };
            let body = body(begun.http.body);
            let mut open: Vec<&str> = Vec::new();
            for message in body["messages"].as_array().unwrap() {
                if message["role"] == "tool" {
                    let id = message["tool_call_id"].as_str().unwrap();
                    let at = open.iter().position(|call| *call == id);
                    open.remove(at.unwrap_or_else(|| panic!("{id} is not open: {body}")));
                    continue;
                }
                assert!(open.is_empty(), "unanswered: {body}");
                for call in message["tool_calls"].as_array().into_iter().flatten() {
                    let id = call["id"].as_str().unwrap();
                    assert!(!open.contains(&id), "{id} twice: {body}");
                    open.push(id);
                }
            }
            assert!(open.is_empty(), "unanswered: {body}");
        }
    }
}
