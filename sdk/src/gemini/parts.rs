//! What the model said, part by part (rules A4, A5, C9).
//!
//! A thought signature follows its text or thought as state, or travels on its call. Parts that
//! clients have no name for travel hidden, whole, so that they can go back; programs that Google
//! ran are shown as well.

use std::borrow::Cow;

use crate::json::Writer;
use crate::lenient::Raw;
use crate::names::{Names, short_hash};
use crate::{Event, ToolCallDelta};
use serde_json::{Map, Value};

use super::chunk::{Call, Part};
use super::contents::APART;
use super::partial;

/// Reads the parts of one answer.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Tells this answer's ids from another's.
    seed: String,
    /// Something was said or called.
    said: bool,
    /// Calls so far.
    calls: u32,
    /// Programs so far.
    programs: u32,
    /// The arguments of a call that comes in pieces.
    open: Option<Value>,
}

impl Parts {
    /// The answer has an id.
    pub(crate) fn begin(&mut self, id: &str) {
        self.seed = short_hash(id);
    }

    /// An id for what Google's own tools did, as clients take it.
    pub(crate) fn tool_id(&self, id: &str) -> String {
        let id: String = id.chars().filter(char::is_ascii_alphanumeric).collect();
        format!("srvtoolu_{}{id}", self.seed)
    }

    /// Whether something was said or called.
    pub(crate) fn said(&self) -> bool {
        self.said
    }

    /// Whether something was called.
    pub(crate) fn called(&self) -> bool {
        self.calls > 0
    }

    /// Reads a part.
    pub(crate) fn read(&mut self, part: &Part<'_>, names: &Names, events: &mut Vec<Event>) {
        let signature = part.signature.as_option();
        if let Some(call) = &part.call.0 {
            return self.call(call, signature, names, events);
        }
        for (name, raw) in [
            ("executableCode", &part.code),
            ("codeExecutionResult", &part.outcome),
            ("toolCall", &part.tool_call),
            ("toolResponse", &part.tool_response),
        ] {
            if let Some(json) = raw.json() {
                self.hidden(name, json, signature, events);
            }
        }
        if let Some(code) = read_raw(&part.code) {
            self.code(&code, events);
        }
        if let Some(outcome) = read_raw(&part.outcome) {
            self.outcome(&outcome, events);
        }
        let other = [&part.code, &part.outcome, &part.tool_call, &part.tool_response];
        if other.iter().any(|raw| raw.json().is_some()) {
            return;
        }
        let thought = part.thought.json() == Some("true");
        if let Some(inline) = read_raw(&part.inline) {
            if !thought {
                self.said = true;
                events.push(Event::Block(payload(&inline)));
            }
            return;
        }
        match part.text.as_option().map(str::to_owned) {
            Some(text) if thought => events.push(Event::Thinking(text)),
            Some(text) => {
                self.said = true;
                events.push(Event::Text(text));
            }
            None => {
                // It belongs to no text, only stands behind one.
                events.extend(signature.map(|it| Event::State(format!("{APART}{it}"))));
                return;
            }
        }
        events.extend(signature.map(|signature| Event::State(signature.to_owned())));
    }

    /// The answer ended: gives out a call whose last piece never came.
    pub(crate) fn finish(&mut self, events: &mut Vec<Event>) {
        if let Some(arguments) = self.open.take() {
            events.push(Event::ToolCall(ToolCallDelta {
                slot: self.calls.saturating_sub(1),
                arguments: arguments.to_string(),
                ..ToolCallDelta::default()
            }));
        }
    }

    fn call(
        &mut self,
        call: &Call<'_>,
        signature: Option<&str>,
        names: &Names,
        events: &mut Vec<Event>,
    ) {
        let continues = call.continues.json() == Some("true");
        let named = call.name.as_option();
        if named.is_some() || self.open.is_none() {
            if named.is_none() && call.args.json().is_none() && call.pieces.json().is_none() {
                return;
            }
            self.finish(events);
            self.said = true;
            let in_pieces = continues || call.pieces.json().is_some();
            let arguments = if in_pieces { None } else { call.args.json() };
            events.push(Event::ToolCall(ToolCallDelta {
                slot: self.calls,
                id: call.id.as_option().map(str::to_owned),
                name: named.map(|name| names.restore(name).to_owned()),
                arguments: compact(arguments.unwrap_or_default()).into_owned(),
                state: signature.map(str::to_owned),
            }));
            self.calls += 1;
            if in_pieces {
                let begun = read_raw(&call.args);
                self.open = Some(begun.unwrap_or_else(|| Value::Object(Map::new())));
            }
        }
        if let Some(arguments) = &mut self.open {
            if let Some(Value::Array(pieces)) = read_raw(&call.pieces) {
                pieces.iter().for_each(|piece| partial::add(arguments, piece));
            }
            if !continues {
                self.finish(events);
            }
        }
    }

    /// A part whole, as it has to go back.
    fn hidden(&self, name: &str, json: &str, signature: Option<&str>, events: &mut Vec<Event>) {
        let mut writer = Writer::default();
        writer.open_object();
        writer.raw_member(name, &compact(json));
        if let Some(signature) = signature {
            writer.string_member("thoughtSignature", signature);
        }
        writer.close_object();
        events.push(Event::RedactedThinking(written(writer)));
    }

    fn code(&mut self, code: &Value, events: &mut Vec<Event>) {
        self.said = true;
        self.programs += 1;
        let id = self.program_id(text(code, "id"));
        events.push(Event::Block(typed("server_tool_use", |writer| {
            writer.string_member("id", &id);
            writer.string_member("name", "code_execution");
            writer.key("input");
            writer.open_object();
            writer.string_member("code", text(code, "code"));
            writer.close_object();
        })));
    }

    fn outcome(&mut self, outcome: &Value, events: &mut Vec<Event>) {
        self.said = true;
        let fine =
            matches!(outcome.get("outcome"), Some(word) if word == "OUTCOME_OK" || word == 1);
        let output = text(outcome, "output");
        let (stdout, stderr) = if fine { (output, "") } else { ("", output) };
        let id = self.program_id(text(outcome, "id"));
        events.push(Event::Block(typed("code_execution_tool_result", |writer| {
            writer.string_member("tool_use_id", &id);
            writer.key("content");
            writer.open_object();
            writer.string_member("type", "code_execution_result");
            writer.string_member("stdout", stdout);
            writer.string_member("stderr", stderr);
            writer.raw_member("return_code", if fine { "0" } else { "1" });
            writer.raw_member("content", "[]");
            writer.close_object();
        })));
    }

    /// The id of a program; one that has none is told by its number.
    fn program_id(&self, id: &str) -> String {
        if id.is_empty() { self.tool_id(&self.programs.to_string()) } else { self.tool_id(id) }
    }
}

/// JSON without the white space of an indented document.
fn compact(json: &str) -> Cow<'_, str> {
    if !json.contains('\n') {
        return Cow::Borrowed(json);
    }
    let (mut in_string, mut escaped) = (false, false);
    let kept = json.chars().filter(|letter| {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
        in_string || !letter.is_ascii_whitespace()
    });
    Cow::Owned(kept.collect())
}

/// An object with a type.
pub(crate) fn typed(kind: &str, members: impl FnOnce(&mut Writer)) -> String {
    let mut writer = Writer::default();
    writer.open_object();
    writer.string_member("type", kind);
    members(&mut writer);
    writer.close_object();
    written(writer)
}

fn written(writer: Writer) -> String {
    let text = writer.into_bytes().and_then(|bytes| String::from_utf8(bytes).ok());
    text.unwrap_or_default()
}

/// A value that few answers hold.
pub(crate) fn read_raw(raw: &Raw<'_>) -> Option<Value> {
    serde_json::from_str(raw.json()?).ok()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A picture, or whatever else the model made.
fn payload(inline: &Value) -> String {
    let media_type = text(inline, "mimeType");
    let kind = if media_type.starts_with("image/") { "image" } else { "document" };
    typed(kind, |writer| {
        writer.key("source");
        writer.open_object();
        writer.string_member("type", "base64");
        writer.string_member("media_type", media_type);
        writer.string_member("data", text(inline, "data"));
        writer.close_object();
    })
}
