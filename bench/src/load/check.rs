//! Whether an answer is complete: all of its content, its end and its token counts.

use std::sync::LazyLock;

use serde_json::Value;

use super::case::Contender;
use crate::scenario::{
    self, Answer, CACHED_TOKENS, COMPLETION_TOKENS, PLAIN_TEXT, PROMPT_TOKENS, TOOL,
};

static TEXT: LazyLock<String> = LazyLock::new(scenario::text);
static ARGUMENTS: LazyLock<String> = LazyLock::new(scenario::arguments);

/// What an answer said, in no dialect's words.
#[derive(Default)]
struct Said {
    text: String,
    arguments: String,
    tool: String,
    reason: String,
    input: u64,
    cached: u64,
    output: u64,
}

/// Says what is missing or wrong.
pub fn complete(contender: Contender, answer: Answer, body: &[u8]) -> Result<(), String> {
    let anthropic = contender.translates();
    let said = match (answer.stream(), anthropic) {
        (true, true) => anthropic_stream(body)?,
        (true, false) => chat_stream(body)?,
        (false, true) => anthropic_plain(body)?,
        (false, false) => chat_plain(body)?,
    };
    let reason = match (answer.calls_tool(), anthropic) {
        (true, true) => "tool_use",
        (true, false) => "tool_calls",
        (false, true) => "end_turn",
        (false, false) => "stop",
    };
    same("the reason to stop", said.reason.as_str(), reason)?;
    match answer {
        Answer::Inspect if said.text.is_empty() => return Err("no text".to_owned()),
        Answer::Inspect => {}
        Answer::Plain => same("the text", said.text.as_str(), PLAIN_TEXT)?,
        Answer::Tool | Answer::ToolPaced => {
            same("the tool", said.tool.as_str(), TOOL)?;
            same("the arguments", &said.arguments, &ARGUMENTS)?;
        }
        Answer::Text | Answer::TextPaced | Answer::Held => same("the text", &said.text, &TEXT)?,
    }
    let uncached = if anthropic { PROMPT_TOKENS - CACHED_TOKENS } else { PROMPT_TOKENS };
    same("input tokens", &said.input, &uncached)?;
    same("cached tokens", &said.cached, &CACHED_TOKENS)?;
    same("output tokens", &said.output, &COMPLETION_TOKENS)
}

/// The text of a plain answer.
pub fn plain_text(contender: Contender, body: &[u8]) -> Result<String, String> {
    let said = if contender.translates() { anthropic_plain(body) } else { chat_plain(body) };
    said.map(|said| said.text)
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    is: &T,
    wanted: &T,
) -> Result<(), String> {
    if is == wanted {
        return Ok(());
    }
    let (is, wanted) = (format!("{is:?}"), format!("{wanted:?}"));
    let at = is.bytes().zip(wanted.bytes()).take_while(|(is, wanted)| is == wanted).count();
    let is: String = is.chars().take(200).collect();
    Err(format!("{what} differ at byte {at}: {is}"))
}

fn parse(json: &[u8]) -> Result<Value, String> {
    serde_json::from_slice(json).map_err(|error| format!("not JSON: {error}"))
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The data of each event.
fn events(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    body.split(|byte| *byte == b'\n').filter_map(|line| {
        let data = line.strip_prefix(b"data:")?;
        Some(data.strip_prefix(b" ").unwrap_or(data))
    })
}

fn anthropic_stream(body: &[u8]) -> Result<Said, String> {
    let mut said = Said::default();
    let (mut started, mut stopped, mut open) = (false, false, false);
    for data in events(body) {
        let event = parse(data)?;
        let kind = string(&event["type"]);
        if stopped {
            return Err(format!("{kind} after message_stop"));
        }
        if started == (kind == "message_start") {
            return Err(format!("{kind} in the wrong place"));
        }
        let delta = &event["delta"];
        match kind {
            "message_start" => started = true,
            "content_block_start" if !open => {
                open = true;
                said.tool.push_str(string(&event["content_block"]["name"]));
            }
            "content_block_delta" if open => {
                said.text.push_str(string(&delta["text"]));
                said.arguments.push_str(string(&delta["partial_json"]));
            }
            "content_block_stop" if open => open = false,
            "message_delta" if !open => {
                said.reason = string(&delta["stop_reason"]).to_owned();
                said.anthropic_usage(&event["usage"]);
            }
            "message_stop" if !open => stopped = true,
            "ping" => {}
            _ => return Err(format!("unexpected event {event}")),
        }
    }
    if stopped { Ok(said) } else { Err("no message_stop".to_owned()) }
}

fn anthropic_plain(body: &[u8]) -> Result<Said, String> {
    let message = parse(body)?;
    let mut said = Said::default();
    for block in message["content"].as_array().map_or(&[][..], Vec::as_slice) {
        said.text.push_str(string(&block["text"]));
    }
    said.reason = string(&message["stop_reason"]).to_owned();
    said.anthropic_usage(&message["usage"]);
    Ok(said)
}

fn chat_stream(body: &[u8]) -> Result<Said, String> {
    let mut said = Said::default();
    let mut done = false;
    for data in events(body) {
        if data == b"[DONE]" {
            done = true;
            continue;
        }
        let chunk = parse(data)?;
        let choice = &chunk["choices"][0];
        let delta = &choice["delta"];
        said.text.push_str(string(&delta["content"]));
        let function = &delta["tool_calls"][0]["function"];
        said.tool.push_str(string(&function["name"]));
        said.arguments.push_str(string(&function["arguments"]));
        said.reason.push_str(string(&choice["finish_reason"]));
        said.chat_usage(&chunk["usage"]);
    }
    if done { Ok(said) } else { Err("no [DONE]".to_owned()) }
}

fn chat_plain(body: &[u8]) -> Result<Said, String> {
    let answer = parse(body)?;
    let choice = &answer["choices"][0];
    let mut said = Said {
        text: string(&choice["message"]["content"]).to_owned(),
        reason: string(&choice["finish_reason"]).to_owned(),
        ..Said::default()
    };
    said.chat_usage(&answer["usage"]);
    Ok(said)
}

impl Said {
    fn anthropic_usage(&mut self, usage: &Value) {
        self.input = usage["input_tokens"].as_u64().unwrap_or_default();
        self.cached = usage["cache_read_input_tokens"].as_u64().unwrap_or_default();
        self.output = usage["output_tokens"].as_u64().unwrap_or_default();
    }

    fn chat_usage(&mut self, usage: &Value) {
        if usage.is_object() {
            let cached = &usage["prompt_tokens_details"]["cached_tokens"];
            self.input = usage["prompt_tokens"].as_u64().unwrap_or_default();
            self.cached = cached.as_u64().unwrap_or_default();
            self.output = usage["completion_tokens"].as_u64().unwrap_or_default();
        }
    }
}
