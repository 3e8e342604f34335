//! Answers to any events, written to files for the vendors' own SDKs to read: see
//! `tests/clients/samples.py`.
//!
//! `CLASP_SAMPLES` names a folder; in it `<dialect>.jsonl` gets a line for each answer:
//! `{"stream", "plain", "status", "wanted"}`, the first two as the client gets them. Of every
//! second one what is wanted is told by the events themselves, of the others, whose events no
//! plugin should send, by the strict checker.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::fs;
use std::path::Path;

use bytes::BytesMut;
use clasp_grammar::{anthropic, chat, events::Events, responses};
use clasp_model::{Dialect, Event, FinishReason, Usage};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{any_event, any_finish, joined, words};
use crate::pieces::{any_arguments, pieces};
use crate::{Head, answer_id, encoder, parse};

/// How many answers of each dialect, unless `CLASP_SAMPLES_COUNT` says otherwise.
const COUNT: usize = 200;

/// Dialects, and requests of which their answers make much.
const DIALECTS: [(Dialect, &str, &str); 3] = [
    (
        Dialect::AnthropicMessages,
        "messages",
        r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}]}"#,
    ),
    (
        Dialect::OpenaiResponses,
        "responses",
        r#"{"model":"m","input":"x","tools":[{"type":"custom","name":"y\n"},
            {"type":"function","name":"x","parameters":{"type":"object"}}]}"#,
    ),
    (
        Dialect::OpenaiChat,
        "chat",
        r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},
            "messages":[{"role":"user","content":"x"}]}"#,
    ),
];

/// Events as a plugin sends them: everything told once, calls in pieces among the rest.
fn any_talk() -> impl Strategy<Value = Vec<Event>> {
    let piece = prop_oneof![words().prop_map(Event::Text), words().prop_map(Event::Thinking)];
    let call = (any_arguments(), vec(0_usize..30, 0..5));
    let count = || 1_u64..100_000;
    let usage = (count(), count(), count()).prop_map(|(input, cached, output)| {
        let (input, cache_read) = (Some(input + cached), Some(cached));
        Event::Usage(Usage { input, cache_read, output: Some(output), ..Usage::default() })
    });
    let reasons = vec![
        FinishReason::EndTurn,
        FinishReason::MaxTokens,
        FinishReason::StopSequence(Some("END".into())),
        FinishReason::ContextFull,
        FinishReason::Refusal,
    ];
    let order = vec(0_usize..6, 0..30);
    (vec(piece, 0..8), vec(call, 0..4), order, usage, select(reasons)).prop_map(
        |(pieces_of_text, calls, order, usage, reason)| {
            let mut rest = vec![pieces_of_text.into_iter().collect::<Vec<_>>()];
            for (slot, (arguments, cuts)) in calls.iter().enumerate() {
                rest.push(pieces(slot as u32, &arguments.to_string(), cuts));
            }
            let mut rest: Vec<_> = rest.into_iter().map(Vec::into_iter).collect();
            let mut events = Vec::new();
            for index in order {
                events.extend(rest.get_mut(index).and_then(Iterator::next));
            }
            events.extend(rest.into_iter().flatten());
            events.extend([usage, Event::Finished(reason)]);
            events
        },
    )
}

/// What the client must end up with.
fn wanted(dialect: Dialect, events: &[Event]) -> Value {
    let (text, thinking) = joined(events);
    let mut calls: Vec<(u32, String, String)> = Vec::new();
    let (mut usage, mut stop) = (Usage::default(), "");
    for event in events {
        match event {
            Event::ToolCall(call) => match calls.iter_mut().find(|(slot, ..)| *slot == call.slot) {
                Some((.., arguments)) => arguments.push_str(&call.arguments),
                None => {
                    let name = call.name.clone().unwrap();
                    calls.push((call.slot, name, call.arguments.clone()));
                }
            },
            Event::Usage(told) => usage = *told,
            Event::Finished(reason) => stop = stopped(dialect, reason),
            _ => {}
        }
    }
    if !calls.is_empty() {
        stop = match dialect {
            Dialect::AnthropicMessages => "tool_use",
            Dialect::OpenaiResponses => "completed",
            Dialect::OpenaiChat => "tool_calls",
        };
    }
    let call = |(_, name, arguments): (u32, String, String)| json!([name, argument(&arguments)]);
    let cached = match dialect {
        Dialect::AnthropicMessages => usage.cache_read.unwrap(),
        _ => 0,
    };
    json!({
        "text": text, "thinking": thinking, "stop": stop,
        "calls": calls.into_iter().map(call).collect::<Vec<_>>(),
        "usage": [usage.input.unwrap() - cached, usage.output.unwrap()],
    })
}

/// The word for it, of an answer without calls.
fn stopped(dialect: Dialect, reason: &FinishReason) -> &'static str {
    let [anthropic, responses, chat] = match reason {
        FinishReason::MaxTokens => ["max_tokens", "max_output_tokens", "length"],
        FinishReason::StopSequence(_) => ["stop_sequence", "completed", "stop"],
        FinishReason::ContextFull => {
            ["model_context_window_exceeded", "max_output_tokens", "length"]
        }
        FinishReason::Refusal => ["refusal", "content_filter", "content_filter"],
        _ => ["end_turn", "completed", "stop"],
    };
    match dialect {
        Dialect::AnthropicMessages => anthropic,
        Dialect::OpenaiResponses => responses,
        Dialect::OpenaiChat => chat,
    }
}

/// What the strict checker ends up with.
fn checked(dialect: Dialect, stream: &str) -> Value {
    let events = Events::default().push(stream.as_bytes());
    let each = events.iter().map(|event| (event.name.as_deref(), event.data.as_str()));
    match dialect {
        Dialect::AnthropicMessages => {
            let mut checker = anthropic::Checker::default();
            each.for_each(|(name, data)| checker.push(name, data));
            let message = checker.message();
            let call = |call: &Value| json!([call["name"], call["input"]]);
            json!({
                "text": message.text(), "thinking": message.thinking(), "stop": message.stop_reason,
                "calls": message.calls().iter().map(call).collect::<Vec<_>>(),
                "usage": [message.usage["input_tokens"], message.usage["output_tokens"]],
            })
        }
        Dialect::OpenaiChat => {
            let mut checker = chat::Checker::default();
            each.for_each(|(name, data)| checker.push(name, data));
            let (message, usage) =
                (checker.message(), checker.usage().cloned().unwrap_or_default());
            let call = |call: &Value| {
                let function = &call["function"];
                json!([function["name"], argument(function["arguments"].as_str().unwrap())])
            };
            let calls = message["tool_calls"].as_array().into_iter().flatten();
            json!({
                "text": message["content"].as_str().unwrap_or_default(),
                "thinking": message["reasoning_content"].as_str().unwrap_or_default(),
                "stop": checker.finish_reason(), "calls": calls.map(call).collect::<Vec<_>>(),
                "usage": [usage["prompt_tokens"], usage["completion_tokens"]],
            })
        }
        Dialect::OpenaiResponses => {
            let mut checker = responses::Checker::default();
            each.for_each(|(name, data)| checker.push(name, data));
            assert_eq!(checker.finish(), Vec::<String>::new());
            let last: Value = serde_json::from_str(&events.last().unwrap().data).unwrap();
            responded(&last["response"])
        }
    }
}

/// What a response says.
fn responded(response: &Value) -> Value {
    let (mut text, mut thinking, mut calls) = (String::new(), String::new(), Vec::new());
    for item in response["output"].as_array().into_iter().flatten() {
        let parts = |name: &str| item[name].as_array().cloned().unwrap_or_default();
        let said = |part: &Value| part["text"].as_str().unwrap_or_default().to_owned();
        text.extend(parts("content").iter().map(said));
        thinking.extend(parts("summary").iter().map(said));
        match item["type"].as_str().unwrap() {
            "function_call" => {
                calls.push(json!([item["name"], argument(item["arguments"].as_str().unwrap())]));
            }
            "custom_tool_call" => calls.push(json!([item["name"], item["input"]])),
            _ => {}
        }
    }
    let stop = match &response["incomplete_details"]["reason"] {
        Value::Null => &response["status"],
        reason => reason,
    };
    let usage = &response["usage"];
    json!({
        "text": text, "thinking": thinking, "stop": stop, "calls": calls,
        "usage": [usage["input_tokens"], usage["output_tokens"]],
    })
}

/// Arguments as what they stand for, or as they are.
fn argument(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// One line of a file.
fn sample(dialect: Dialect, request: &'static str, events: &[Event], by_events: bool) -> Value {
    let write = |stream: bool| {
        let head = Head {
            id: answer_id(dialect, "0123456789"),
            model: "m".into(),
            input_estimate: 12,
            created: 1_763_700_000,
            echo: parse(dialect, &request.into(), &[]).unwrap().echo,
        };
        let mut encoder = encoder(dialect, stream, head);
        let mut out = BytesMut::new();
        encoder.start(&mut out);
        events.iter().for_each(|event| encoder.event(event.clone(), &mut out));
        encoder.end(&mut out);
        let failure = encoder.failure().cloned();
        (String::from_utf8(out.to_vec()).unwrap(), failure)
    };
    let (stream, _) = write(true);
    let (plain, failure) = write(false);
    let wanted = match &failure {
        Some(_) => Value::Null,
        None if by_events => wanted(dialect, events),
        None => checked(dialect, &stream),
    };
    let status = failure.map_or(200, |failure| crate::error(dialect, &failure, "req_1").status);
    json!({"stream": stream, "plain": plain, "status": status, "wanted": wanted})
}

#[test]
#[ignore = "writes files for the SDKs; tests/clients/run runs it"]
fn samples_are_written() {
    let folder = std::env::var("CLASP_SAMPLES").expect("CLASP_SAMPLES: a folder for the samples");
    let count = std::env::var("CLASP_SAMPLES_COUNT").map_or(COUNT, |text| text.parse().unwrap());
    let wild = (vec(any_event(), 0..24), option::weighted(0.8, any_finish()))
        .prop_map(|(events, end)| events.into_iter().chain(end).collect::<Vec<Event>>());
    let tame = any_talk();
    for (dialect, name, request) in DIALECTS {
        let mut runner = TestRunner::deterministic();
        let mut lines = String::new();
        for index in 0..count {
            let by_events = index % 2 == 0;
            let events = match by_events {
                true => tame.new_tree(&mut runner).unwrap().current(),
                false => wild.new_tree(&mut runner).unwrap().current(),
            };
            lines.push_str(&sample(dialect, request, &events, by_events).to_string());
            lines.push('\n');
        }
        fs::write(Path::new(&folder).join(format!("{name}.jsonl")), lines).unwrap();
    }
}
