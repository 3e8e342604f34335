#![allow(clippy::unwrap_used, reason = "tests")]

use clasp_model::{Dialect, Usage};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Events, Look, MAX_EVENT};
use crate::anthropic::lane::tap::Messages;
use crate::chat::lane::tap::Chunks;
use crate::lane::samples::{CHAT, MESSAGES, RESPONSES, STREAMS, finished, seen};
use crate::lane::{self, Seen, Tap};
use crate::responses::lane::tap::Responses;

fn expected(dialect: Dialect) -> Seen {
    let events = match dialect {
        Dialect::AnthropicMessages => 5,
        Dialect::OpenaiResponses => 4,
        Dialect::OpenaiChat => 6,
    };
    let usage = Usage {
        input: Some(18),
        cache_write: Some(3),
        cache_read: Some(5),
        output: Some(7),
        reasoning: (dialect != Dialect::AnthropicMessages).then_some(4),
    };
    Seen { usage, events, content: true, ended: true, failure: None, between: true }
}

#[test]
fn c15_the_tap_sees_counts_and_the_end_however_it_is_cut() {
    for (dialect, stream) in STREAMS {
        let expected = expected(dialect);
        for cut in [1, 2, 3, 7, 64, 10_000] {
            assert_eq!(seen(dialect, stream.as_bytes(), cut), expected, "{cut}");
            let other = stream.replace('\r', "").replace('\n', "\r\n");
            let other = format!("\u{feff}{other}");
            assert_eq!(seen(dialect, other.as_bytes(), cut), expected, "{cut}");
            let nameless: String = stream
                .lines()
                .filter(|line| !line.starts_with("event:"))
                .fold(String::new(), |text, line| text + line + "\n");
            assert_eq!(seen(dialect, nameless.as_bytes(), cut), expected, "{cut}");
        }
        for at in 0..=stream.len() {
            let (first, rest) = stream.as_bytes().split_at(at);
            let mut tap = lane::tap(dialect);
            tap.push(first);
            assert_eq!(tap.seen().ended, rest.is_empty(), "{at}");
            let is_between = stream[..at].replace('\r', "").ends_with("\n\n");
            assert_eq!(tap.seen().between, is_between, "{at}");
            tap.push(rest);
            assert_eq!(*tap.seen(), expected, "{at}");
        }
    }
}

#[test]
fn a08_a_body_that_ends_early_is_not_whole() {
    for (dialect, stream) in STREAMS {
        // A finish reason stands for the end marker that some servers do not send, unless the body
        // ends within an event.
        let whole = stream.len() - 2;
        let reason = stream.find(r#""stop"}],"usage":null}"#).map(|at| at + 22);
        let usage = reason.and_then(|_| stream.rfind("\n\ndata: [DONE]"));
        for end in 0..=stream.len() {
            let ends = [reason, usage].into_iter().flatten();
            let is_whole = end >= whole || ends.into_iter().any(|at| (at..=at + 2).contains(&end));
            for cut in [5, 10_000] {
                let seen = finished(dialect, &stream.as_bytes()[..end], cut);
                assert_eq!(seen.ended, is_whole, "{dialect:?} {:?}", &stream[..end]);
            }
        }
    }
}

#[test]
fn a14_lines_of_data_are_joined_by_a_line_end() {
    let stream =
        |gap: &str| format!("data: {{\"choices\":[],\"usage\":{{\"prompt_tokens\":1{gap}2}}}}\n\n");
    let input = |gap| seen(Dialect::OpenaiChat, stream(gap).as_bytes(), 10_000).usage.input;
    assert_eq!(input(""), Some(12));
    assert_eq!(input("\ndata: "), None);
}

/// What a tap that has seen `pieces` still holds of them, in bytes.
fn held<L: Look>(pieces: &[&[u8]]) -> (usize, Seen) {
    let mut tap = Events::<L>::default();
    pieces.iter().for_each(|piece| tap.push(piece));
    (tap.line.capacity() + tap.data.capacity(), tap.seen)
}

#[test]
fn c15_of_what_is_not_needed_nothing_is_kept() {
    let big = vec![b'x'; 100_000];
    for begin in ["event: content_block_delta\ndata: {\"", "data: {\"type\":\"ping\",", ": "] {
        assert_eq!(held::<Messages>(&[begin.as_bytes(), &big, &big]).0, 0, "{begin}");
    }
    for begin in [
        "event: response.output_text.delta\ndata: {",
        "data:{ \"type\" : \"response.image_generation_call.partial_image\",",
        "id: ",
    ] {
        assert_eq!(held::<Responses>(&[begin.as_bytes(), &big, &big]).0, 0, "{begin}");
    }
    for (dialect, stream) in STREAMS {
        let held = match dialect {
            Dialect::AnthropicMessages => held::<Messages>(&[stream.as_bytes()]).0,
            Dialect::OpenaiResponses => held::<Responses>(&[stream.as_bytes()]).0,
            Dialect::OpenaiChat => held::<Chunks>(&[stream.as_bytes()]).0,
        };
        assert_eq!(held, 0, "{dialect:?}");
    }
}

#[test]
fn a14_an_event_that_is_too_large_is_not_kept() {
    let piece = vec![b'x'; MAX_EVENT / 16];
    let large = |begin: &'static str, end: &'static str| {
        let mut pieces = vec![begin.as_bytes()];
        pieces.extend([piece.as_slice(); 18]);
        pieces.push(end.as_bytes());
        pieces
    };
    let data = "event: response.completed\ndata: {";
    let (held_so_far, seen) = held::<Responses>(&large(data, ""));
    assert_eq!((held_so_far, seen.ended), (0, false));
    // Its name alone says that the answer is whole.
    let (held_so_far, seen) = held::<Responses>(&large(data, "\n\n"));
    assert_eq!((held_so_far, seen.ended, seen.events), (0, true, 1));
    let (_, seen) = held::<Responses>(&large("data: {\"type\":\"response.completed\",\"", "}\n\n"));
    assert!(seen.ended);
    let mut tap = Events::<Responses>::default();
    large(data, "").iter().for_each(|piece| tap.push(piece));
    tap.finish();
    assert!(!tap.seen.ended);
    // In many lines.
    let line = [b"data: ", piece.as_slice(), b"\n"].concat();
    let (held_so_far, seen) = held::<Messages>(&[line.as_slice(); 18]);
    assert_eq!((held_so_far, seen.events), (0, 0));

    for begin in ["event: message_delta\ndata: ", "data: {\""] {
        let pieces = [large(begin, "\n\n"), vec![MESSAGES.as_bytes()]].concat();
        assert!(held::<Messages>(&pieces).1.ended);
    }
    let (_, seen) = held::<Chunks>(&[large("data: {\"", "\n\n"), vec![CHAT.as_bytes()]].concat());
    assert_eq!((seen.ended, seen.events), (true, 7));
    let (_, seen) =
        held::<Responses>(&[large("event: ", "\n"), vec![RESPONSES.as_bytes()]].concat());
    assert_eq!(seen, expected(Dialect::OpenaiResponses));
}

/// Lines of streams, whole and broken.
fn any_line() -> impl Strategy<Value = String> {
    let known: Vec<String> =
        STREAMS.iter().flat_map(|(_, stream)| stream.lines().map(str::to_owned)).collect();
    let others = vec![
        "",
        "data:",
        "data: ",
        "data",
        "event",
        "event:error",
        "event: response.failed",
        "id: 7",
        ":",
        "\u{feff}data: [DONE]",
        "data: {\"type\":\"error\",\"error\":{\"type\":\"x\",\"message\":\"m\"}}",
        "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"slow_down\"}}}",
        "data: {\"error\":\"m\"}",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}",
        "data: {\"choices\":1}",
        "data: \u{e9}",
        "data: { \"type\" :\"message_stop\" }",
    ];
    prop_oneof![
        2 => Just(String::new()),
        3 => select(known),
        2 => select(others).prop_map(str::to_owned),
        1 => "\\PC{0,12}",
    ]
}

proptest! {
    #[test]
    fn c15_what_is_seen_does_not_depend_on_how_bytes_are_cut(
        lines in vec((any_line(), select(vec!["\n", "\r\n", "\n\n", ""])), 0..24),
        cuts in vec(any::<Index>(), 0..12),
        dialect in select(STREAMS.map(|(dialect, _)| dialect).to_vec()),
    ) {
        let mut bytes = Vec::new();
        for (line, end) in &lines {
            bytes.extend_from_slice(line.as_bytes());
            bytes.extend_from_slice(end.as_bytes());
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        let mut tap = lane::tap(dialect);
        let mut from = 0;
        for cut in cuts {
            tap.push(&bytes[from..cut]);
            from = cut;
        }
        tap.push(&bytes[from..]);
        let size = bytes.len().max(1);
        prop_assert_eq!(tap.seen(), &seen(dialect, &bytes, size));
        tap.finish();
        prop_assert_eq!(tap.seen(), &finished(dialect, &bytes, size));
    }
}
