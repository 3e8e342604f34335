//! Writes JSON straight into a rope: text is escaped in bulk, JSON leaves are copied as they
//! are, and payloads are placed by reference, so that their bytes never enter the guest.

#[cfg(test)]
mod tests;

use crate::types::{BlobId, BlobRef, Encoding, Segment};

/// A JSON document under construction.
///
/// Commas are the writer's business; matching `open_*` with `close_*` is the caller's.
///
/// ```
/// use clasp_plugin::json::Writer;
///
/// let mut writer = Writer::default();
/// writer.open_object();
/// writer.key("model");
/// writer.string("small");
/// writer.key("stream");
/// writer.bool(true);
/// writer.close_object();
/// assert_eq!(writer.into_bytes().unwrap(), br#"{"model":"small","stream":true}"#);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    done: Vec<Segment>,
    text: Vec<u8>,
    /// A value stands before, so that the next one needs a comma.
    comma: bool,
}

impl Writer {
    /// A writer with room for `bytes` of text.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { text: Vec::with_capacity(bytes), ..Self::default() }
    }

    /// Opens an object.
    pub fn open_object(&mut self) {
        self.separate();
        self.text.push(b'{');
        self.comma = false;
    }

    /// Closes an object.
    pub fn close_object(&mut self) {
        self.text.push(b'}');
        self.comma = true;
    }

    /// Opens an array.
    pub fn open_array(&mut self) {
        self.separate();
        self.text.push(b'[');
        self.comma = false;
    }

    /// Closes an array.
    pub fn close_array(&mut self) {
        self.text.push(b']');
        self.comma = true;
    }

    /// Writes a member's name; its value is to follow.
    pub fn key(&mut self, name: &str) {
        self.separate();
        self.text.push(b'"');
        escape(name, &mut self.text);
        self.text.extend_from_slice(b"\":");
        self.comma = false;
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        self.open_string();
        escape(text, &mut self.text);
        self.close_string();
    }

    /// Opens a string that is written in pieces, with [`chars`](Self::chars) and
    /// [`blob`](Self::blob).
    pub fn open_string(&mut self) {
        self.separate();
        self.text.push(b'"');
    }

    /// A piece of an open string.
    pub fn chars(&mut self, text: &str) {
        escape(text, &mut self.text);
    }

    /// Closes a string.
    pub fn close_string(&mut self) {
        self.text.push(b'"');
        self.comma = true;
    }

    /// Places a payload at this point of an open string, without copying it.
    pub fn blob(&mut self, id: BlobId, encoding: Encoding) {
        self.done.push(Segment::Bytes(std::mem::take(&mut self.text)));
        self.done.push(Segment::Blob(BlobRef { id, encoding }));
    }

    /// Copies a complete JSON value.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.text.extend_from_slice(json.as_bytes());
        self.comma = true;
    }

    /// Writes a whole number.
    pub fn integer(&mut self, number: u64) {
        self.raw(&number.to_string());
    }

    /// Writes a number, whole ones without a fraction; JSON has no infinities, they become `null`.
    pub fn number(&mut self, number: f64) {
        if !number.is_finite() {
            self.null();
        } else {
            self.raw(&number.to_string());
        }
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// A member whose value is a string.
    pub fn string_member(&mut self, name: &str, text: &str) {
        self.key(name);
        self.string(text);
    }

    /// A member whose value is a complete JSON value.
    pub fn raw_member(&mut self, name: &str, json: &str) {
        self.key(name);
        self.raw(json);
    }

    /// The document as a body.
    pub fn into_segments(mut self) -> Vec<Segment> {
        if !self.text.is_empty() {
            self.done.push(Segment::Bytes(self.text));
        }
        self.done
    }

    /// The document as bytes; none when it holds payloads.
    pub fn into_bytes(self) -> Option<Vec<u8>> {
        self.done.is_empty().then_some(self.text)
    }

    fn separate(&mut self) {
        if self.comma {
            self.text.push(b',');
        }
        self.comma = false;
    }
}

/// Adds `text` to `out`, escaped for the inside of a JSON string.
pub fn escape(text: &str, out: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    out.reserve(rest.len() + rest.len() / 16);
    loop {
        let (clean, tail) = rest.split_at(clean_run(rest));
        out.extend_from_slice(clean);
        let Some((&byte, tail)) = tail.split_first() else { return };
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            control => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.push(digit(control >> 4));
                out.push(digit(control & 15));
            }
        }
        rest = tail;
    }
}

/// How many bytes at the start need no escape, eight at a time.
fn clean_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let zero_in = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut clean = 0;
    let mut words = bytes.chunks_exact(8);
    for word in &mut words {
        let word = word.try_into().map_or(0, u64::from_le_bytes);
        let quote = zero_in(word ^ (ONES * u64::from(b'"')));
        let backslash = zero_in(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quote | backslash | control;
        if found != 0 {
            // The lowest mark is exact; borrows make false marks above a true one only.
            return clean + (found.trailing_zeros() / 8) as usize;
        }
        clean += 8;
    }
    let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let tail = words.remainder();
    clean + tail.iter().position(special).unwrap_or(tail.len())
}
