//! Rule F1: whatever events come, the answer keeps the grammar, and nothing that was said is lost.

use clasp_model::Event;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{answer, answer_with, end_turn};
use crate::ChatEcho;
use crate::samples::{any_event, any_finish, any_words, joined};

fn any_echo() -> impl Strategy<Value = ChatEcho> {
    let custom = option::of(Just("x".to_owned()));
    (any::<bool>(), any::<bool>(), custom).prop_map(|(functions, obfuscation, custom)| ChatEcho {
        include_usage: false,
        obfuscation,
        functions,
        custom_tools: custom.into_iter().filter(|_| !functions).collect(),
    })
}

proptest! {
    #[test]
    fn f01_any_events_make_a_valid_answer(
        echo in any_echo(),
        events in vec(any_event(), 0..24),
        end in option::of(any_finish()),
    ) {
        answer_with(echo, &events.into_iter().chain(end).collect::<Vec<Event>>());
    }

    #[test]
    fn text_and_thinking_are_neither_lost_nor_reordered(
        events in any_words(),
    ) {
        let (texts, thoughts) = joined(&events);
        let got = answer(&events.into_iter().chain([end_turn()]).collect::<Vec<Event>>());
        // Line ends may have come between.
        let all = |name: &str| got.message[name].as_str().unwrap_or_default().replace('\n', "");
        prop_assert_eq!(all("content"), texts.replace('\n', ""));
        prop_assert_eq!(all("reasoning_content"), thoughts.replace('\n', ""));
    }
}
