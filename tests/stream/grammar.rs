//! What the provider says becomes the one grammar that clients read (rules A1–A7, A9, A11, A13).

use clasp_grammar::anthropic::Message;
use clasp_tests::support::clasp::Clasp;
use clasp_tests::support::client::{ask_stream, weather_tool, with};
use clasp_tests::support::pair;
use clasp_tests::support::upstream::{Answer, Chat, Gate, Layout, Vendor};
use serde_json::{Value, json};

/// One streamed answer to a request that offers a tool.
async fn stream(vendor: &Vendor, clasp: &Clasp, answer: impl Into<Answer>) -> Message {
    vendor.then(answer);
    let body = with(ask_stream("x"), "tools", json!([weather_tool()]));
    clasp.client().streamed(&body).await.good()
}

/// A chunk of a stream, by hand.
fn chunk(delta: Value, finish: Option<&str>) -> String {
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    format!("data: {chunk}\n\n")
}

fn done() -> String {
    "data: [DONE]\n\n".to_owned()
}

#[tokio::test]
async fn a01_text_comes_as_one_block() {
    let (vendor, clasp) = pair().await;
    let message = stream(&vendor, &clasp, Chat::new().text("some text").pieces_of(1)).await;
    assert_eq!(message.content, [json!({"type": "text", "text": "some text"})]);
    assert_eq!(message.stop_reason, "end_turn");
    vendor.assert_clean();
}

#[tokio::test]
async fn a01_thinking_text_and_calls_are_blocks_of_their_own() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new()
        .thinking("hm, well")
        .text("let me see")
        .call("call_a", "get_weather", &json!({"city": "Oslo"}))
        .call("call_b", "get_weather", &json!({"city": "Rome"}))
        .pieces_of(2);
    let message = stream(&vendor, &clasp, chat).await;
    let kinds: Vec<&str> =
        message.content.iter().filter_map(|block| block["type"].as_str()).collect();
    assert_eq!(kinds, ["thinking", "text", "tool_use", "tool_use"]);
    assert_eq!(message.thinking(), "hm, well");
    assert_eq!(message.stop_reason, "tool_use");
}

#[tokio::test]
async fn a03_interleaved_calls_are_sorted_out() {
    let (vendor, clasp) = pair().await;
    for layout in [Layout::Interleaved, Layout::InTurn, Layout::Whole, Layout::WholeSameIndex] {
        let cities = ["Oslo", "S\u{e3}o \"Paulo\"", "\u{6771}\u{4eac}"];
        let mut chat = Chat::new().calls(layout).pieces_of(3);
        for (index, city) in cities.iter().enumerate() {
            let arguments = json!({"city": city, "index": index});
            chat = chat.call(&format!("call_{index}"), "get_weather", &arguments);
        }
        let calls = stream(&vendor, &clasp, chat).await.calls();
        let told: Vec<_> =
            calls.iter().map(|call| call["input"]["city"].as_str().unwrap()).collect();
        assert_eq!(told, cities, "{layout:?}");
    }
}

#[tokio::test]
async fn a03_the_first_call_streams_while_others_interleave() {
    let (vendor, clasp) = pair().await;
    let gate = Gate::new();
    let chat = Chat::new()
        .calls(Layout::Interleaved)
        .pieces_of(2)
        .call("call_a", "get_weather", &json!({"city": "Oslo"}))
        .call("call_b", "get_weather", &json!({"city": "Rome"}));
    // The role, two openings, then a piece of each.
    vendor.then(Answer::from(chat).hold(5, &gate));
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    let delta = stream.until("content_block_delta").await;
    assert_eq!(
        (&delta.data["index"], &delta.data["delta"]["partial_json"]),
        (&json!(0), &json!("{\""))
    );
    gate.open();
    assert_eq!(stream.end().await.good().calls().len(), 2);
}

#[tokio::test]
async fn a04_odd_call_chunks_are_read_right() {
    let (vendor, clasp) = pair().await;
    let call = |value: Value| chunk(json!({"tool_calls": [value]}), None);
    let cases: Vec<(&str, Vec<String>, Value)> = vec![
        (
            "a missing id",
            vec![call(json!({"index": 0, "function": {"name": "get_weather", "arguments": "{}"}}))],
            json!([{}]),
        ),
        (
            "an empty id",
            vec![call(json!({"index": 0, "id": "", "type": "function",
                "function": {"name": "get_weather", "arguments": "{\"city\":\"Oslo\"}"}}))],
            json!([{"city": "Oslo"}]),
        ),
        (
            "no index, and new ids",
            vec![
                call(json!({"id": "a", "function": {"name": "get_weather",
                    "arguments": "{\"city\":\"1\"}"}})),
                call(json!({"id": "b", "function": {"name": "get_weather",
                    "arguments": "{\"city\":\"2\"}"}})),
            ],
            json!([{"city": "1"}, {"city": "2"}]),
        ),
        (
            "an object for arguments",
            vec![call(json!({"index": 0, "id": "a",
                "function": {"name": "get_weather", "arguments": {"city": "Oslo"}}}))],
            json!([{"city": "Oslo"}]),
        ),
        (
            "arguments before the name",
            vec![
                call(json!({"index": 0, "id": "a", "function": {"arguments": "{\"city\":"}})),
                call(json!({"index": 0, "function": {"name": "get_weather",
                    "arguments": "\"Oslo\"}"}})),
            ],
            json!([{"city": "Oslo"}]),
        ),
        (
            "empty names and ids in continuations",
            vec![
                call(json!({"index": 0, "id": "a", "type": "function",
                    "function": {"name": "get_weather", "arguments": ""}})),
                call(json!({"index": 0, "id": "", "function": {"name": "",
                    "arguments": "{\"city\":\"Oslo\"}"}})),
            ],
            json!([{"city": "Oslo"}]),
        ),
        (
            "an id with characters that clients do not take",
            vec![call(json!({"index": 0, "id": "functions.get_weather:0",
                "function": {"name": "get_weather", "arguments": "{}"}}))],
            json!([{}]),
        ),
        (
            "null for no arguments",
            vec![call(json!({"index": 0, "id": "a",
                "function": {"name": "get_weather", "arguments": "null"}}))],
            json!([{}]),
        ),
        (
            "the whole answer in one chunk with its finish",
            vec![chunk(
                json!({"role": "assistant", "content": "", "tool_calls": [
                    {"id": "a", "function": {"name": "get_weather", "arguments": "{}"}},
                    {"id": "b", "function": {"name": "get_weather", "arguments": "{}"}}]}),
                Some("tool_calls"),
            )],
            json!([{}, {}]),
        ),
    ];
    for (what, mut frames, inputs) in cases {
        frames.push(chunk(json!({}), Some("tool_calls")));
        frames.push(done());
        let message = stream(&vendor, &clasp, Answer::frames(frames)).await;
        let told: Vec<Value> = message.calls().iter().map(|call| call["input"].clone()).collect();
        assert_eq!(json!(told), inputs, "{what}");
        assert_eq!(message.stop_reason, "tool_use", "{what}");
    }
}

#[tokio::test]
async fn a05_empty_pieces_make_no_blocks_and_no_deltas() {
    let (vendor, clasp) = pair().await;
    let empty = json!({"role": "assistant", "content": "", "reasoning_content": "",
        "tool_calls": null, "function_call": null, "refusal": null});
    let frames = vec![
        chunk(empty.clone(), None),
        chunk(json!({"reasoning_content": "why", "content": ""}), None),
        chunk(empty.clone(), None),
        chunk(json!({"content": "because", "reasoning_content": null}), None),
        chunk(empty, Some("stop")),
        done(),
    ];
    let message = stream(&vendor, &clasp, Answer::frames(frames)).await;
    assert_eq!((message.thinking().as_str(), message.text().as_str()), ("why", "because"));
    assert_eq!(message.content.len(), 2);
}

#[tokio::test]
async fn a06_stop_reasons() {
    let (vendor, clasp) = pair().await;
    let text = || Chat::new().text("some text");
    let call = || Chat::new().call("call_1", "get_weather", &json!({}));
    for (chat, reason) in [
        (text(), "end_turn"),
        (text().finish("length"), "max_tokens"),
        (text().finish("content_filter"), "refusal"),
        (text().finish("eos"), "end_turn"),
        (text().finish("tool_calls"), "end_turn"),
        (call(), "tool_use"),
        (call().finish("stop"), "tool_use"),
        (Chat::new().refusal("I cannot do that."), "refusal"),
    ] {
        let shown = format!("{chat:?}");
        let message = stream(&vendor, &clasp, chat).await;
        assert_eq!(message.stop_reason, reason, "{shown}");
    }
}

#[tokio::test]
async fn a06_a_second_finish_changes_nothing() {
    let (vendor, clasp) = pair().await;
    let frames = [
        chunk(json!({"content": "text"}), None),
        chunk(json!({}), Some("length")),
        chunk(json!({"content": ""}), Some("stop")),
        done(),
    ];
    let message = stream(&vendor, &clasp, Answer::frames(frames)).await;
    assert_eq!((message.text().as_str(), &message.stop_reason), ("text", &json!("max_tokens")));
}

#[tokio::test]
async fn a07_a_cut_call_is_passed_on_as_it_is() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().raw_call("call_1", "get_weather", "{\"city\": \"Os").finish("length");
    let message = stream(&vendor, &clasp, chat).await;
    assert_eq!(message.stop_reason, "max_tokens");
    assert_eq!(message.calls()[0]["input"], "{\"city\": \"Os");
}

#[tokio::test]
async fn a09_usage_splits_cached_tokens_off() {
    let (vendor, clasp) = pair().await;
    for chat in [
        Chat::new().text("x").usage(1000, 768, 42),
        Chat::new().text("x").usage(1000, 768, 42).usage_with_finish(),
    ] {
        let message = stream(&vendor, &clasp, chat).await;
        assert_eq!(message.usage["input_tokens"], 232);
        assert_eq!(message.usage["cache_read_input_tokens"], 768);
        assert_eq!(message.usage["output_tokens"], 42);
    }
}

#[tokio::test]
async fn a09_the_first_event_estimates_the_prompt() {
    let (vendor, clasp) = pair().await;
    vendor.otherwise(Chat::new().text("x"));
    let estimate = async |text: &str| {
        let message = clasp.client().streamed(&ask_stream(text)).await.good();
        message.first_usage["input_tokens"].as_u64().unwrap()
    };
    let (short, long) = (estimate("hi").await, estimate(&"several words ".repeat(1000)).await);
    assert!(short < 100 && (1000..6000).contains(&long), "{short} {long}");
}

#[tokio::test]
async fn a09_a_stream_without_usage_is_still_whole() {
    let (vendor, clasp) = pair().await;
    let message = stream(&vendor, &clasp, Chat::new().text("x").no_usage()).await;
    assert_eq!(message.text(), "x");
}

#[tokio::test]
async fn a11_each_event_goes_out_when_it_is_made() {
    let (vendor, clasp) = pair().await;
    let gate = Gate::new();
    let words = ["one ", "two ", "three ", "four ", "five "];
    let mut frames: Vec<String> =
        words.iter().map(|word| chunk(json!({"content": word}), None)).collect();
    frames.push(chunk(json!({}), Some("stop")));
    frames.push(done());
    vendor.then(Answer::frames(frames).paced(&gate));
    gate.pass(1);
    let mut stream = clasp.client().stream(&ask_stream("x")).await;
    for name in ["content-encoding", "content-length"] {
        assert_eq!(stream.head.header(name), None);
    }
    let header = |name: &str| stream.head.header(name).unwrap_or_default().to_owned();
    assert!(header("content-type").starts_with("text/event-stream"));
    assert!(header("cache-control").contains("no-cache"));
    assert_eq!(header("x-accel-buffering"), "no");
    for word in words {
        // Only now may the provider send the next piece.
        let delta = stream.until("content_block_delta").await;
        assert_eq!(delta.data["delta"]["text"], word);
        gate.pass(1);
    }
    gate.open();
    stream.end().await.good();
}

#[tokio::test]
async fn a13_an_empty_answer_is_a_valid_message() {
    let (vendor, clasp) = pair().await;
    let message = stream(&vendor, &clasp, Chat::new()).await;
    assert_eq!((message.content.len(), &message.stop_reason), (0, &json!("end_turn")));
    vendor.then(Chat::new());
    let body = with(ask_stream("x"), "stream", false);
    assert!(clasp.client().messages(&body).await.message().content.is_empty());
}

#[tokio::test]
async fn b03_a_provider_that_does_not_stream_still_makes_a_stream() {
    let (vendor, clasp) = pair().await;
    let chat = Chat::new().text("all at once").call("call_1", "get_weather", &json!({"city": "x"}));
    let whole = chat.whole(&json!({"model": "m"}));
    let message = stream(&vendor, &clasp, Answer::json(200, &whole)).await;
    assert_eq!(message.text(), "all at once");
    assert_eq!(message.calls().len(), 1);
}
