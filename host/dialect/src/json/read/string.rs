//! The inside of JSON strings: where they end and what their escapes mean.

/// The end of a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// Where its closing quote is.
    pub(super) quote: usize,
    /// Whether there are escapes in it.
    pub(super) escaped: bool,
}

/// Bytes looked at together; the comparison of a whole block compiles to a few vector
/// instructions, so that megabytes of base64 are passed at memory speed.
const BLOCK: usize = 32;

/// Finds the end of the string whose first byte, after the quote, is at `at`; checks its escapes.
pub(super) fn end(bytes: &[u8], mut at: usize) -> Result<End, (usize, &'static str)> {
    let mut escaped = false;
    loop {
        at += plain(bytes.get(at..).unwrap_or_default());
        match bytes.get(at) {
            Some(b'"') => return Ok(End { quote: at, escaped }),
            Some(b'\\') => {
                escaped = true;
                match bytes.get(at + 1) {
                    Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => at += 2,
                    Some(b'u') => {
                        let digits = bytes.get(at + 2..at + 6).unwrap_or_default();
                        if digits.len() < 4 || !digits.iter().all(u8::is_ascii_hexdigit) {
                            return Err((at, "an escape without four hex digits"));
                        }
                        at += 6;
                    }
                    _ => return Err((at, "an unknown escape")),
                }
            }
            Some(_) => return Err((at, "a control character within a string")),
            None => return Err((at, "it ends within a string")),
        }
    }
}

/// How many bytes come before a quote, a backslash or a control character.
fn plain(bytes: &[u8]) -> usize {
    let special = |&byte: &u8| byte == b'"' || byte == b'\\' || byte < 0x20;
    let mut at = 0;
    for block in bytes.as_chunks::<BLOCK>().0 {
        // Without branches and in bytes, so that it becomes vector instructions.
        let any = block.iter().fold(0_u8, |any, &byte| {
            any | u8::from(byte == b'"') | u8::from(byte == b'\\') | u8::from(byte < 0x20)
        });
        if any != 0 {
            break;
        }
        at += BLOCK;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(special).unwrap_or(rest.len())
}

/// The text that a string with escapes stands for, and whether half a surrogate pair was among
/// them. The escapes have been checked by [`end`].
pub(super) fn unescaped(text: &str) -> (String, bool) {
    let mut out = String::with_capacity(text.len());
    let mut half = false;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (escape, tail) = after.split_at_checked(1).unwrap_or((after, ""));
        rest = tail;
        match escape {
            "n" => out.push('\n'),
            "t" => out.push('\t'),
            "r" => out.push('\r'),
            "b" => out.push('\u{8}'),
            "f" => out.push('\u{c}'),
            "u" => {
                let (character, length) = code(rest);
                half |= character.is_none();
                out.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
                rest = rest.get(length..).unwrap_or_default();
            }
            escape => out.push_str(escape),
        }
    }
    out.push_str(rest);
    (out, half)
}

/// The character whose four hex digits (and second half) come next, and their length; none for
/// half a surrogate pair.
fn code(digits: &str) -> (Option<char>, usize) {
    let Some(first) = unit(digits) else { return (None, 0) };
    if !(0xD800..0xE000).contains(&first) {
        return (char::from_u32(first), 4);
    }
    let second = digits.get(4..).and_then(|rest| rest.strip_prefix("\\u")).and_then(unit);
    match second {
        Some(second @ 0xDC00..0xE000) if first < 0xDC00 => {
            (char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)), 10)
        }
        _ => (None, 4),
    }
}

fn unit(digits: &str) -> Option<u32> {
    u32::from_str_radix(digits.get(..4)?, 16).ok()
}

/// The same JSON text with U+FFFD for each half of a surrogate pair.
pub(super) fn mended(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let length = match after.strip_prefix('u').map(code) {
            Some((None, length)) => {
                out.push_str("\\ufffd");
                rest = after.get(1 + length..).unwrap_or_default();
                continue;
            }
            Some((Some(_), length)) => 1 + length,
            None => 1,
        };
        let (escape, tail) = after.split_at_checked(length).unwrap_or((after, ""));
        out.push('\\');
        out.push_str(escape);
        rest = tail;
    }
    out.push_str(rest);
    out
}
