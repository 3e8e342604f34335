//! Streams that are legal and look like nobody's (rule C15): their bytes come back all the same, and
//! what they say is understood.
//!
//! Legal by <https://html.spec.whatwg.org/multipage/server-sent-events.html>; the events are those of
//! <https://platform.claude.com/docs/en/build-with-claude/streaming> and of
//! <https://developers.openai.com/api/reference/resources/responses/streaming-events>, as of
//! 2026-11-21.

use clasp_tests::support::clasp::{Clasp, Setup};
use clasp_tests::support::client::{ask_stream, with};
use clasp_tests::support::openai::Dialect;
use clasp_tests::support::upstream::{Answer, Vendor};

use crate::setup::{TARGET, start};

/// A byte order mark, comments in and between events, fields without blanks, fields that nobody
/// needs, data on several lines, events and members that nobody knows, blanks, escapes, a number in
/// a form of its own, a call's input with an empty first piece.
const MESSAGES: &str = "\u{feff}: hello\n\
retry: 1000\n\
id: 1\n\
event:message_start\n\
data:{\"type\":\"message_start\",\"message\":{\"id\":\"msg_01\",\"type\":\"message\",\"role\":\"assistant\",\n\
data:\"model\":\"claude-target-1-0\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\n\
data: \"usage\":{\"input_tokens\":11,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":5,\"output_tokens\":1,\"service_tier\":\"standard\"},\"unheard_of\":1.50e+1}}\n\
\n\
:\n\
\n\
event: unheard_of\n\
data: {\"type\": \"unheard_of\", \"\\u0061\": [ ] }\n\
: in between\n\
\n\
event: content_block_start\n\
data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\",\"unheard_of\":null}}\n\
\n\
event: ping\n\
data: {\"type\": \"ping\"}\n\
\n\
event: content_block_delta\n\
data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"caf\\u00e9 \\ud83e\\udd80 日本\"}}\n\
\n\
event: content_block_delta\n\
data: {\"index\":0,\"delta\":{\"text\":\" and \\/ more\",\"type\":\"text_delta\"},\"type\":\"content_block_delta\"}\n\
\n\
event: content_block_stop\n\
data: {\"type\":\"content_block_stop\",\"index\":0    }\n\
\n\
event: content_block_start\n\
data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_01\",\"name\":\"get_weather\",\"input\":{}}}\n\
\n\
event: content_block_delta\n\
data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\"}}\n\
\n\
event: content_block_delta\n\
data: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\": \\\"Oslo\\\"}\"}}\n\
\n\
event: content_block_stop\n\
data: {\"type\":\"content_block_stop\",\"index\":1}\n\
\n\
event: message_delta\n\
data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null,\"unheard_of\":{}},\"usage\":{\"output_tokens\":7}}\n\
\n\
event: message_stop\n\
data: {\"type\":\"message_stop\"}\n\
\n";

/// No event has a name, as the documentation allows; else the same.
const RESPONSES: &str = ": hello\n\
\n\
data: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\",\n\
data:   \"model\":\"gpt-4.1-2025\",\"output\":[],\"usage\":null,\"unheard_of\":1.50e+1}}\n\
\n\
event:response.in_progress\n\
data:{\"type\":\"response.in_progress\",\"sequence_number\":1,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"in_progress\",\"model\":\"gpt-4.1-2025\",\"output\":[],\"usage\":null}}\n\
id\n\
\n\
event: keepalive\n\
data: {\"type\":\"keepalive\",\"sequence_number\":2}\n\
\n\
data: {\"sequence_number\":3,\"type\":\"response.output_item.added\",\"output_index\":0,\"item\":{\"type\":\"unheard_of\",\"id\":\"x_1\"}}\n\
\n\
data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"unheard_of\",\"id\":\"x_1\"},\"sequence_number\":4}\n\
\n\
data: {\"type\":\"response.output_item.added\",\"output_index\":1,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]},\"sequence_number\":5}\n\
\n\
data: {\"type\":\"response.output_text.delta\",\"item_id\":\"msg_1\",\"output_index\":1,\"content_index\":0,\"delta\":\"caf\\u00e9 \\ud83e\\udd80 日本 \\/\",\"logprobs\":[],\"obfuscation\":\"aB3\",\"sequence_number\":6}\n\
: in between\n\
\n\
data: {\"type\":\"response.completed\",\"sequence_number\":7,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"gpt-4.1-2025\",\"output\":[],\"usage\":{\"input_tokens\":16,\"input_tokens_details\":{\"cached_tokens\":5},\"output_tokens\":7,\"output_tokens_details\":{\"reasoning_tokens\":0},\"total_tokens\":23}}}\n\
\n";

/// With each end of a line that is legal, but for the lone carriage return that no one sends.
fn forms(stream: &str) -> [String; 3] {
    let mixed: Vec<&str> = stream.split_inclusive("\n\n").collect();
    let mixed = mixed.iter().enumerate().map(|(index, event)| match index % 2 {
        0 => (*event).to_owned(),
        _ => event.replace('\n', "\r\n"),
    });
    [stream.to_owned(), stream.replace('\n', "\r\n"), mixed.collect()]
}

/// Sends each form in writes of several sizes, and compares what comes back.
async fn pass(vendor: &Vendor, clasp: &Clasp, path: &str, body: &[u8], stream: &str) {
    for (form, stream) in forms(stream).iter().enumerate() {
        for size in [1, 2, 13, 256, 1 << 16] {
            vendor.then(Answer::frames([stream.clone()]).in_writes_of(size));
            let logged = clasp.log().len();
            let answer = clasp.client().post(path, body).await;
            assert_eq!(answer.status(), 200, "{:?}", answer.body);
            assert_eq!(answer.head.header("x-clasp-lane"), Some("untranslated"));
            let came = std::str::from_utf8(&answer.body).unwrap();
            assert_eq!(came, stream, "form {form} in writes of {size}");
            let line = clasp.log().line_after(logged, "request finished").await;
            for part in ["input_tokens=16", "cached_tokens=5", "output_tokens=7"] {
                assert!(line.contains(part), "form {form} in writes of {size}: {part} in {line}");
            }
        }
    }
}

#[tokio::test]
async fn c15_an_odd_stream_of_anthropic_s_comes_back_byte_for_byte() {
    let (vendor, clasp) = start().await;
    let body = with(ask_stream("x"), "model", TARGET).to_string();
    pass(&vendor, &clasp, "/v1/messages", body.as_bytes(), MESSAGES).await;
}

#[tokio::test]
async fn c15_nothing_is_lost_of_what_stands_behind_the_end() {
    let (vendor, clasp) = start().await;
    let body = with(ask_stream("x"), "model", TARGET).to_string();
    for begun in ["e", "event: da", "event: data\ndata: [D"] {
        let first = format!("{MESSAGES}{begun}");
        let rest = "event: data\ndata: [DONE]\n\n".strip_prefix(begun).unwrap();
        let sent = format!("{first}{rest}");
        vendor.then(Answer::frames([first.clone(), rest.to_owned()]));
        let answer = clasp.client().post("/v1/messages", body.as_bytes()).await;
        let came = std::str::from_utf8(&answer.body).unwrap();
        // An answer that has its end is not waited for any longer than for a moment.
        assert!(came.starts_with(&first) && sent.starts_with(came), "{came:?} came of {sent:?}");
    }
}

#[tokio::test]
async fn c15_an_odd_stream_of_responses_comes_back_byte_for_byte() {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = Setup::new(&vendor).env("CLASP_MODEL", "gpt-4.1").start().await;
    let body = Dialect::Responses.body("x", true).to_string();
    pass(&vendor, &clasp, Dialect::Responses.path(), body.as_bytes(), RESPONSES).await;
}
