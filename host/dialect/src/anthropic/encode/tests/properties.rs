//! Rule F1: whatever events come, the answer keeps the grammar, and nothing that was said is lost.

use clasp_model::Event;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer, end_turn};
use crate::pieces::{any_arguments, pieces};
use crate::samples::{any_event, any_finish, any_words, joined};

proptest! {
    #[test]
    fn f01_any_events_make_a_valid_answer(
        events in vec(any_event(), 0..24),
        end in option::of(any_finish()),
    ) {
        answer(&events.into_iter().chain(end).collect::<Vec<Event>>());
    }

    #[test]
    fn a03_calls_arrive_whole_however_they_interleave(
        calls in vec((any_arguments(), vec(0_usize..30, 0..5)), 1..5),
        order in vec(0_usize..5, 0..60),
    ) {
        let mut rest: Vec<_> = calls
            .iter()
            .enumerate()
            .map(|(slot, (arguments, cuts))| {
                pieces(slot as u32, &arguments.to_string(), cuts).into_iter().peekable()
            })
            .collect();
        let mut events = Vec::new();
        let mut first = Vec::new();
        for index in order.into_iter().chain(0..5).filter(|&index| index < calls.len()) {
            if !first.contains(&index) {
                first.push(index);
            }
            events.extend(rest[index].next());
        }
        for (index, rest) in rest.into_iter().enumerate() {
            if !first.contains(&index) {
                first.push(index);
            }
            events.extend(rest);
        }
        events.push(end_turn());
        let got = answer(&events);
        let expected: Vec<Value> = first
            .into_iter()
            .map(|index| {
                let (id, name) = (format!("id_{index}"), format!("tool_{index}"));
                json!({"type": "tool_use", "id": id, "name": name, "input": calls[index].0})
            })
            .collect();
        prop_assert_eq!(got.blocks, expected);
    }

    #[test]
    fn text_and_thinking_are_neither_lost_nor_reordered(
        events in any_words(),
    ) {
        let (texts, thoughts) = joined(&events);
        let got = answer(&events.into_iter().chain([end_turn()]).collect::<Vec<Event>>());
        let all = |kind: &str| -> String {
            let of_kind = got.blocks.iter().filter(|block| block["type"] == kind);
            of_kind.map(|block| block[kind].as_str().unwrap()).collect()
        };
        prop_assert_eq!(all("text"), texts);
        prop_assert_eq!(all("thinking"), thoughts);
    }
}
