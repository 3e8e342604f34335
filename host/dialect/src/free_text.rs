//! A tool that takes free text, which providers know as a function of one property; and its input,
//! out of the arguments that it is wrapped into: `{"input":"…"}`, as it comes in pieces cut anywhere.
//!
//! Rule: what is written in that form is told piece by piece; in any other form it waits, and is
//! the member `input` of an object or its only member, or else all of the text.

use clasp_model::{ByteString, FunctionTool, Json};
use serde_json::Value;

use crate::blocks::Arguments;
use crate::json::read::unescaped;

/// Parameters of a tool that takes free text.
const PARAMETERS: &str = r#"{"type":"object","properties":{"input":{"type":"string","description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}"#;

#[derive(Debug, Default)]
pub(crate) struct FreeText {
    /// The arguments.
    raw: String,
    progress: Arguments,
    /// What was told of the input.
    told: String,
    at: At,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Before the input's first letter.
    #[default]
    Before,
    /// Up to here it was told.
    Inside(usize),
    /// The input is over.
    After,
    /// It has another form.
    Elsewhere,
}

/// What comes before the input.
const OPENING: [&str; 4] = ["{", "\"input\"", ":", "\""];

/// Makes a function of a tool; what its text must look like is told in words: `grammar` is the
/// syntax and the definition of one.
pub(crate) fn offer(tool: &mut FunctionTool, grammar: Option<(&str, &str)>) {
    let mut about = tool.description.as_deref().unwrap_or_default().to_owned();
    if !about.is_empty() {
        about.push_str("\n\n");
    }
    about.push_str("The tool takes plain text: put all of it into `input`, as it is.");
    if let Some((syntax, definition)) = grammar {
        about.push_str(&format!(" It must match this {syntax} grammar:\n{definition}"));
    }
    tool.description = Some(about.into());
    tool.parameters = Json::from_checked(ByteString::from_static(PARAMETERS));
}

impl FreeText {
    /// Takes a piece of the arguments, and gives what is to be told of the input.
    pub(crate) fn push(&mut self, piece: &str) -> String {
        self.raw.push_str(piece);
        self.progress.push(piece);
        if self.at == At::Before {
            self.at = opening(&self.raw);
        }
        let At::Inside(at) = self.at else { return String::new() };
        let rest = self.raw.get(at..).unwrap_or_default();
        let (ready, ended) = ready(rest);
        let text = unescaped(rest.get(..ready).unwrap_or_default());
        self.at = if ended { At::After } else { At::Inside(at + ready) };
        self.told.push_str(&text);
        text
    }

    /// The arguments are over: gives what is still to be told.
    pub(crate) fn finish(&mut self) -> String {
        if matches!(self.at, At::Inside(_) | At::After) || self.progress.is_cut() {
            return String::new();
        }
        self.told = match serde_json::from_str(&self.raw) {
            Ok(Value::Object(mut arguments)) => {
                let input = arguments.remove("input");
                let only = (arguments.len() == 1).then(|| arguments.values_mut().next()).flatten();
                match input.or(only.map(Value::take)) {
                    Some(Value::String(input)) => input,
                    None if arguments.is_empty() => String::new(),
                    Some(_) | None => std::mem::take(&mut self.raw),
                }
            }
            Ok(Value::Null) => String::new(),
            Ok(Value::String(input)) => input,
            Ok(_) | Err(_) if self.raw.trim().is_empty() => String::new(),
            Ok(_) | Err(_) => std::mem::take(&mut self.raw),
        };
        self.told.clone()
    }

    /// All of the input.
    pub(crate) fn text(&self) -> &str {
        &self.told
    }

    pub(crate) fn is_cut(&self) -> bool {
        self.progress.is_cut()
    }
}

/// Where the input begins, if the arguments have the usual form so far.
fn opening(raw: &str) -> At {
    let mut rest = raw;
    for token in OPENING {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t']);
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return At::Before,
            None => return At::Elsewhere,
        }
    }
    At::Inside(raw.len() - rest.len())
}

/// How many bytes of a JSON string's inside can be read now, and whether its end follows.
fn ready(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return (at, true),
            b'\\' => match escape(text.get(at..).unwrap_or_default()) {
                Some(length) => at += length,
                None => return (at, false),
            },
            _ => at += 1,
        }
    }
    (at, false)
}

/// The length of the escape that `text` begins with, both halves of a surrogate pair together; none
/// while it is not all there.
fn escape(text: &str) -> Option<usize> {
    let letter = text.chars().nth(1)?;
    if letter != 'u' {
        return Some(1 + letter.len_utf8());
    }
    let digits = text.get(2..6);
    let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match unit {
        None if text.len() < 6 => None,
        // No escape at all.
        None => Some(2),
        Some(0xD800..0xDC00) => {
            let rest = text.get(6..).unwrap_or_default();
            match rest.strip_prefix("\\u") {
                Some(digits) if digits.len() < 4 => None,
                Some(_) => Some(12).filter(|length| text.is_char_boundary(*length)).or(Some(6)),
                None if "\\u".starts_with(rest) => None,
                None => Some(6),
            }
        }
        Some(_) => Some(6),
    }
}
