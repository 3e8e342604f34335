//! The free text within the arguments of a function that stands for a tool of free text:
//! `{"input":"…"}`, of which the text is given out while it comes.

use clasp_model::ByteString;
use serde_json::Value;

use super::call::CallEnd;
use crate::arguments::is_object;
use crate::json::read::Reader;

#[derive(Debug, Default)]
pub(super) struct FreeText {
    /// All that came.
    text: String,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Before the text.
    #[default]
    Before,
    /// Within the text, of which this many bytes were read.
    Within(usize),
    After,
    /// Other arguments than were asked for: to be read when they are whole.
    Other,
}

impl FreeText {
    /// The text that this piece adds.
    pub(super) fn push(&mut self, piece: &str) -> String {
        self.text.push_str(piece);
        if self.phase == Phase::Before {
            match opening(&self.text) {
                Opening::Found(at) => self.phase = Phase::Within(at),
                Opening::Other => self.phase = Phase::Other,
                Opening::Open => {}
            }
        }
        let Phase::Within(at) = self.phase else { return String::new() };
        let rest = self.text.get(at..).unwrap_or_default();
        let (length, closed) = readable(rest);
        let text = unescaped(rest.get(..length).unwrap_or_default());
        self.phase = if closed { Phase::After } else { Phase::Within(at + length) };
        text
    }

    pub(super) fn end(self) -> CallEnd {
        let cut = self.text.trim_start().starts_with('{');
        match self.phase {
            Phase::Within(_) => CallEnd { held: String::new(), whole: false },
            Phase::After => CallEnd { held: String::new(), whole: is_object(&self.text.into()) },
            Phase::Before | Phase::Other => match serde_json::from_str(&self.text) {
                Ok(value) => CallEnd { held: input(value, self.text), whole: true },
                Err(_) if self.text.trim().is_empty() => {
                    CallEnd { held: String::new(), whole: true }
                }
                Err(_) => CallEnd { held: self.text, whole: !cut },
            },
        }
    }
}

/// The text in arguments of any shape: the member `input`, the only member, or all of it.
fn input(value: Value, all: String) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Object(mut members) => {
            let single = members.len() == 1;
            let input = match members.remove("input") {
                Some(input) => Some(input),
                None => members.into_iter().next().map(|(_, value)| value).filter(|_| single),
            };
            match input {
                Some(Value::String(text)) => text,
                _ => all,
            }
        }
        _ => all,
    }
}

enum Opening {
    /// The text begins here.
    Found(usize),
    /// More must come.
    Open,
    Other,
}

/// Looks for `{"input":"`, with blanks between.
fn opening(text: &str) -> Opening {
    let mut rest = text;
    for token in ["{", "\"input\"", ":", "\""] {
        rest = rest.trim_start_matches([' ', '\n', '\r', '\t']);
        match rest.strip_prefix(token) {
            Some(after) => rest = after,
            None if token.starts_with(rest) => return Opening::Open,
            None => return Opening::Other,
        }
    }
    Opening::Found(text.len() - rest.len())
}

/// How many bytes of a string's inside can be read already, and whether its quote follows.
fn readable(text: &str) -> (usize, bool) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            b'"' => return (at, true),
            b'\\' => match escape(text.get(at..).unwrap_or_default()) {
                Some(length) => length,
                None => return (at, false),
            },
            _ => 1,
        };
        at += length;
    }
    (at, false)
}

/// The length of an escape, with its second half if it is of a surrogate pair; none while more must
/// come.
fn escape(text: &str) -> Option<usize> {
    match text.as_bytes().get(1)? {
        b'u' => {
            let digits = text.get(2..6)?;
            let first = u16::from_str_radix(digits, 16).unwrap_or_default();
            let rest = text.get(6..).unwrap_or_default();
            if !(0xD800..0xDC00).contains(&first)
                || !"\\u".starts_with(rest.get(..2).unwrap_or(rest))
            {
                return Some(6);
            }
            (rest.len() >= 6).then_some(12)
        }
        _ => Some(2),
    }
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let quoted = ByteString::from(format!("\"{text}\""));
    match Reader::new(&quoted).string() {
        Ok(read) => read.to_string(),
        // Control characters that the provider did not escape.
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::arguments::free_text;

    fn read(pieces: &[&str]) -> (String, bool) {
        let mut free = FreeText::default();
        let mut all: String = pieces.iter().map(|piece| free.push(piece)).collect();
        let end = free.end();
        all.push_str(&end.held);
        (all, end.whole)
    }

    #[test]
    fn b02_free_text_comes_while_it_is_said() {
        let mut free = FreeText::default();
        let pieces = [" {\"in", "put\" : \"a", "\\", "n\\ud83d", "\\ude42b\"", "}"];
        let got: Vec<String> = pieces.iter().map(|piece| free.push(piece)).collect();
        assert_eq!(got, ["", "a", "", "\n", "🙂b", ""]);
        assert_eq!(free.end(), CallEnd { held: String::new(), whole: true });
    }

    #[test]
    fn a07_free_text_that_was_cut_is_told() {
        assert_eq!(read(&["{\"input\":\"ab"]), ("ab".into(), false));
        assert_eq!(read(&["{\"input\":\"ab\""]), ("ab".into(), false));
        assert_eq!(read(&["{\"inp"]), ("{\"inp".into(), false));
    }

    #[test]
    fn arguments_of_another_shape_are_read_as_they_are() {
        assert_eq!(read(&["{\"patch\":\"x\"}"]), ("x".into(), true));
        assert_eq!(read(&["{\"a\":1,\"input\":\"x\"}"]), ("x".into(), true));
        assert_eq!(read(&["{\"a\":1,\"b\":2}"]), ("{\"a\":1,\"b\":2}".into(), true));
        assert_eq!(read(&["\"x\\n\""]), ("x\n".into(), true));
        assert_eq!(read(&["just text"]), ("just text".into(), true));
        for nothing in ["", " ", "null"] {
            assert_eq!(read(&[nothing]), (String::new(), true), "{nothing:?}");
        }
        assert_eq!(read(&["{\"input\":\"a\u{1}\\n\"}"]), ("a\u{1}\\n".into(), false));
    }

    proptest! {
        #[test]
        fn free_text_comes_whole_however_it_is_cut(
            text in "\\PC{0,12}|[\u{0}-\u{7f}]{0,12}",
            cuts in proptest::collection::vec(0_usize..40, 0..6),
            ascii in any::<bool>(),
        ) {
            let mut whole = free_text(&text).as_str().to_owned();
            if ascii {
                whole = whole.encode_utf16().map(|unit| match u8::try_from(unit) {
                    Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
                    _ => format!("\\u{unit:04x}"),
                }).collect();
            }
            let mut cuts: Vec<usize> =
                cuts.into_iter().map(|cut| whole.floor_char_boundary(cut)).collect();
            cuts.sort_unstable();
            cuts.push(whole.len());
            let mut from = 0;
            let mut pieces = Vec::new();
            for cut in cuts {
                pieces.push(&whole[from..cut]);
                from = cut;
            }
            prop_assert_eq!(read(&pieces), (text, true));
        }
    }
}
