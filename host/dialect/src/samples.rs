//! Events of all kinds, as properties are tested with: also such as no plugin should send.

mod files;

use clasp_model::{
    Event, Failure, FailureKind, Field, FinishReason, Json, Source, Started, ToolCallDelta, Usage,
};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn raw(text: &str) -> Json {
    Json::from_checked(text.to_owned().into())
}

pub(crate) fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\PC{1,6}|[\u{0}-\u{7f}]{1,20}"]
}

fn any_call() -> impl Strategy<Value = Event> {
    call_named(option::of(select(vec!["", "x", "y\n"])))
}

pub(crate) fn call_named(
    names: impl Strategy<Value = Option<&'static str>>,
) -> impl Strategy<Value = Event> {
    let ids = select(vec!["", "a", "b", "a b", "clasp_YSBi", "ü", "toolu_1"]);
    let pieces = select(vec![
        "",
        " ",
        "{",
        "}",
        "{}",
        "{\"a\":",
        "1}",
        "null",
        "\"x",
        "\"",
        "[",
        "]",
        "\\",
        "{\"a\":[{\"b\":\"}\"}]}",
    ]);
    (0_u32..3, option::of(ids), names, pieces, option::of(words())).prop_map(
        |(slot, id, name, arguments, state)| {
            Event::ToolCall(ToolCallDelta {
                slot,
                id: id.map(Into::into),
                name: name.map(Into::into),
                arguments: arguments.into(),
                state,
            })
        },
    )
}

fn any_block() -> impl Strategy<Value = Event> {
    let blocks = select(vec![
        r#"{"type":"text","text":"a"}"#,
        r#"{"type":"text","text":""}"#,
        r#"{"type":"text"}"#,
        r#"{"type":"text","text":"a","citations":[{"n":1},2]}"#,
        r#"{"type":"thinking","thinking":"","signature":""}"#,
        r#"{"type":"thinking","thinking":"a"}"#,
        r#"{"type":"redacted_thinking","data":""}"#,
        r#"{"type":"redacted_thinking","data":"x"}"#,
        r#"{"type":"tool_use","id":"a","name":"x","input":{}}"#,
        r#"{"type":"tool_use","id":"","name":"","input":{"a":1}}"#,
        r#"{"type":"tool_use","name":"x","input":"{"}"#,
        "{\"type\":\"tool_use\",\"name\":\"x\",\"input\":{\n}}",
        r#"{"type":"server_tool_use","id":"s","name":"x","input":{"a":1},"b":"\n"}"#,
        r#"{"type":"server_tool_use","id":"s","name":"x"}"#,
        "{\"type\":\"web_search_tool_result\",\r\n\"content\":[]}",
        r#"{"type":""}"#,
        r#"{"type":1}"#,
        r#""text""#,
        "{",
        "",
    ]);
    blocks.prop_map(|text| Event::Block(raw(text)))
}

pub(crate) fn any_finish() -> impl Strategy<Value = Event> {
    let reasons = vec![
        FinishReason::EndTurn,
        FinishReason::MaxTokens,
        FinishReason::StopSequence(None),
        FinishReason::StopSequence(Some("\n".into())),
        FinishReason::ContextFull,
        FinishReason::ToolCalls,
        FinishReason::Refusal,
        FinishReason::Pause,
        FinishReason::Other("x".into()),
    ];
    select(reasons).prop_map(Event::Finished)
}

fn any_usage() -> impl Strategy<Value = Event> {
    let count = || option::of(select(vec![0, 1, 500, u64::MAX]));
    (count(), count(), count(), count()).prop_map(|(input, cache_read, cache_write, output)| {
        Event::Usage(Usage { input, cache_read, cache_write, output, reasoning: cache_read })
    })
}

/// Also such as are none.
fn any_logprobs() -> impl Strategy<Value = Event> {
    let lists = select(vec![
        r#"[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[]}]"#,
        "[{\"token\":\"\\n\",\n\"logprob\":-1},{\"token\":1},{\"token\":\"b\",\"logprob\":0,\"bytes\":[\"x\"],\"top_logprobs\":[{\"token\":\"c\",\"logprob\":-9999.0}]}]",
        r#"{"tokens":["a"],"token_logprobs":[-1]}"#,
        "[]",
        "{",
    ]);
    lists.prop_map(|list| Event::Extra(Field { name: "logprobs".into(), value: raw(list) }))
}

pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let failure = Failure::new(FailureKind::Protocol, Source::Vendor, "");
    prop_oneof![
        6 => words().prop_map(Event::Text),
        3 => words().prop_map(Event::Thinking),
        1 => words().prop_map(Event::RedactedThinking),
        2 => words().prop_map(Event::State),
        9 => any_call(),
        2 => select(vec!["{\"a\":\n1}", "{}", "1", "{", ""]).prop_map(|text| Event::Citation(raw(text))),
        3 => any_block(),
        1 => any_usage(),
        1 => any_finish(),
        1 => Just(Event::Started(Started::default())),
        1 => Just(Event::Extra(Field { name: "x".into(), value: raw("1") })),
        1 => any_logprobs(),
        1 => Just(Event::Failed(failure)),
    ]
}

/// Texts and thoughts, with calls between them.
pub(crate) fn any_words() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        words().prop_map(Event::Text),
        words().prop_map(Event::Thinking),
        call_named(Just(Some("x"))),
    ];
    proptest::collection::vec(event, 0..24)
}

/// All text and all thinking of events, each joined.
pub(crate) fn joined(events: &[Event]) -> (String, String) {
    let (mut texts, mut thoughts) = (String::new(), String::new());
    for event in events {
        match event {
            Event::Text(piece) => texts.push_str(piece),
            Event::Thinking(piece) => thoughts.push_str(piece),
            _ => {}
        }
    }
    (texts, thoughts)
}
