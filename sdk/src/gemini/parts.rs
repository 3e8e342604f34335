//! What the model said, part by part (rules A4, A5, C9).
//!
//! A thought signature follows its text or thought as state, or travels on its call. Parts that
//! clients have no name for travel hidden, whole, so that they can go back; programs that Google
//! ran are shown as well.

use std::borrow::Cow;

use crate::lenient::Raw;
use crate::names::{Names, short_hash};
use crate::{Event, ToolCallDelta};
use serde_json::{Value, json};

use super::chunk::{Call, Code, Inline, Outcome, Part};
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
        if let Some(code) = read_raw::<Code<'_>>(&part.code) {
            self.code(&code, events);
        }
        if let Some(outcome) = read_raw::<Outcome<'_>>(&part.outcome) {
            self.outcome(&outcome, events);
        }
        let other = [&part.code, &part.outcome, &part.tool_call, &part.tool_response];
        if other.iter().any(|raw| raw.json().is_some()) {
            return;
        }
        let thought = part.thought.json() == Some("true");
        if let Some(inline) = &part.inline.0 {
            if !thought {
                self.said = true;
                events.push(Event::Block(payload(inline)));
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
            if named.is_none() && call.args.json().is_none() && call.pieces.0.is_empty() {
                return;
            }
            self.finish(events);
            self.said = true;
            let in_pieces = continues || !call.pieces.0.is_empty();
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
                let begun = call.args.json().and_then(|args| serde_json::from_str(args).ok());
                self.open = Some(begun.unwrap_or_else(|| json!({})));
            }
        }
        if let Some(arguments) = &mut self.open {
            call.pieces.0.iter().for_each(|piece| partial::add(arguments, piece));
            if !continues {
                self.finish(events);
            }
        }
    }

    /// A part whole, as it has to go back.
    fn hidden(&self, name: &str, json: &str, signature: Option<&str>, events: &mut Vec<Event>) {
        let signature =
            signature.map(|text| format!(",\"thoughtSignature\":{}", Value::from(text)));
        let (json, signature) = (compact(json), signature.unwrap_or_default());
        events.push(Event::RedactedThinking(format!("{{\"{name}\":{json}{signature}}}")));
    }

    fn code(&mut self, code: &Code<'_>, events: &mut Vec<Event>) {
        self.said = true;
        self.programs += 1;
        let block = json!({
            "type": "server_tool_use",
            "id": self.program_id(&code.id.0),
            "name": "code_execution",
            "input": {"code": code.code.0},
        });
        events.push(Event::Block(block.to_string()));
    }

    fn outcome(&mut self, outcome: &Outcome<'_>, events: &mut Vec<Event>) {
        self.said = true;
        let fine = matches!(&*outcome.outcome.0, "OUTCOME_OK" | "1");
        let (stdout, stderr) =
            if fine { (&*outcome.output.0, "") } else { ("", &*outcome.output.0) };
        let block = json!({
            "type": "code_execution_tool_result",
            "tool_use_id": self.program_id(&outcome.id.0),
            "content": {
                "type": "code_execution_result",
                "stdout": stdout,
                "stderr": stderr,
                "return_code": i32::from(!fine),
                "content": [],
            },
        });
        events.push(Event::Block(block.to_string()));
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

fn read_raw<'a, T: serde::Deserialize<'a>>(raw: &Raw<'a>) -> Option<T> {
    serde_json::from_str(raw.json()?).ok()
}

/// A picture, or whatever else the model made.
fn payload(inline: &Inline<'_>) -> String {
    let image = inline.media_type.0.starts_with("image/");
    json!({
        "type": if image { "image" } else { "document" },
        "source": {
            "type": "base64",
            "media_type": inline.media_type.0,
            "data": inline.data.0,
        },
    })
    .to_string()
}
