//! Rule F1: whatever events come, the answer keeps the grammar, and nothing that was said is lost.

use clasp_model::Event;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{answer, answer_to, end_turn};
use crate::pieces::{any_arguments, pieces};
use crate::samples::{any_event, any_finish, any_words, joined};

/// Tools of every kind, under the names that any events call.
fn tools(kind: usize) -> Value {
    json!({"tools": match kind {
        0 => json!([]),
        1 => json!([{"type": "custom", "name": "x"}, {"type": "custom", "name": "y\n"}]),
        2 => json!([{"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "x"}]}]),
        _ => json!([{"type": "local_shell"}, {"type": "apply_patch"}]),
    }})
}

proptest! {
    #[test]
    fn f01_any_events_make_a_valid_answer(
        events in vec(any_event(), 0..24),
        end in option::of(any_finish()),
        kind in 0_usize..4,
    ) {
        answer_to(tools(kind), &events.into_iter().chain(end).collect::<Vec<Event>>());
    }

    #[test]
    fn a03_calls_arrive_whole_however_they_are_cut(
        arguments in any_arguments(),
        cuts in vec(0_usize..30, 0..5),
    ) {
        let mut events = pieces(0, &arguments.to_string(), &cuts);
        events.push(end_turn());
        let got = answer(&events);
        let told = got.items()[0]["arguments"].as_str().unwrap();
        prop_assert_eq!(serde_json::from_str::<Value>(told).unwrap(), arguments);
    }

    #[test]
    fn free_text_arrives_whole_however_it_is_cut(
        input in "\\PC{0,12}|[\u{0}-\u{7f}]{0,20}",
        cuts in vec(0_usize..60, 0..8),
        ascii in any::<bool>(),
    ) {
        let mut arguments = json!({"input": input}).to_string();
        if ascii {
            let escape = |unit: u16| format!("\\u{unit:04x}");
            let units = |c: char| c.encode_utf16(&mut [0; 2]).iter().map(|u| escape(*u)).collect();
            let plain = |c: char| if c.is_ascii() { c.to_string() } else { units(c) };
            arguments = arguments.chars().map(plain).collect();
        }
        let mut events = pieces(0, &arguments, &cuts);
        events.push(end_turn());
        let asked = json!({"tools": [{"type": "custom", "name": "tool_0"}]});
        let got = answer_to(asked, &events);
        prop_assert_eq!(&got.items()[0]["input"], &json!(input));
    }

    #[test]
    fn text_and_thinking_are_neither_lost_nor_reordered(
        events in any_words(),
    ) {
        let (texts, thoughts) = joined(&events);
        let got = answer(&events.into_iter().chain([end_turn()]).collect::<Vec<Event>>());
        let all = |kind: &str, parts: &str| -> String {
            let of_kind = got.items().iter().filter(|item| item["type"] == kind);
            let parts = of_kind.flat_map(|item| item[parts].as_array().unwrap());
            parts.map(|part| part["text"].as_str().unwrap()).collect()
        };
        prop_assert_eq!(all("message", "content"), texts);
        prop_assert_eq!(all("reasoning", "summary"), thoughts);
    }
}
