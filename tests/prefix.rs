//! Every plugin translates a conversation so that each turn begins with the bytes of the turn before
//! it (rule C11): providers keep what they have read of a prompt only as long as it is the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use clasp_model::{Dialect, FailureKind, HttpRequest, Json, Request, Segment, Target};
use clasp_plugin_host::{Options, Plugin, Runtime};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// Where the conversation stands in a body, and which members come with every turn anew.
const CONVERSATIONS: [&str; 3] = ["messages", "input", "contents"];

/// Marks for the provider's cache, which wander to the newest turn and are no part of the prompt.
const MARKS: [&str; 2] = ["cache_control", "cachePoint"];

/// Models with different ways of being asked, for the plugins that have several.
fn models(plugin: &str) -> &'static [&'static str] {
    match plugin {
        "anthropic" => &["claude-opus-4-6", "claude-haiku-4-5"],
        "azure" | "openai" => &["gpt-4o", "gpt-5"],
        "bedrock" => &["us.anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0"],
        "cohere" => &["command-a-03-2025", "command-a-reasoning-08-2025"],
        "gemini" => &["gemini-2.5-pro", "gemini-3-pro-preview"],
        "ollama" => &["qwen3:8b", "gpt-oss:20b"],
        "openrouter" => &["anthropic/claude-sonnet-4.5", "google/gemini-3-pro-preview"],
        "responses" => &["gpt-5", "o3"],
        "vertex" => &["gemini-2.5-pro", "claude-opus-4-6"],
        _ => &["some-model"],
    }
}

/// The settings that a plugin cannot do without.
fn settings(plugin: &str) -> &'static str {
    match plugin {
        "vertex" => r#"{"project": "p", "location": "global"}"#,
        _ => "{}",
    }
}

/// One request of a session as Claude Code sends it, after `turns` answers of this plugin.
fn body(plugin: &str, pictures: bool, turns: usize) -> String {
    let mut messages = vec![
        json!({"role": "user", "content": [
            {"type": "text", "text": "<system-reminder>\nToday is a day.\n</system-reminder>"},
            {"type": "text", "text": "Please mend the \"house\" \u{1f3e0}."},
        ]}),
        json!({"role": "system", "content": [{"type": "text", "text": "Be brief."}]}),
    ];
    for turn in 0..turns {
        messages.push(assistant(plugin, turn));
        messages.push(results(pictures && turn % 2 == 0, turn));
        if turn == 2 {
            messages.push(json!({"role": "system", "content": "A reminder, every few turns."}));
        }
    }
    // The newest block carries the cache's mark; a message that was a string is a list only then.
    let mark = json!({"type": "ephemeral"});
    let last = messages.last_mut().unwrap();
    match &mut last["content"] {
        Value::Array(parts) => parts.last_mut().unwrap()["cache_control"] = mark,
        text => *text = json!([{"type": "text", "text": text.clone(), "cache_control": mark}]),
    }
    let billing = format!("x-anthropic-billing-header: cc_version=2.1.329.{turns:03x};");
    json!({
        "model": "claude-sonnet-4-5",
        // Ollama makes room for the prompt and this in powers of two; here nothing is at a border.
        "max_tokens": 20000,
        "stream": true,
        "thinking": {"type": "adaptive"},
        "output_config": {"effort": "high"},
        "context_management": {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        "metadata": {"user_id": "u".repeat(140)},
        "system": [
            {"type": "text", "text": billing},
            {"type": "text", "text": "You are a careful agent.", "cache_control": {"type": "ephemeral"}},
            {"type": "text", "text": "Work in /home/x.", "cache_control": {"type": "ephemeral"}},
        ],
        "tools": tools(),
        "messages": messages,
    })
    .to_string()
}

fn assistant(plugin: &str, turn: usize) -> Value {
    // State that another plugin made would not go back, and with it perhaps the wish to think.
    let signature = format!("clasp1:{plugin}:c2lnbmF0dXJl{turn}");
    let (read, run) = (format!("toolu_read{turn}"), format!("toolu_run.{turn}:x"));
    json!({"role": "assistant", "content": [
        {"type": "thinking", "thinking": format!("Thought {turn}."), "signature": signature},
        {"type": "text", "text": format!("Step {turn}.")},
        {"type": "tool_use", "id": read, "name": "Read", "input": {"file_path": "/x", "limit": turn}},
        {"type": "tool_use", "id": run, "name": "mcp__a_server__a tool with blanks and a name that is longer than any provider allows for",
            "input": {"b": [1.50, {"z": null, "a": "\u{e9}"}], "a": true}},
    ]})
}

fn results(with_picture: bool, turn: usize) -> Value {
    let (read, run) = (format!("toolu_read{turn}"), format!("toolu_run.{turn}:x"));
    let picture = json!({"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="});
    let shown = match with_picture {
        true => {
            json!([{"type": "text", "text": "a picture"}, {"type": "image", "source": picture}])
        }
        false => json!("text alone"),
    };
    json!({"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": run, "content": "it failed", "is_error": true},
        {"type": "tool_result", "tool_use_id": read, "content": shown},
    ]})
}

fn tools() -> Value {
    json!([
        {"name": "Read", "description": "Reads a file.", "input_schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
            "properties": {"file_path": {"type": "string"}, "limit": {"type": "integer", "exclusiveMinimum": 0}},
            "required": ["file_path"], "additionalProperties": false}},
        {"name": "mcp__a_server__a tool with blanks and a name that is longer than any provider allows for",
            "description": "Runs.", "input_schema": {
            "type": "object", "properties": {
                "a": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
                "b": {"type": "array", "items": {"oneOf": [{"type": "number"}, {"type": "object"}]}},
                "c": {"$ref": "#/$defs/c"}, "d": {"type": ["string", "null"], "pattern": "^x", "format": "uri"}},
            "$defs": {"c": {"enum": ["x", "y"], "default": "x"}}}},
    ])
}

/// The members of a body in their order, as they were written.
fn members(text: &str) -> BTreeMap<String, Box<RawValue>> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Whether two pieces are the same: byte for byte, but for marks of the cache. A list of one text
/// that bore a mark is that text, as those who take marks read it.
fn same(now: &str, then: &str) -> bool {
    let marked = |text: &str| MARKS.iter().any(|mark| text.contains(mark));
    now == then || ((marked(now) || marked(then)) && unmarked(now) == unmarked(then))
}

fn unmarked(text: &str) -> String {
    fn strip(value: &mut Value) {
        match value {
            Value::Array(values) => {
                let mark = |value: &Value| {
                    let object = value.as_object().filter(|object| object.len() == 1);
                    object.is_some_and(|object| MARKS.iter().any(|mark| object.contains_key(*mark)))
                };
                values.retain(|value| !mark(value));
                values.iter_mut().for_each(strip);
            }
            Value::Object(object) => {
                for mark in MARKS {
                    object.shift_remove(mark);
                }
                object.values_mut().for_each(strip);
                let Some(content) = object.get_mut("content") else { return };
                if let [only] = content.as_array().map_or(&[][..], |list| list)
                    && only["type"] == "text"
                {
                    *content = only["text"].clone();
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    strip(&mut value);
    value.to_string()
}

/// The body as it goes to the provider, and the pieces of the conversation in it.
fn sent(http: &HttpRequest) -> (BTreeMap<String, String>, Vec<String>) {
    let mut body = Vec::new();
    for segment in &http.body {
        match segment {
            Segment::Bytes(bytes) => body.extend_from_slice(bytes),
            Segment::Blob(blob, _) => body.extend_from_slice(blob.base64.as_bytes()),
        }
    }
    let mut rest = BTreeMap::new();
    let mut conversation = None;
    for (name, value) in members(std::str::from_utf8(&body).unwrap()) {
        if CONVERSATIONS.contains(&&*name) {
            let pieces: Vec<Box<RawValue>> = serde_json::from_str(value.get()).unwrap();
            conversation = Some(pieces.iter().map(|piece| piece.get().to_owned()).collect());
        } else {
            rest.insert(name, value.get().to_owned());
        }
    }
    (rest, conversation.expect("a conversation"))
}

async fn stays_the_same(plugin: &Plugin, model: &str) {
    for pictures in [true, false] {
        session(plugin, model, pictures).await;
    }
}

async fn session(plugin: &Plugin, model: &str, pictures: bool) {
    let id = &plugin.manifest().id;
    let base_url = plugin.manifest().default_base_url.clone();
    let target = Target {
        base_url: base_url.unwrap_or_else(|| "http://127.0.0.1:1".to_owned()),
        model: model.to_owned(),
        context_window: Some(200_000),
        max_output_tokens: Some(64_000),
        abilities: None,
        config: Json::from_checked(settings(id).into()),
        provider: String::new(),
    };
    let mut before: Option<(BTreeMap<String, String>, Vec<String>)> = None;
    for turns in 0..6 {
        let request: Request = clasp_dialect::parse(
            Dialect::AnthropicMessages,
            &body(id, pictures, turns).into(),
            &[],
        )
        .unwrap()
        .request;
        let begun = plugin.begin(&target, &request).await;
        let begun = match begun {
            Err(failure) if pictures && failure.kind == FailureKind::Unsupported => return,
            begun => begun.unwrap_or_else(|failure| panic!("{id} {model}: {failure:?}")),
        };
        let (rest, conversation) = sent(&begun.http);
        if let Some((rest_before, earlier)) = &before {
            assert_eq!(&rest, rest_before, "{id} {model}: beside the conversation, turn {turns}");
            assert!(
                conversation.len() > earlier.len(),
                "{id} {model}: nothing new in turn {turns}"
            );
            for (number, (now, then)) in conversation.iter().zip(earlier).enumerate() {
                assert!(
                    same(now, then),
                    "{id} {model}: piece {number} of turn {turns}\n{now}\n{then}"
                );
            }
        }
        before = Some((rest, conversation));
    }
}

#[tokio::test]
async fn c11_every_plugin_keeps_the_prefix() {
    let runtime = Runtime::new(Options::default()).unwrap();
    let mut steered = None;
    for (id, bytes) in clasp_plugin_bundle::PLUGINS {
        let plugin = runtime.load(Path::new(id), bytes).unwrap();
        for model in models(id) {
            stays_the_same(&plugin, model).await;
        }
        if *id == "compat" {
            steered = Some(plugin);
        }
    }
    let steered = steered.expect("the plugin that profiles steer");
    for (id, text) in clasp_plugin_bundle::PROFILES {
        let profile = steered.with_profile(Path::new(id), id, text.as_bytes()).unwrap();
        stays_the_same(&profile, "some-model").await;
    }
}
