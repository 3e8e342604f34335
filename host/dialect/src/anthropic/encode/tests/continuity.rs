//! Rule C9: opaque state of texts and calls comes back with the next request, with no memory here.

use clasp_model::{ByteString, Event, FinishReason, Message, Part, Role, ToolCallDelta};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer, call, end_turn, finished, text, tool};
use crate::parse;

fn call_state(slot: u32, id: Option<&str>, state: &str) -> Event {
    let state = Some(state.to_owned());
    Event::ToolCall(ToolCallDelta { slot, id: id.map(Into::into), state, ..Default::default() })
}

fn hidden(data: &str) -> Value {
    json!({"type": "redacted_thinking", "data": data})
}

/// The messages of the next request, after these of the model's turn.
fn next(turn: &[Value]) -> Vec<Message> {
    let mut messages = vec![json!({"role": "user", "content": "x"})];
    messages.extend(
        turn.iter().map(|content| json!({"role": "assistant", "content": content.clone()})),
    );
    messages.push(json!({"role": "user", "content": "y"}));
    let body = json!({"model": "m", "max_tokens": 1, "messages": messages}).to_string();
    let request = parse(Default::default(), &ByteString::from(body), &[]).unwrap().request;
    request.messages.into_iter().filter(|message| message.role == Role::Assistant).collect()
}

/// What the parts are, each with its state.
fn states(messages: &[Message]) -> Vec<(String, Option<String>)> {
    let part = |part: &Part| match part {
        Part::Text(text) => (text.text.to_string(), text.state.as_deref().map(Into::into)),
        Part::Thinking(thinking) => {
            (thinking.text.to_string(), thinking.state.as_deref().map(Into::into))
        }
        Part::ToolCall(call) => (call.id.to_string(), call.state.as_deref().map(Into::into)),
        other => panic!("{other:?}"),
    };
    messages.iter().flat_map(|message| &message.parts).map(part).collect()
}

fn some(owner: &str, state: &str) -> (String, Option<String>) {
    (owner.into(), Some(state.into()))
}

fn none(owner: &str) -> (String, Option<String>) {
    (owner.into(), None)
}

#[test]
fn c09_state_of_a_text_follows_it_unless_it_ends_the_answer() {
    let got = answer(&[
        text("a"),
        Event::State("s1".into()),
        text("b"),
        Event::State("s2".into()),
        Event::Thinking("t".into()),
        text("c"),
        Event::State("last".into()),
        end_turn(),
    ]);
    let said = |text: &str| json!({"type": "text", "text": text});
    assert_eq!(got.blocks[..2], [said("a"), hidden("clasp1-text:s1")]);
    assert_eq!(got.blocks[2..4], [said("b"), hidden("clasp1-text:s2")]);
    assert_eq!(got.blocks[5..], [said("c")]);
    let back = states(&next(&[Value::Array(got.blocks)]));
    assert_eq!(back, [some("a", "s1"), some("b", "s2"), none("t"), none("c")]);
}

#[test]
fn c09_state_of_a_call_stands_before_it_when_it_is_known() {
    let known = Event::ToolCall(ToolCallDelta {
        id: Some("a.b".into()),
        name: Some("f".into()),
        arguments: "{}".into(),
        state: Some("s:1".into()),
        ..ToolCallDelta::default()
    });
    let got = answer(&[known, call_state(0, None, "s:1"), finished(FinishReason::ToolCalls)]);
    let expected = [hidden("clasp1-call:clasp_YS5i:s:1"), tool("clasp_YS5i", "f", json!({}))];
    assert_eq!(got.blocks, expected);
    assert_eq!(got.stop_reason, "tool_use");
    assert_eq!(states(&next(&[Value::Array(got.blocks)])), [some("a.b", "s:1")]);
}

#[test]
fn c09_state_of_a_call_may_come_late() {
    let got = answer(&[
        call(0, Some("a"), Some("f"), "{"),
        call(1, Some("b"), Some("g"), "{}"),
        call_state(1, None, "early"),
        call_state(0, None, "replaced"),
        call_state(0, None, "late"),
        call(0, None, None, "}"),
        text("said"),
        call_state(0, Some("a"), "very late"),
        text(" more"),
        end_turn(),
    ]);
    let expected = [
        tool("a", "f", json!({})),
        hidden("clasp1-call:a:late"),
        hidden("clasp1-call:b:early"),
        tool("b", "g", json!({})),
        json!({"type": "text", "text": "said"}),
        hidden("clasp1-call:a:very late"),
        json!({"type": "text", "text": " more"}),
    ];
    assert_eq!(got.blocks, expected);
    let back = states(&next(&[Value::Array(got.blocks)]));
    assert_eq!(back, [some("a", "very late"), some("b", "early"), none("said"), none(" more")]);
}

#[test]
fn c09_a_minted_id_carries_state_too() {
    let got = answer(&[
        call(0, None, Some("f"), "{}"),
        call_state(0, None, "s"),
        call(1, None, Some("g"), "{}"),
        end_turn(),
    ]);
    let id = got.blocks[0]["id"].as_str().unwrap().to_owned();
    let back = states(&next(&[Value::Array(got.blocks)]));
    assert_eq!(back[0], some(&id, "s"));
    assert_eq!(back[1].1, None);
}

#[test]
fn c09_a_turn_may_come_back_in_several_messages_and_in_part() {
    let text = json!({"type": "text", "text": "a"});
    let (one, two) = (tool("x", "f", json!({})), tool("y", "f", json!({})));
    let blocks = [
        text.clone(),
        hidden("clasp1-text:t"),
        hidden("clasp1-call:y:2"),
        hidden("clasp1-call:x:1"),
        one.clone(),
        two.clone(),
    ];
    let whole = [some("a", "t"), some("x", "1"), some("y", "2")];
    let split: Vec<Value> = blocks.iter().map(|block| json!([block])).collect();
    let messages = next(&split);
    assert_eq!(states(&messages), whole);
    assert_eq!(messages.len(), 3, "no message is empty");

    // A client that keeps no such blocks, one that drops what they belong to, and blocks of a
    // version to come.
    let kept = [json!([text, one, two])];
    assert_eq!(states(&next(&kept)), [none("a"), none("x"), none("y")]);
    let orphans = json!([hidden("clasp1-text:t"), hidden("clasp1-call:x:1"), two]);
    assert_eq!(states(&next(&[orphans])), [none("y")]);
    let strange = json!([text, hidden("clasp1-"), hidden("clasp1-call:x"), hidden("clasp1-new:z")]);
    assert_eq!(states(&next(&[strange])), [none("a")]);
    assert_eq!(next(&[json!([hidden("clasp1-text:t")])]), []);
}

/// Pieces of a call and what belongs to it; state comes with the piece of this number.
fn pieces(slot: usize, state: &Option<(usize, String)>) -> Vec<Event> {
    let piece = |(at, piece): (usize, &str)| {
        Event::ToolCall(ToolCallDelta {
            slot: slot as u32,
            id: (at == 0).then(|| format!("call.{slot}")),
            name: (at == 0).then(|| "f".into()),
            arguments: piece.into(),
            state: state.clone().filter(|(when, _)| *when == at).map(|(_, state)| state),
        })
    };
    ["", "{", "", "}"].into_iter().enumerate().map(piece).collect()
}

fn any_state() -> impl Strategy<Value = String> {
    "\\PC{1,6}|clasp1:x/y:[a-z:]{1,3}"
}

proptest! {
    #[test]
    fn c09_state_comes_back_with_what_it_belongs_to(
        said in vec((any::<bool>(), option::of(any_state())), 0..6),
        calls in vec(option::of((0_usize..4, any_state())), 0..4),
        order in vec(0_usize..4, 0..16),
    ) {
        prop_assume!(!said.is_empty() || !calls.is_empty());
        let mut events = Vec::new();
        // Whether it is thinking, its text, its state.
        let mut expected: Vec<(bool, String, Option<String>)> = Vec::new();
        for (index, (thinking, state)) in said.into_iter().enumerate() {
            let piece = format!("<{index}>");
            events.push(if thinking { Event::Thinking(piece.clone()) } else { text(&piece) });
            events.extend(state.clone().map(Event::State));
            match expected.last_mut() {
                // What has no state yet goes on.
                Some((kind, before, none @ None)) if *kind == thinking => {
                    before.push_str(&piece);
                    *none = state;
                }
                _ => expected.push((thinking, piece, state)),
            }
        }
        // Clients take the last text for the result.
        if let Some((false, _, state)) = expected.last_mut().filter(|_| calls.is_empty()) {
            *state = None;
        }
        let mut rest: Vec<_> =
            calls.iter().enumerate().map(|(slot, state)| pieces(slot, state).into_iter()).collect();
        let mut begun = Vec::new();
        for slot in order.into_iter().chain((0..4).flat_map(|slot| [slot; 4])) {
            let Some(event) = rest.get_mut(slot).and_then(Iterator::next) else { continue };
            events.push(event);
            if !begun.contains(&slot) {
                begun.push(slot);
                let state = calls[slot].clone().map(|(_, state)| state);
                expected.push((false, format!("call.{slot}"), state));
            }
        }
        events.push(end_turn());
        let back = states(&next(&[Value::Array(answer(&events).blocks)]));
        let expected: Vec<_> =
            expected.into_iter().map(|(_, owner, state)| (owner, state)).collect();
        prop_assert_eq!(back, expected);
    }
}
