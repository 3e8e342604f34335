//! A reader that goes once over a body: strings without escapes are slices of it, and so are
//! values that are kept as JSON. A fault finds its path while it is handed upwards.
//!
//! Beyond RFC 8259: an escape of half a surrogate pair (clients cut texts within an emoji) reads as
//! U+FFFD, also within values that are kept as JSON, since nobody downstream could read it.

mod string;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use clasp_model::{ByteString, Failure, Field, Json};

use super::MAX_DEPTH;

/// What stands in a body where something else was wanted, and where.
#[derive(Debug)]
pub(crate) struct Fault(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// Innermost first.
    path: Vec<String>,
    message: String,
    /// Where the text stops being JSON.
    syntax: Option<usize>,
}

pub(crate) type Read<T> = Result<T, Fault>;

/// What kind of value comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    Boolean,
    Null,
}

#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    body: &'a ByteString,
    at: usize,
    depth: u8,
    /// Half a surrogate pair was stepped over.
    half: bool,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(Box::new(Inner { path: Vec::new(), message: message.into(), syntax: None }))
    }

    pub(crate) fn missing(member: &str) -> Self {
        Self::new("Field required").under(member)
    }

    /// The same fault, seen from one level higher.
    pub(crate) fn under(mut self, step: impl fmt::Display) -> Self {
        self.0.path.push(step.to_string());
        self
    }

    fn syntax(at: usize, message: impl Into<String>) -> Self {
        let mut fault = Self::new(message);
        fault.0.syntax = Some(at);
        fault
    }

    /// The failure to answer with, for a fault in `body` (rule D5).
    pub(crate) fn into_failure(self, body: &str) -> Failure {
        let (path, message) = self.into_parts(body);
        if path.is_empty() {
            return Failure::invalid(message);
        }
        Failure::invalid(format!("{}: {message}", path.join(".")))
    }

    /// Where the fault is in `body`, outermost first, and what it is; no path where the text is no
    /// JSON.
    pub(crate) fn into_parts(self, body: &str) -> (Vec<String>, String) {
        let Inner { mut path, message, syntax } = *self.0;
        if let Some(at) = syntax {
            let before = body.get(..at).unwrap_or(body);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let message = format!(
                "The request body is not valid JSON: {message} at line {line} column {column}"
            );
            return (Vec::new(), message);
        }
        path.reverse();
        (path, message)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::String => "a string",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Null => "null",
        })
    }
}

/// What stands for this text between quotes.
pub(crate) fn unescaped(text: &str) -> String {
    string::unescaped(text).0
}

impl<'a> Reader<'a> {
    pub(crate) fn new(body: &'a ByteString) -> Self {
        Self { body, at: 0, depth: 0, half: false }
    }

    /// Nothing but blanks may follow.
    pub(crate) fn end(&mut self) -> Read<()> {
        match self.token() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end")),
        }
    }

    /// A request body, which is one object and nothing after it.
    pub(crate) fn document(&mut self, member: impl FnMut(&mut Self, &str) -> Read<()>) -> Read<()> {
        let kind = self.kind()?;
        if kind != Kind::Object {
            let message = format!("The request body should be a JSON object, not {kind}");
            return Err(Fault::new(message));
        }
        self.object(member)?;
        self.end()
    }

    /// One text, or a list of parts: what messages consist of in every dialect. `text` may make
    /// nothing of a text.
    pub(crate) fn text_or_parts<T>(
        &mut self,
        text: impl FnOnce(ByteString) -> Option<T>,
        mut part: impl FnMut(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut parts = Vec::new();
        match self.kind()? {
            Kind::String => parts.extend(text(self.string()?)),
            Kind::Array => self.array(|reader| {
                parts.push(part(reader)?);
                Ok(())
            })?,
            kind => {
                let message = format!("Input should be a string or an array, not {kind}");
                return Err(Fault::new(message));
            }
        }
        Ok(parts)
    }

    pub(crate) fn kind(&mut self) -> Read<Kind> {
        Ok(match self.token() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') => Kind::Null,
            _ => return Err(self.unexpected("a value")),
        })
    }

    /// Reads an object; `member` reads each value, or [`skip`](Self::skip)s it. The last one counts
    /// where a name is repeated.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Read<()>,
    ) -> Read<()> {
        self.members(|reader, _, name| member(reader, name))
    }

    /// As [`object`](Self::object); `member` gets as well where the member's name begins.
    pub(crate) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, usize, &str) -> Read<()>,
    ) -> Read<()> {
        self.want(Kind::Object, "an object")?;
        self.enter()?;
        if self.token() == Some(b'}') {
            return self.leave();
        }
        loop {
            self.token();
            let at = self.at;
            let name = self.name()?;
            member(self, at, &name).map_err(|fault| fault.under(&name))?;
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b'}') => return self.leave(),
                _ => return Err(self.unexpected("',' or '}'")),
            }
        }
    }

    /// Reads an array; `item` reads each value.
    pub(crate) fn array(&mut self, mut item: impl FnMut(&mut Self) -> Read<()>) -> Read<()> {
        self.want(Kind::Array, "a valid array")?;
        self.enter()?;
        if self.token() == Some(b']') {
            return self.leave();
        }
        let mut index = 0_usize;
        loop {
            item(self).map_err(|fault| fault.under(index))?;
            index += 1;
            match self.token() {
                Some(b',') => self.at += 1,
                Some(b']') => return self.leave(),
                _ => return Err(self.unexpected("',' or ']'")),
            }
        }
    }

    pub(crate) fn string(&mut self) -> Read<ByteString> {
        self.want(Kind::String, "a valid string")?;
        Ok(match self.text()? {
            Cow::Borrowed(text) => self.body.slice_ref(text),
            Cow::Owned(text) => text.into(),
        })
    }

    pub(crate) fn boolean(&mut self) -> Read<bool> {
        self.want(Kind::Boolean, "a valid boolean")?;
        if self.token() == Some(b't') {
            self.literal("true")?;
            Ok(true)
        } else {
            self.literal("false")?;
            Ok(false)
        }
    }

    /// A whole number of at least `least`.
    pub(crate) fn integer(&mut self, least: u32) -> Read<u32> {
        let value = self.number("a valid integer")?;
        if value.fract() != 0.0 {
            return Err(Fault::new(format!("Input should be a valid integer, not {value}")));
        }
        if value < f64::from(least) {
            return Err(Fault::new(format!(
                "Input should be greater than or equal to {least}, not {value}"
            )));
        }
        if value > f64::from(u32::MAX) {
            return Err(Fault::new(format!(
                "Input should be less than or equal to {}, not {value}",
                u32::MAX
            )));
        }
        Ok(value as u32)
    }

    /// A number from 0 to 1.
    pub(crate) fn share(&mut self) -> Read<f64> {
        self.up_to(1)
    }

    /// A number from 0 to `most`.
    pub(crate) fn up_to(&mut self, most: u32) -> Read<f64> {
        let value = self.number("a valid number")?;
        if (0.0..=f64::from(most)).contains(&value) {
            return Ok(value);
        }
        Err(Fault::new(format!("Input should be a number from 0 to {most}, not {value}")))
    }

    /// Reads a value that may be `null`.
    pub(crate) fn optional<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Read<T>,
    ) -> Read<Option<T>> {
        if self.kind()? == Kind::Null {
            self.literal("null")?;
            return Ok(None);
        }
        read(self).map(Some)
    }

    /// How much has been read; right after a value, where it ends.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Steps over any value, and says where it stands.
    pub(crate) fn span(&mut self) -> Read<Range<usize>> {
        self.token();
        let from = self.at;
        self.skip()?;
        Ok(from..self.at)
    }

    /// Any value, as it stands.
    pub(crate) fn raw(&mut self) -> Read<Json> {
        self.token();
        let from = self.at;
        let half = std::mem::replace(&mut self.half, false);
        self.skip()?;
        let text = self.body.get(from..self.at).unwrap_or_default();
        let text = if self.half { string::mended(text).into() } else { self.body.slice_ref(text) };
        self.half |= half;
        Ok(Json::from_checked(text))
    }

    /// An object, as it stands.
    pub(crate) fn raw_object(&mut self) -> Read<Json> {
        self.want(Kind::Object, "an object")?;
        self.raw()
    }

    /// A member without a name in the vocabulary.
    pub(crate) fn extra(&mut self, name: &str, extra: &mut Vec<Field>) -> Read<()> {
        extra.push(Field { name: name.to_owned(), value: self.raw()? });
        Ok(())
    }

    /// Steps over any value.
    pub(crate) fn skip(&mut self) -> Read<()> {
        match self.kind()? {
            Kind::Object => self.object(|reader, _| reader.skip()),
            Kind::Array => self.array(Self::skip),
            Kind::String => self.skip_text(),
            Kind::Number => self.digits().map(drop),
            Kind::Null => self.literal("null"),
            Kind::Boolean if self.token() == Some(b't') => self.literal("true"),
            Kind::Boolean => self.literal("false"),
        }
    }

    /// The member `name` of the object that comes next, if it is a string. Nothing is consumed.
    pub(crate) fn peek(&self, name: &str) -> Read<Option<ByteString>> {
        let mut ahead = self.clone();
        let mut found = None;
        ahead.want(Kind::Object, "an object")?;
        ahead.enter()?;
        while found.is_none() && ahead.token() != Some(b'}') {
            if &*ahead.name()? == name {
                found = Some(ahead.string().map_err(|fault| fault.under(name))?);
            } else {
                ahead.skip()?;
                match ahead.token() {
                    Some(b',') => ahead.at += 1,
                    Some(b'}') => {}
                    _ => return Err(ahead.unexpected("',' or '}'")),
                }
            }
        }
        Ok(found)
    }

    // --- Pieces ----------------------------------------------------------------------------------

    fn rest(&self) -> &'a [u8] {
        self.body.as_bytes().get(self.at..).unwrap_or_default()
    }

    /// The first byte of the next token.
    fn token(&mut self) -> Option<u8> {
        let rest = self.rest();
        let blanks = rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        self.at += blanks.unwrap_or(rest.len());
        self.rest().first().copied()
    }

    fn want(&mut self, kind: Kind, wanted: &str) -> Read<()> {
        let found = self.kind()?;
        if found == kind {
            return Ok(());
        }
        Err(Fault::new(format!("Input should be {wanted}, not {found}")))
    }

    fn enter(&mut self) -> Read<()> {
        if self.depth >= MAX_DEPTH {
            return Err(Fault::syntax(self.at, "nested too deeply"));
        }
        self.depth += 1;
        self.at += 1;
        Ok(())
    }

    fn leave(&mut self) -> Read<()> {
        self.depth -= 1;
        self.at += 1;
        Ok(())
    }

    /// A member's name and its colon.
    fn name(&mut self) -> Read<Cow<'a, str>> {
        if self.token() != Some(b'"') {
            return Err(self.unexpected("a member's name in quotes"));
        }
        let name = self.text()?;
        if self.token() != Some(b':') {
            return Err(self.unexpected("':'"));
        }
        self.at += 1;
        Ok(name)
    }

    /// The string whose quote comes next.
    fn text(&mut self) -> Read<Cow<'a, str>> {
        let (text, escaped) = self.quoted()?;
        if !escaped {
            return Ok(Cow::Borrowed(text));
        }
        let (text, half) = string::unescaped(text);
        self.half |= half;
        Ok(Cow::Owned(text))
    }

    fn skip_text(&mut self) -> Read<()> {
        let (text, escaped) = self.quoted()?;
        if escaped && text.contains("\\u") {
            self.half |= string::unescaped(text).1;
        }
        Ok(())
    }

    /// What stands between the quotes, and whether there are escapes in it.
    fn quoted(&mut self) -> Read<(&'a str, bool)> {
        let from = self.at + 1;
        let end = string::end(self.body.as_bytes(), from)
            .map_err(|(at, message)| Fault::syntax(at, message))?;
        self.at = end.quote + 1;
        Ok((self.body.get(from..end.quote).unwrap_or_default(), end.escaped))
    }

    fn literal(&mut self, text: &str) -> Read<()> {
        if !self.rest().starts_with(text.as_bytes()) {
            return Err(self.unexpected("a value"));
        }
        self.at += text.len();
        Ok(())
    }

    fn number(&mut self, wanted: &str) -> Read<f64> {
        self.want(Kind::Number, wanted)?;
        let digits = self.digits()?;
        match digits.parse() {
            Ok(value) if f64::is_finite(value) => Ok(value),
            _ => Err(Fault::new(format!("Input should be {wanted}, not {digits}"))),
        }
    }

    fn digits(&mut self) -> Read<&'a str> {
        let from = self.at;
        self.sign(b"-");
        if self.rest().first() == Some(&b'0') {
            self.at += 1;
        } else {
            self.run()?;
        }
        if self.sign(b".") {
            self.run()?;
        }
        if self.sign(b"eE") {
            self.sign(b"+-");
            self.run()?;
        }
        Ok(self.body.get(from..self.at).unwrap_or_default())
    }

    fn sign(&mut self, signs: &[u8]) -> bool {
        let found = self.rest().first().is_some_and(|byte| signs.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn run(&mut self) -> Read<()> {
        let rest = self.rest();
        let length = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        if length == 0 {
            return Err(self.unexpected("a digit"));
        }
        self.at += length;
        Ok(())
    }

    fn unexpected(&self, wanted: &str) -> Fault {
        let found = self.body.get(self.at..).unwrap_or_default().chars().next();
        let message = match found {
            None => format!("it ends where {wanted} should be"),
            Some(found) => format!("{found:?} where {wanted} should be"),
        };
        Fault::syntax(self.at, message)
    }
}
