#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod check;
mod continuity;
mod logprobs;
mod properties;
mod tools;

use bytes::BytesMut;
use clasp_model::{
    Dialect, Event, Failure, FailureKind, Field, FinishReason, Json, Source, Started,
    ToolCallDelta, Usage,
};
use serde_json::{Value, json};

use self::check::Answer;
use crate::{ChatEcho, Echo, Head, encoder};

fn head(echo: ChatEcho) -> Head {
    Head {
        id: "chatcmpl-test".into(),
        model: "gpt-\"x\"".into(),
        input_estimate: 123,
        created: 1_700_000_000,
        echo: Echo::Chat(echo),
    }
}

fn write_with(echo: &ChatEcho, stream: bool, events: &[Event]) -> String {
    let mut encoder = encoder(Dialect::OpenaiChat, stream, head(echo.clone()));
    let mut out = BytesMut::new();
    encoder.start(&mut out);
    for event in events {
        encoder.event(event.clone(), &mut out);
    }
    encoder.end(&mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

fn write(stream: bool, events: &[Event]) -> String {
    write_with(&ChatEcho::default(), stream, events)
}

/// What a client gets of these events and an end; the same, streamed or plain.
fn answer_with(echo: ChatEcho, events: &[Event]) -> Answer {
    let plain = check::plain(&write_with(&echo, false, events));
    let quiet = check::stream(&write_with(&echo, true, events));
    let counted = ChatEcho { include_usage: true, ..echo };
    let streamed = check::stream(&write_with(&counted, true, events));
    assert_eq!(streamed, plain, "B3");
    let usage = if plain.error.is_none() { Value::Null } else { plain.usage.clone() };
    assert_eq!(quiet, Answer { usage, ..plain });
    streamed
}

fn answer(events: &[Event]) -> Answer {
    answer_with(ChatEcho::default(), events)
}

fn text(text: &str) -> Event {
    Event::Text(text.into())
}

fn thinking(text: &str) -> Event {
    Event::Thinking(text.into())
}

fn state(text: &str) -> Event {
    Event::State(text.into())
}

fn raw(text: &str) -> Json {
    Json::from_checked(text.to_owned().into())
}

fn finished(reason: FinishReason) -> Event {
    Event::Finished(reason)
}

fn end_turn() -> Event {
    finished(FinishReason::EndTurn)
}

fn call(slot: u32, id: Option<&str>, name: Option<&str>, arguments: &str) -> Event {
    Event::ToolCall(ToolCallDelta {
        slot,
        id: id.map(Into::into),
        name: name.map(Into::into),
        arguments: arguments.into(),
        state: None,
    })
}

fn tool(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

#[test]
fn b02_the_bytes_of_a_stream() {
    let events = [
        Event::Started(Started { id: Some("x".into()), model: None }),
        text("Hi \"you\"\n\u{1}🙂"),
        call(0, Some("call_1"), Some("get"), "{\"a\":1}"),
        finished(FinishReason::ToolCalls),
        Event::Usage(Usage {
            input: Some(100),
            cache_read: Some(60),
            output: Some(7),
            reasoning: Some(2),
            ..Usage::default()
        }),
    ];
    let echo = ChatEcho { include_usage: true, ..ChatEcho::default() };
    let begin = r#"data: {"id":"chatcmpl-test","object":"chat.completion.chunk","created":1700000000,"model":"gpt-\"x\"","choices":["#;
    let delta = |delta: &str| {
        format!(
            "{begin}{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":null}}],\"usage\":null}}\n\n"
        )
    };
    let expected = [
        delta(r#"{"role":"assistant","content":"Hi \"you\"\n\u0001🙂"}"#),
        delta(
            r#"{"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"get","arguments":""}}]}"#,
        ),
        delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}"#),
        format!(
            "{begin}{{\"index\":0,\"delta\":{{}},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}}],\"usage\":null}}\n\n"
        ),
        format!(
            "{begin}],\"usage\":{{\"prompt_tokens\":100,\"completion_tokens\":7,\"total_tokens\":107,\"prompt_tokens_details\":{{\"cached_tokens\":60,\"cache_write_tokens\":0}},\"completion_tokens_details\":{{\"reasoning_tokens\":2}}}}}}\n\n"
        ),
        "data: [DONE]\n\n".to_owned(),
    ];
    assert_eq!(write_with(&echo, true, &events), expected.concat());
    let document: Value = serde_json::from_str(&write(false, &events)).unwrap();
    let expected = json!({
        "id": "chatcmpl-test", "object": "chat.completion", "created": 1_700_000_000,
        "model": "gpt-\"x\"",
        "choices": [{
            "index": 0,
            "message": {
                "role": "assistant", "content": "Hi \"you\"\n\u{1}🙂", "refusal": null,
                "annotations": [], "tool_calls": [tool("call_1", "get", "{\"a\":1}")],
            },
            "logprobs": null, "finish_reason": "tool_calls",
        }],
        "usage": {
            "prompt_tokens": 100, "completion_tokens": 7, "total_tokens": 107,
            "prompt_tokens_details": {"cached_tokens": 60, "cache_write_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
    });
    assert_eq!(document, expected);
    answer(&events);
}

#[test]
fn b02_each_piece_goes_out_when_it_comes() {
    let mut encoder = encoder(Dialect::OpenaiChat, true, head(ChatEcho::default()));
    let mut sizes = Vec::new();
    for event in [text("a"), text("b"), thinking("c"), call(0, None, Some("f"), "{")] {
        let mut out = BytesMut::new();
        encoder.event(event, &mut out);
        sizes.push(String::from_utf8_lossy(&out).matches("data: ").count());
    }
    assert_eq!(sizes, [1, 1, 1, 2]);
    let mut out = BytesMut::new();
    encoder.ping(&mut out);
    assert_eq!(&out[..], b": ping\n\n");
}

#[test]
fn a13_an_empty_answer_is_one() {
    let got = answer(&[end_turn()]);
    assert_eq!(got.message, json!({"role": "assistant", "content": ""}));
    assert_eq!(got.finish_reason, "stop");
    // Thinking alone is no text either.
    let got = answer(&[thinking("a"), end_turn()]);
    let expected = json!({"role": "assistant", "content": "", "reasoning_content": "a"});
    assert_eq!(got.message, expected);
}

#[test]
fn a05_nothing_empty_goes_out() {
    let got = answer(&[text(""), thinking(""), state(""), text("a"), text(""), end_turn()]);
    assert_eq!(got.message, json!({"role": "assistant", "content": "a"}));
}

#[test]
fn a06_finish_reasons() {
    let reason = |events: &[Event], reason: FinishReason| {
        let events: Vec<Event> = events.iter().cloned().chain([finished(reason)]).collect();
        answer(&events).finish_reason
    };
    let of = |expected: &str, finish: FinishReason| {
        assert_eq!(reason(&[text("a")], finish.clone()), expected, "{finish:?}");
        // A finished call wants its tool run, whatever the provider's word.
        let called = [call(0, None, Some("f"), "{}")];
        assert_eq!(reason(&called, finish), "tool_calls");
    };
    of("stop", FinishReason::EndTurn);
    of("stop", FinishReason::StopSequence(Some("x".into())));
    of("stop", FinishReason::ToolCalls);
    of("stop", FinishReason::Pause);
    of("stop", FinishReason::Other("x".into()));
    of("length", FinishReason::MaxTokens);
    of("length", FinishReason::ContextFull);
    of("content_filter", FinishReason::Refusal);
    let twice = [text("a"), finished(FinishReason::MaxTokens), end_turn()];
    assert_eq!(answer(&twice).finish_reason, "length");
}

#[test]
fn a07_cut_arguments_are_passed_on() {
    let events = [call(0, Some("a"), Some("f"), "{\"a\":"), finished(FinishReason::ToolCalls)];
    let got = answer(&events);
    assert_eq!(got.message["tool_calls"], json!([tool("a", "f", "{\"a\":")]));
    assert_eq!(got.finish_reason, "length");
}

#[test]
fn a08_a_broken_end_is_no_end() {
    for events in [vec![], vec![text("a")], vec![call(0, None, Some("f"), "{}")]] {
        let streamed = write(true, &events);
        assert!(!streamed.contains("[DONE]") && !streamed.contains("finish_reason\":\""));
        let got = answer(&events);
        assert_eq!(got.error.unwrap()["type"], "server_error");
    }
    let failure = Failure::new(FailureKind::Overloaded, Source::Vendor, "Too busy.");
    let got = answer(&[text("a"), Event::Failed(failure), text("b"), end_turn()]);
    let expected =
        json!({"message": "Too busy.", "type": "server_error", "param": null, "code": null});
    assert_eq!(got.error, Some(expected));
}

#[test]
fn a09_usage_is_the_providers_or_estimated() {
    let usage = |usage: Usage| answer(&[text("12345678"), Event::Usage(usage), end_turn()]).usage;
    let counts = |prompt: u64, completion: u64, cached: u64, written: u64, reasoning: u64| {
        json!({
            "prompt_tokens": prompt, "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": written},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        })
    };
    assert_eq!(usage(Usage::default()), counts(123, 2, 0, 0, 0));
    let all = Usage {
        input: Some(50),
        cache_read: Some(30),
        cache_write: Some(10),
        output: Some(9),
        reasoning: Some(4),
    };
    assert_eq!(usage(all), counts(50, 9, 30, 10, 4));
    // The parts are never more than the whole.
    let odd = Usage { input: Some(1), output: Some(1), ..all };
    assert_eq!(usage(odd), counts(40, 4, 30, 10, 4));
}

#[test]
fn texts_that_something_stood_between_are_set_apart() {
    let content = |events: &[Event]| {
        let events: Vec<Event> = events.iter().cloned().chain([end_turn()]).collect();
        answer(&events).message["content"].clone()
    };
    assert_eq!(content(&[text("a"), thinking("t"), text("b")]), "a\n\nb");
    assert_eq!(content(&[text("a\n"), thinking("t"), text("b")]), "a\nb");
    assert_eq!(content(&[text("a"), call(0, None, Some("f"), "{}"), text(" b")]), "a b");
    // State alone splits no word.
    assert_eq!(content(&[text("a"), state("s"), text("b")]), "ab");
    let thoughts = [thinking("a"), state("s"), thinking("b"), end_turn()];
    assert_eq!(answer(&thoughts).message["reasoning_content"], "a\n\nb");
}

#[test]
fn citations_with_a_url_are_annotations() {
    let cite = |json: &str| Event::Citation(raw(json));
    let got = answer(&[
        text("Said: "),
        text("🙂"),
        cite(r#"{"type":"web_search_result_location","url":"https://a.example","title":"A"}"#),
        cite(r#"{"type":"char_location","document_index":0}"#),
        text("."),
        cite(r#"{"url":"https://b.example","title":null}"#),
        end_turn(),
    ]);
    let annotation = |start: u64, end: u64, title: &str, url: &str| {
        let cited = json!({"start_index": start, "end_index": end, "title": title, "url": url});
        json!({"type": "url_citation", "url_citation": cited})
    };
    let expected = [
        annotation(0, 7, "A", "https://a.example"),
        annotation(7, 8, "https://b.example", "https://b.example"),
    ];
    assert_eq!(got.message["annotations"], json!(expected));
    assert_eq!(got.message["content"], "Said: 🙂.");
}

#[test]
fn what_has_no_place_is_left_out() {
    let block = r#"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#;
    let got = answer(&[
        Event::Block(raw(block)),
        Event::Extra(Field { name: "cost".into(), value: raw("1") }),
        text("a"),
        end_turn(),
    ]);
    assert_eq!(got.message, json!({"role": "assistant", "content": "a"}));
}

#[test]
fn chunks_are_padded_when_that_is_asked_for() {
    let echo = ChatEcho { obfuscation: true, ..ChatEcho::default() };
    let events = [text("a"), text("bcd"), text(&"e".repeat(100)), end_turn()];
    let streamed = write_with(&echo, true, &events);
    let mut lengths = Vec::new();
    for data in streamed.split("\n\n").filter_map(|event| event.strip_prefix("data: {")) {
        let chunk: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
        let said = chunk["choices"][0]["delta"].to_string().len();
        if let Some(padding) = chunk["obfuscation"].as_str() {
            lengths.push(said + padding.len());
        }
    }
    // The first has the role as well.
    let role = "\"role\":\"assistant\",".len();
    assert_eq!(lengths, [64 + 2 + role, 64 + 2, 128 + 2]);
    check::stream(&streamed);
}

#[test]
fn nothing_follows_an_end() {
    for stream in [true, false] {
        let mut encoder = encoder(Dialect::OpenaiChat, stream, head(ChatEcho::default()));
        let mut out = BytesMut::new();
        encoder.event(end_turn(), &mut out);
        encoder.end(&mut out);
        assert!(encoder.failure().is_none());
        let length = out.len();
        encoder.event(text("a"), &mut out);
        encoder.ping(&mut out);
        encoder.end(&mut out);
        encoder.fail(&Failure::invalid("x"), &mut out);
        assert_eq!(out.len(), length);
    }
}
