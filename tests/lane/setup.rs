//! A provider that speaks Anthropic Messages, clasp in front of it, and what the provider says.

use clasp_tests::support::clasp::{Clasp, KEY, Setup};
use clasp_tests::support::upstream::{Answer, Vendor};
use serde_json::{Value, json};

use crate::guests::{guest, put};

/// The model that clients name, and the provider's name of it.
pub const ASKED: &str = "claude-sonnet-4-5";
pub const TARGET: &str = "claude-target-1";

/// What the provider's answers call it.
pub const NAMED: &str = "claude-target-1-0";

/// Settings for the provider `native`, whose plugin is in place.
pub fn settings(vendor: &Vendor) -> Setup {
    let setup = Setup::bare()
        .env("PROVIDER", "native")
        .env("NATIVE_BASE_URL", &format!("http://{}", vendor.address()))
        .env("NATIVE_API_KEY", KEY)
        .env("CLASP_MODEL", TARGET);
    let plugins = setup.home().join(".clasp/plugins");
    std::fs::create_dir_all(&plugins).unwrap();
    put(&plugins.join("native.wasm"), &guest("clasp-guest-native"));
    setup
}

pub async fn start() -> (Vendor, Clasp) {
    let vendor = Vendor::start().await;
    let clasp = settings(&vendor).start().await;
    (vendor, clasp)
}

/// One event as a provider may write it: with blanks that nobody else writes.
fn event(data: &Value) -> String {
    format!("event: {}\ndata:  {data} \n\n", data["type"].as_str().unwrap())
}

fn usage(output: u64) -> Value {
    json!({"input_tokens": 11, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 5,
        "output_tokens": output})
}

/// An answer of this text, an event for each word.
pub fn frames(text: &str) -> Vec<String> {
    let message = json!({"id": "msg_vendor", "type": "message", "role": "assistant",
        "model": "claude-target-1-0", "content": [], "stop_reason": null, "stop_sequence": null,
        "usage": usage(1), "unheard_of": {"a": [1.50, null]}});
    let block = json!({"type": "text", "text": ""});
    let word = |text: &str| json!({"type": "text_delta", "text": text});
    let end = json!({"stop_reason": "end_turn", "stop_sequence": null});
    let mut events = vec![
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
        json!({"type": "ping"}),
    ];
    let words = text.split_inclusive(' ').map(word);
    events.extend(
        words.map(|delta| json!({"type": "content_block_delta", "index": 0, "delta": delta})),
    );
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({"type": "message_delta", "delta": end, "usage": usage(7)}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(event).collect()
}

pub fn stream(text: &str) -> Answer {
    Answer::frames(frames(text))
}

/// A plain answer, with a form of its own.
pub fn plain(text: &str) -> String {
    format!(
        "{{ \"id\":\"msg_vendor\",\"type\":\"message\",\"role\":\"assistant\",\n\"model\":\"claude-target-1-0\",\
         \"content\":[{{\"type\":\"text\",\"text\":{}}}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\
         \"usage\":{{\"input_tokens\":11,\"output_tokens\":7}},\"unheard_of\":1.50 }}\n",
        json!(text)
    )
}

pub fn error(status: u16, kind: &str, message: &str) -> Answer {
    let error = json!({"type": kind, "message": message});
    let body = json!({"type": "error", "error": error, "request_id": "req_vendor"});
    Answer::json(status, &body).header("request-id", "req_vendor")
}
