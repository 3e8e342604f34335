//! Rule C9: opaque state comes back with the next request, with no memory here.

use clasp_model::{ByteString, Dialect, Event, Message, Part, Role, ToolCallDelta};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer, call, end_turn, state, text, thinking};
use crate::parse;

fn call_state(slot: u32, state: &str) -> Event {
    let state = Some(state.to_owned());
    Event::ToolCall(ToolCallDelta { slot, state, ..Default::default() })
}

/// What the model said, in the next request.
fn next(message: &Value) -> Vec<Part> {
    let messages =
        json!([{"role": "user", "content": "x"}, message, {"role": "user", "content": "y"}]);
    let body = json!({"model": "m", "messages": messages}).to_string();
    let request = parse(Dialect::OpenaiChat, &ByteString::from(body), &[]).unwrap().request;
    let turn: Vec<Message> =
        request.messages.into_iter().filter(|message| message.role == Role::Assistant).collect();
    turn.into_iter().flat_map(|message| message.parts).collect()
}

/// What the parts are, each with its state.
fn states(parts: &[Part]) -> Vec<(&'static str, String, Option<String>)> {
    let owned = |state: &Option<ByteString>| state.as_deref().map(str::to_owned);
    let part = |part: &Part| match part {
        Part::Text(text) => ("text", text.text.to_string(), owned(&text.state)),
        Part::Thinking(each) if each.redacted => {
            ("hidden", each.text.to_string(), owned(&each.state))
        }
        Part::Thinking(each) => ("thinking", each.text.to_string(), owned(&each.state)),
        Part::ToolCall(call) => ("call", call.id.to_string(), owned(&call.state)),
        other => panic!("{other:?}"),
    };
    parts.iter().map(part).collect()
}

fn some(kind: &'static str, text: &str, state: &str) -> (&'static str, String, Option<String>) {
    (kind, text.into(), Some(state.into()))
}

fn none(kind: &'static str, text: &str) -> (&'static str, String, Option<String>) {
    (kind, text.into(), None)
}

#[test]
fn c09_thinking_goes_out_with_its_state() {
    let got = answer(&[thinking("a"), thinking("b"), state("s"), text("c"), end_turn()]);
    let detail = json!({
        "type": "reasoning.text", "text": "ab", "signature": "s", "id": "clasp1-0-0-0",
        "format": "clasp1", "index": 0,
    });
    let expected = json!({
        "role": "assistant", "content": "c", "reasoning_content": "ab", "reasoning_details": [detail],
    });
    assert_eq!(got.message, expected);
    assert_eq!(states(&next(&got.message)), [some("thinking", "ab", "s"), none("text", "c")]);
}

#[test]
fn c09_thinking_without_state_is_text_alone() {
    let got = answer(&[thinking("a"), text("b"), end_turn()]);
    assert_eq!(got.message.get("reasoning_details"), None);
    assert_eq!(states(&next(&got.message)), [none("thinking", "a"), none("text", "b")]);
}

#[test]
fn c09_all_parts_come_back_in_their_order() {
    let got = answer(&[
        thinking("t1"),
        state("s1"),
        text("a🙂"),
        state("s2"),
        text("b"),
        Event::RedactedThinking("r".into()),
        call(0, Some("x:1"), Some("f"), "{}"),
        call_state(0, "s3"),
        thinking("t2"),
        thinking(" and"),
        state("s4"),
        text("c"),
        call(1, Some("y"), Some("g"), "{}"),
        end_turn(),
    ]);
    assert_eq!(got.message["content"], "a🙂b\n\nc");
    assert_eq!(got.message["reasoning_content"], "t1\n\nt2 and");
    let expected = [
        some("thinking", "t1", "s1"),
        some("text", "a🙂", "s2"),
        none("text", "b"),
        some("hidden", "", "r"),
        some("call", "x:1", "s3"),
        some("thinking", "t2 and", "s4"),
        none("text", "c"),
        none("call", "y"),
    ];
    assert_eq!(states(&next(&got.message)), expected);
}

#[test]
fn c09_thoughts_with_and_without_state_mix() {
    let got = answer(&[
        thinking("before"),
        text("a"),
        thinking("signed"),
        state("s"),
        text("b"),
        thinking("after"),
        end_turn(),
    ]);
    let expected = [
        none("text", "a"),
        none("thinking", "before"),
        some("thinking", "signed", "s"),
        none("thinking", "after"),
        none("text", "b"),
    ];
    assert_eq!(states(&next(&got.message)), expected);
}

#[test]
fn c09_what_the_client_leaves_out_or_changes_does_no_harm() {
    let message = answer(&[
        thinking("t"),
        state("clasp1:p:s"),
        text("some text"),
        state("u"),
        call(0, Some("x"), Some("f"), "{}"),
        call_state(0, "v"),
        end_turn(),
    ])
    .message;
    let with = |name: &str, value: Value| {
        let mut message = message.clone();
        message[name] = value;
        states(&next(&message))
    };
    // No state without details.
    let all = [none("thinking", "t"), none("text", "some text"), none("call", "x")];
    assert_eq!(with("reasoning_details", Value::Null), all);
    // The text of a thought stands in its details as well.
    let rest = [
        some("thinking", "t", "clasp1:p:s"),
        some("text", "some text", "u"),
        some("call", "x", "v"),
    ];
    assert_eq!(with("reasoning_content", Value::Null), rest);
    assert_eq!(with("content", json!([{"type": "text", "text": "some text"}])), rest);
    let shorter = with("content", json!("some"));
    assert_eq!(shorter[1], some("text", "some", "u"));
    // Some clients drop members that they do not know.
    let mut bare = message.clone();
    for detail in bare["reasoning_details"].as_array_mut().unwrap() {
        let detail = detail.as_object_mut().unwrap();
        detail.retain(|name, _| ["type", "text", "signature", "data"].contains(&name.as_str()));
    }
    let got = states(&next(&bare));
    assert_eq!(got[0], some("thinking", "t", "clasp1:p:s"));
    assert_eq!(got.last(), Some(&some("call", "x", "v")));
}

#[test]
fn c09_details_of_other_makers_stay_together() {
    let details = json!([
        {"type": "reasoning.summary", "summary": "a", "id": "r1", "format": "openai-responses-v1"},
        {"type": "reasoning.encrypted", "data": "gAAA", "id": "r1", "index": 0},
    ]);
    let mut message = json!({
        "role": "assistant", "content": "c", "reasoning": "a", "reasoning_details": details,
    });
    let got = states(&next(&message));
    assert_eq!(got[0], some("thinking", "a", &details.to_string()));
    assert_eq!(got[1..], [none("text", "c")]);
    message["reasoning"] = Value::Null;
    assert_eq!(states(&next(&message))[0], some("hidden", "", &details.to_string()));
    // An entry of ours is never one of those, whatever became of it (C10).
    message["reasoning_details"] =
        json!([{"type": "other", "signature": "clasp1:p:s"}, details[0]]);
    let other = json!([details[0]]).to_string();
    let expected =
        [some("hidden", "", &other), some("thinking", "", "clasp1:p:s"), none("text", "c")];
    assert_eq!(states(&next(&message)), expected);
}

fn any_said() -> impl Strategy<Value = Event> {
    prop_oneof![
        "[a-z🙂]{1,4}".prop_map(Event::Text),
        "[a-z]{1,4}".prop_map(Event::Thinking),
        "[a-z]{1,4}".prop_map(Event::State),
        "[a-z]{1,4}".prop_map(Event::RedactedThinking),
        ("[a-z]{1,3}", option::of("[a-z]{1,4}")).prop_map(|(name, state)| {
            let name = Some(name);
            Event::ToolCall(ToolCallDelta {
                name,
                arguments: "{}".into(),
                state,
                ..Default::default()
            })
        }),
    ]
}

proptest! {
    #[test]
    fn c09_state_is_neither_lost_nor_moved(events in vec(any_said(), 0..12)) {
        let mut events: Vec<Event> = events.into_iter().chain([text("end"), end_turn()]).collect();
        for (slot, event) in events.iter_mut().enumerate() {
            if let Event::ToolCall(call) = event {
                call.slot = slot as u32;
                call.id = Some(format!("call:{slot}"));
            }
        }
        let got = answer(&events);
        let parts = next(&got.message);
        // What comes back says the same again.
        let said = |kind: &str| -> String {
            let texts = states(&parts).into_iter().filter(|(is, ..)| *is == kind);
            texts.map(|(_, text, _)| text).collect()
        };
        let told = |name: &str| got.message[name].as_str().unwrap_or_default().replace('\n', "");
        prop_assert_eq!(said("text").replace('\n', ""), told("content"));
        prop_assert_eq!(said("thinking").replace('\n', ""), told("reasoning_content"));
        let details = got.message["reasoning_details"].as_array().cloned().unwrap_or_default();
        let kept = states(&parts).iter().filter(|(.., state)| state.is_some()).count();
        prop_assert_eq!(kept, details.len());
    }
    #[test]
    fn f01_whatever_details_say_the_rest_is_kept(
        content in "[a-z\n🙂é]{0,12}",
        reasoning in option::of("[a-z\n]{0,6}"),
        details in vec(any_detail(), 0..5),
    ) {
        let mut message = json!({"role": "assistant", "content": content});
        message["tool_calls"] = json!([
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "b", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        ]);
        message["reasoning_content"] = json!(reasoning);
        message["reasoning_details"] = json!(details);
        let parts = states(&next(&message));
        let said = |kind: &str| -> String {
            let texts = parts.iter().filter(|(is, ..)| *is == kind);
            texts.map(|(_, text, _)| text.as_str()).collect()
        };
        prop_assert_eq!(said("text").replace('\n', ""), content.replace('\n', ""));
        prop_assert_eq!(said("call"), "ab");
    }
}

fn any_detail() -> impl Strategy<Value = Value> {
    let id = prop_oneof![
        (0_usize..9, 0_usize..20, 0_usize..4)
            .prop_map(|(index, content, calls)| format!("clasp1-{index}-{content}-{calls}")),
        Just("clasp1-".to_owned()),
        Just("clasp1-0-99999999999999999999-0".to_owned()),
        Just("x".to_owned()),
    ];
    let data = proptest::sample::select(vec![
        "",
        "x",
        "clasp1:p:x",
        "clasp1-text:x",
        "clasp1-call:a:x",
        "clasp1-call:c:x",
        "clasp1-call",
    ]);
    let kinds = vec!["reasoning.text", "reasoning.encrypted", "reasoning.summary", "other"];
    let kind = proptest::sample::select(kinds);
    (kind, id, data, "[a-z]{0,3}").prop_map(|(kind, id, data, text)| {
        json!({"type": kind, "id": id, "data": data, "signature": data, "text": text})
    })
}
