//! OpenAI's dialects passed on as they are (rules A8, C15).

use clasp_tests::support::clasp::{Clasp, KEY, Setup};
use clasp_tests::support::client::{Answer as Whole, post};
use clasp_tests::support::upstream::{Answer, Break, Point, Vendor};
use serde_json::Value;

const RESPONSES: &str = "/v1/responses";
const CHAT: &str = "/v1/chat/completions";

/// The provider `openai` at the vendor's address, which has both APIs; another name of a model.
async fn start() -> (Vendor, Clasp) {
    let vendor = Vendor::start().await;
    vendor.lenient();
    let clasp = Setup::new(&vendor).env("CLASP_MODEL", "gpt-4.1").start().await;
    (vendor, clasp)
}

/// A stream of Responses with blanks that nobody else writes, and events that nobody knows.
fn responses() -> Vec<String> {
    let response = |status: &str, usage: &str| {
        format!(
            r#"{{"id":"resp_v","object":"response","status":"{status}","model":"gpt-4.1-2025","output":[],"usage":{usage},"new":1.50}}"#
        )
    };
    let usage = r#"{"input_tokens":16,"input_tokens_details":{"cached_tokens":5},"output_tokens":7,"total_tokens":23}"#;
    let events = [
        ("response.created", format!(r#""response":{}"#, response("in_progress", "null"))),
        ("response.in_progress", format!(r#""response":{}"#, response("in_progress", "null"))),
        ("response.unheard_of", r#""x":"\u00e9""#.to_owned()),
        (
            "response.output_text.delta",
            r#""item_id":"msg_1","output_index":0,"content_index":0,"delta":"hello""#.to_owned(),
        ),
        ("response.completed", format!(r#""response":{}"#, response("completed", usage))),
    ];
    let event = |(number, (kind, members)): (usize, &(&str, String))| {
        format!(
            "event: {kind}\ndata:  {{\"type\":\"{kind}\",\"sequence_number\":{number}, {members}}} \n\n"
        )
    };
    events.iter().enumerate().map(event).collect()
}

fn chunks() -> Vec<String> {
    let chunk = |choices: &str, usage: &str| {
        format!(
            "data: {{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"gpt-4.1-2025\", \"choices\":[{choices}]{usage}}}\n\n"
        )
    };
    vec![
        chunk(r#"{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}"#, ""),
        chunk(r#"{"index":0,"delta":{"content":"caf\u00e9"},"finish_reason":null}"#, ""),
        chunk(r#"{"index":0,"delta":{},"finish_reason":"stop"}"#, ""),
        chunk(
            "",
            r#","usage":{"prompt_tokens":16,"completion_tokens":7,"prompt_tokens_details":{"cached_tokens":5}}"#,
        ),
        "data: [DONE]\n\n".to_owned(),
    ]
}

async fn ask(clasp: &Clasp, path: &str, body: &str) -> Whole {
    let mut connection = clasp.client().connect().await;
    let headers = [
        ("authorization", "Bearer client-key"),
        ("originator", "codex_exec"),
        ("openai-organization", "org-of-the-client"),
    ];
    connection.write(&post(path, &headers, body.as_bytes())).await;
    connection.answer(false).await
}

#[tokio::test]
async fn c15_both_of_openai_s_dialects_go_through_byte_for_byte() {
    let (vendor, clasp) = start().await;
    for (path, body, frames) in [
        (
            RESPONSES,
            "{ \"model\" : \"mine\",\"input\":[{\"type\":\"unheard_of\",\"x\":0.10}], \"stream\":true,\"store\":true}\n",
            responses(),
        ),
        (
            CHAT,
            "{\"stream\": true,\"messages\":[{\"role\":\"user\",\"content\":\"caf\\u00e9\"}] ,\"model\":\"mine\",\"n\":2,\"stream_options\":{\"include_usage\":true}}",
            chunks(),
        ),
    ] {
        for size in [1, 7, 4000] {
            let answer = Answer::frames(frames.clone()).in_writes_of(size);
            vendor.then(answer.header("x-request-id", "req_vendor").header("set-cookie", "a=b"));
            let answer = ask(&clasp, path, body).await;
            assert_eq!(std::str::from_utf8(&answer.body).unwrap(), frames.concat());
            let header = |name: &str| answer.head.header(name);
            assert_eq!(header("x-request-id"), Some("req_vendor"));
            assert_eq!(header("x-clasp-lane"), Some("untranslated"));
            assert_eq!(header("set-cookie"), None);
            let sent = vendor.requests().pop().unwrap();
            let text = std::str::from_utf8(&sent.bytes).unwrap();
            assert_eq!(text, body.replace("\"mine\"", "\"gpt-4.1\""));
            assert_eq!(sent.header("authorization"), Some(&*format!("Bearer {KEY}")));
            assert_eq!(sent.header("originator"), Some("codex_exec"));
            assert_eq!(sent.header("openai-organization"), None);
        }
        let line = clasp.log().line_with(&["request finished", "untranslated=true"]).await;
        for part in ["input_tokens=16", "cached_tokens=5", "output_tokens=7"] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}

#[tokio::test]
async fn a08_a_passed_on_stream_that_breaks_off_ends_with_a_failure() {
    let (vendor, clasp) = start().await;
    for (path, frames) in [(RESPONSES, responses()), (CHAT, chunks())] {
        for how in [Break::Clean, Break::Close, Break::Reset] {
            // Within an event as well: what has begun of it does not go out.
            let bytes = frames[..2].concat().len() + 12;
            let answer = Answer::frames(frames.clone()).broken(Point::Bytes(bytes), how);
            vendor.then(answer);
            let body = r#"{"model":"mine","stream":true,"input":"x","messages":[]}"#;
            let answer = ask(&clasp, path, body).await;
            let text = std::str::from_utf8(&answer.body).unwrap();
            let rest = text.strip_prefix(&*frames[..2].concat()).unwrap();
            let data = rest.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
            let last: Value = serde_json::from_str(data).unwrap();
            assert_eq!(rest.matches("data: ").count(), 1, "{rest}");
            match path {
                RESPONSES => {
                    assert_eq!(last["type"], "response.failed", "{rest}");
                    assert_eq!(last["sequence_number"], 2, "it follows the provider's events");
                }
                _ => assert!(last["error"]["message"].is_string(), "{rest}"),
            }
        }
    }
}

#[tokio::test]
async fn d03_the_lane_tries_again_and_passes_errors_on() {
    let (vendor, clasp) = start().await;
    for (path, frames) in [(RESPONSES, responses()), (CHAT, chunks())] {
        let body = r#"{"model":"mine","stream":true,"input":"x","messages":[]}"#;
        vendor
            .then(Answer::error(503, "overloaded", "server_error", None))
            .then(Answer::frames(frames.clone()));
        assert_eq!(ask(&clasp, path, body).await.body, frames.concat());
        vendor.then(Answer::error(400, "Unknown parameter", "invalid_request_error", Some("x")));
        let refused = ask(&clasp, path, body).await;
        assert_eq!((refused.status(), &refused.json()["error"]["code"]), (400, &Value::from("x")));
    }
}
