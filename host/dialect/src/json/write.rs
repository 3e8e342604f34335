//! Strings and numbers as JSON text.

use bytes::{BufMut, BytesMut};

/// Writes a string with its quotes.
pub(crate) fn string(out: &mut BytesMut, text: &str) {
    out.reserve(text.len() + 2);
    out.put_u8(b'"');
    escaped(out, text);
    out.put_u8(b'"');
}

/// Writes what stands between the quotes.
pub(crate) fn escaped(out: &mut BytesMut, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|&byte| SPECIAL[usize::from(byte)]) {
        let (plain, tail) = rest.split_at(at);
        out.put_slice(plain);
        if let Some((&byte, tail)) = tail.split_first() {
            escape(out, byte);
            rest = tail;
        }
    }
    out.put_slice(rest);
}

/// Writes a number.
pub(crate) fn number(out: &mut BytesMut, value: u64) {
    out.put_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Writes a JSON document on one line: line ends within it can only stand between tokens.
pub(crate) fn document(out: &mut BytesMut, json: &str) {
    for line in json.split(['\n', '\r']) {
        out.put_slice(line.as_bytes());
    }
}

const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        special[byte] = true;
        byte += 1;
    }
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special
};

fn escape(out: &mut BytesMut, byte: u8) {
    match byte {
        b'"' => out.put_slice(b"\\\""),
        b'\\' => out.put_slice(b"\\\\"),
        b'\n' => out.put_slice(b"\\n"),
        b'\r' => out.put_slice(b"\\r"),
        b'\t' => out.put_slice(b"\\t"),
        _ => {
            let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
            out.put_slice(b"\\u00");
            out.put_u8(digit(byte >> 4));
            out.put_u8(digit(byte & 15));
        }
    }
}
