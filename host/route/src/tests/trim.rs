//! Leaving out old turns: whatever the conversation, what is left is one.

use std::cell::Cell;
use std::collections::HashSet;

use clasp_model::{
    ByteString, Json, Message, Part, Request, ResultPart, Role, Text, Thinking, ToolCall,
    ToolResult,
};
use proptest::prelude::*;

use crate::{Trimmed, trim};

fn message(role: Role, parts: Vec<Part>) -> Message {
    Message { role, parts, extra: Vec::new() }
}

fn text(text: &str) -> Part {
    Part::Text(Text { text: text.into(), ..Text::default() })
}

fn user(words: &str) -> Message {
    message(Role::User, vec![text(words)])
}

fn system(words: &str) -> Message {
    message(Role::System, vec![text(words)])
}

fn answer(words: &str) -> Message {
    message(Role::Assistant, vec![text(words)])
}

fn call(id: &str) -> Part {
    Part::ToolCall(ToolCall {
        id: id.into(),
        name: "t".into(),
        arguments: Json::from_checked("{}".into()),
        state: None,
        cache: None,
        extra: Vec::new(),
    })
}

fn result(id: &str) -> Part {
    Part::ToolResult(ToolResult {
        call_id: id.into(),
        name: "t".into(),
        is_error: false,
        content: vec![ResultPart::Text("done".into())],
        cache: None,
        extra: Vec::new(),
    })
}

fn calls(ids: &[&str]) -> Message {
    message(Role::Assistant, ids.iter().map(|id| call(id)).collect())
}

fn results(ids: &[&str]) -> Message {
    message(Role::User, ids.iter().map(|id| result(id)).collect())
}

fn says(messages: Vec<Message>) -> Request {
    let system = vec![Text { text: "Be kind.".into(), ..Text::default() }];
    Request { system, messages, ..Request::default() }
}

/// Ten tokens a message, wherever it stands now; what explains the gap costs nothing.
fn count(request: &Request) -> u64 {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    10 * parts.filter(|part| !is_gap(part)).count() as u64
}

fn is_gap(part: &Part) -> bool {
    matches!(part, Part::Text(text) if text.text.starts_with("[Earlier turns"))
}

/// One word for each part: its text, `call:ID` or `result:ID`.
fn words(message: &Message) -> Vec<String> {
    let word = |part: &Part| match part {
        Part::Text(_) if is_gap(part) => "...".to_owned(),
        Part::Text(text) => text.text.to_string(),
        Part::ToolCall(call) => format!("call:{}", call.id),
        Part::ToolResult(result) => format!("result:{}", result.call_id),
        Part::Thinking(_) => "thinking".to_owned(),
        Part::Media(_) | Part::Other(_) => panic!("not in these tests"),
    };
    message.parts.iter().map(word).collect()
}

fn left(messages: &[Message], budget: u64) -> Option<(Vec<String>, usize)> {
    let trimmed = trim(&says(messages.to_vec()), budget, &count)?;
    let lines = trimmed.request.messages.iter().map(|message| words(message).join(" "));
    Some((lines.collect(), trimmed.left_out))
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[test]
fn as_few_turns_as_possible_are_left_out() {
    let talk =
        [user("u1"), answer("a1"), user("u2"), answer("a2"), user("u3"), answer("a3"), user("u4")];
    assert_eq!(left(&talk, 70), None);
    let (found, out) = left(&talk, 69).unwrap();
    assert_eq!(found, lines(&["u1 ...", "a2", "u3", "a3", "u4"]));
    assert_eq!(out, 2);
    let (found, out) = left(&talk, 30).unwrap();
    assert_eq!(found, lines(&["u1 ...", "a3", "u4"]));
    assert_eq!(out, 4);
    assert_eq!(left(&talk, 20).unwrap(), (lines(&["u1 ... u4"]), 5));
    assert_eq!(left(&talk, 19), None);
}

#[test]
fn a_model_that_works_through_calls_keeps_its_task() {
    let mut talk = vec![user("first"), answer("a"), user("task")];
    for id in ["1", "2", "3", "4"] {
        talk.push(calls(&[id]));
        talk.push(results(&[id]));
    }
    let (found, out) = left(&talk, 60).unwrap();
    assert_eq!(found, lines(&["first ... task", "call:3", "result:3", "call:4", "result:4"]));
    assert_eq!(out, 5);
}

#[test]
fn no_call_is_parted_from_its_result() {
    // The second call is answered late.
    let talk = [
        user("u"),
        calls(&["1", "2"]),
        results(&["1"]),
        answer("wait"),
        results(&["2"]),
        answer("so"),
        user("thanks"),
    ];
    assert_eq!(left(&talk, 70).unwrap(), (lines(&["u ...", "so", "thanks"]), 4));
}

#[test]
fn an_id_that_comes_again_means_the_last_call() {
    let mut talk = vec![user("u")];
    for _ in 0..4 {
        talk.push(calls(&["call_0"]));
        talk.push(results(&["call_0"]));
    }
    let (found, _) = left(&talk, 50).unwrap();
    let kept = ["u ...", "call:call_0", "result:call_0", "call:call_0", "result:call_0"];
    assert_eq!(found, lines(&kept));
}

#[test]
fn what_the_model_says_in_several_messages_stays_together() {
    let thinking = message(Role::Assistant, vec![Part::Thinking(Thinking::default())]);
    let talk = [user("u"), answer("a"), user("v"), thinking, calls(&["1"]), results(&["1"])];
    let (found, _) = left(&talk, 50).unwrap();
    assert_eq!(found, lines(&["u ... v", "thinking", "call:1", "result:1"]));
    assert_eq!(left(&talk, 40), None);
}

#[test]
fn c16_instructions_in_the_middle_stay_where_that_is_enough() {
    let talk = [
        user("u1"),
        system("s1"),
        answer("a1"),
        user("u2"),
        system("s2"),
        answer("a2"),
        user("u3"),
        system("s3"),
    ];
    assert_eq!(left(&talk, 60).unwrap(), (lines(&["u1 ...", "s1", "s2", "a2", "u3", "s3"]), 2));
    assert_eq!(left(&talk, 50).unwrap(), (lines(&["u1 ... u3", "s1", "s2", "s3"]), 3));
    assert_eq!(left(&talk, 40).unwrap(), (lines(&["u1 ... u3", "s1", "s3"]), 4));
    assert_eq!(left(&talk, 30), None);
}

#[test]
fn a_conversation_that_the_model_begins_begins_with_the_user_afterwards() {
    let talk = [answer("hello"), user("u1"), answer("a1"), user("u2")];
    assert_eq!(left(&talk, 20).unwrap(), (lines(&["...", "a1", "u2"]), 2));
}

#[test]
fn where_nothing_may_go_nothing_is_trimmed() {
    assert_eq!(left(&[user("u1"), user("u2")], 10), None);
    assert_eq!(left(&[user("u"), calls(&["1"]), results(&["1"])], 20), None);
    assert_eq!(left(&[], 0), None);
}

#[test]
fn counting_is_asked_for_seldom() {
    let mut talk = vec![user("u")];
    for _ in 0..1000 {
        talk.extend([answer("a"), user("v")]);
    }
    let asked = Cell::new(0);
    let counted = |request: &Request| {
        asked.set(asked.get() + 1);
        count(request)
    };
    assert!(trim(&says(talk), 5000, &counted).is_some());
    assert!(asked.get() <= 12, "{}", asked.get());
}

/// One round of a model's work.
#[derive(Clone, Debug)]
struct Round {
    thinks: bool,
    calls: usize,
    /// Each result in a message of its own.
    apart: bool,
    /// Something is said beside the results.
    said: bool,
    instructed: bool,
}

fn round() -> impl Strategy<Value = Round> {
    (any::<bool>(), 0_usize..4, any::<bool>(), any::<bool>(), prop::bool::weighted(0.2)).prop_map(
        |(thinks, calls, apart, said, instructed)| Round { thinks, calls, apart, said, instructed },
    )
}

/// A conversation as clients send it: calls are answered at once, ids may come again.
fn conversation() -> impl Strategy<Value = Vec<Message>> {
    (prop::collection::vec(round(), 0..12), any::<bool>(), any::<bool>()).prop_map(
        |(rounds, again, ends)| {
            let mut talk = vec![user("prompt-0")];
            for (at, round) in rounds.iter().enumerate() {
                if round.instructed {
                    talk.push(system(&format!("instruction-{at}")));
                }
                let id = |call: usize| match again {
                    true => format!("call_{call}"),
                    false => format!("call_{at}_{call}"),
                };
                let ids: Vec<String> = (0..round.calls).map(id).collect();
                let mut parts = vec![text(&format!("answer-{at}"))];
                if round.thinks {
                    parts.insert(0, Part::Thinking(Thinking::default()));
                }
                parts.extend(ids.iter().map(|id| call(id)));
                talk.push(message(Role::Assistant, parts));
                let mut answers: Vec<Message> = match round.apart {
                    true => ids.iter().map(|id| results(&[id])).collect(),
                    false if ids.is_empty() => Vec::new(),
                    false => vec![message(Role::User, ids.iter().map(|id| result(id)).collect())],
                };
                match answers.last_mut() {
                    Some(last) if round.said => last.parts.push(text(&format!("aside-{at}"))),
                    Some(_) => {}
                    None => answers.push(user(&format!("prompt-{}", at + 1))),
                }
                talk.extend(answers);
            }
            if ends {
                talk.push(user("prompt-last"));
            }
            talk
        },
    )
}

/// Whether user and model take turns, and calls and results go together.
fn is_conversation(messages: &[Message]) -> Result<(), String> {
    let spoken: Vec<&Message> =
        messages.iter().filter(|message| message.role != Role::System).collect();
    if spoken.first().is_none_or(|first| first.role != Role::User) {
        return Err("it does not begin with the user".to_owned());
    }
    let mut open: HashSet<ByteString> = HashSet::new();
    for (at, message) in spoken.iter().enumerate() {
        if message.role == Role::Assistant {
            if !open.is_empty() {
                return Err(format!("calls without results: {open:?}"));
            }
            if spoken[at - 1].role == Role::Assistant {
                return Err(format!("two answers at {at}"));
            }
        }
        for part in &message.parts {
            match part {
                Part::ToolCall(call) => _ = open.insert(call.id.clone()),
                Part::ToolResult(result) if !open.remove(&result.call_id) => {
                    return Err(format!("a result without its call: {}", result.call_id));
                }
                _ => {}
            }
        }
    }
    match open.is_empty() {
        true => Ok(()),
        false => Err(format!("calls without results: {open:?}")),
    }
}

/// The last message in which the user says something and no tool does.
fn last_said(messages: &[Message]) -> Option<&Message> {
    messages.iter().rfind(|message| {
        let word = |word: &String| word.starts_with("prompt");
        message.role == Role::User && words(message).iter().all(word)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn any_conversation_stays_one(talk in conversation(), budget in 0_u64..400) {
        let request = says(talk.clone());
        prop_assert_eq!(is_conversation(&talk), Ok(()));
        let Some(Trimmed { request: short, left_out }) = trim(&request, budget, &count) else {
            return Ok(());
        };
        prop_assert!(count(&short) <= budget && budget < count(&request));
        prop_assert_eq!(is_conversation(&short.messages), Ok(()));
        prop_assert_eq!(&short.system, &request.system);
        prop_assert_eq!(&short.tools, &request.tools);
        let gaps = short.messages.iter().flat_map(|message| &message.parts).filter(|part| is_gap(part));
        prop_assert_eq!(gaps.count(), 1);
        // The task is still there: the first message and the last that the user said.
        let all: Vec<String> = short.messages.iter().flat_map(words).collect();
        prop_assert_eq!(&all[0], "prompt-0");
        for word in last_said(&talk).map(words).unwrap_or_default() {
            prop_assert!(all.contains(&word), "{} is not in {:?}", word, all);
        }
        // What user and model say is left as it stood, and its end is the end.
        let is_spoken = |message: &&Message| message.role != Role::System;
        let before: Vec<String> = talk.iter().filter(is_spoken).flat_map(words).collect();
        let mut rest = before.iter();
        let spoken: Vec<String> =
            short.messages.iter().filter(is_spoken).flat_map(words).collect();
        for word in spoken.iter().filter(|word| *word != "...") {
            prop_assert!(rest.any(|other| other == word), "{} is out of order in {:?}", word, all);
        }
        prop_assert_eq!(spoken.last(), before.last());
        let joined = talk.len() - short.messages.len() - left_out;
        prop_assert!(left_out > 0 && joined <= 1, "{} left out, {} joined", left_out, joined);
    }

    #[test]
    fn what_fits_with_more_left_out_fits_with_less(talk in conversation(), budget in 0_u64..400) {
        let request = says(talk);
        let out = |budget| trim(&request, budget, &count).map(|trimmed| trimmed.left_out);
        if let (Some(small), Some(large)) = (out(budget), out(budget + 50)) {
            prop_assert!(large <= small, "{} then {}", small, large);
        }
    }
}
