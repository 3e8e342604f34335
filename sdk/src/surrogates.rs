//! Joins a surrogate pair that was split over two chunks (rule A14): half a pair is no JSON text,
//! so a chunk that holds one is mended before it is read.

/// The first half of a pair, waiting for the second: four hexadecimal digits.
pub type Half = Option<String>;

/// Mends a chunk that could not be read: a lone first half is kept for the next chunk, a lone
/// second half is joined with it, and what stays alone becomes U+FFFD. None: no halves in it.
pub fn mend(text: &str, half: &mut Half) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 12);
    let mut rest = text;
    let mut mended = false;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let Some(unit) = unit(escape) else {
            let end = escape.char_indices().nth(2).map_or(escape.len(), |(index, _)| index);
            let (copied, tail) = escape.split_at(end);
            out.push_str(copied);
            rest = tail;
            continue;
        };
        let tail = escape.get(6..).unwrap_or_default();
        let digits = escape.get(2..6).unwrap_or_default();
        rest = tail;
        match unit {
            0xd800..0xdc00 if self::unit(tail).is_some_and(is_second) => {
                out.push_str(escape.get(..12).unwrap_or_default());
                rest = escape.get(12..).unwrap_or_default();
            }
            // At the end of its string: the other half comes with the next chunk.
            0xd800..0xdc00 if tail.starts_with('"') => {
                mended = true;
                *half = Some(digits.to_owned());
            }
            unit if is_second(unit) && half.is_some() => {
                mended = true;
                let first = half.take().unwrap_or_default();
                out.push_str(&format!("\\u{first}\\u{digits}"));
            }
            0xd800..0xe000 => {
                mended = true;
                out.push_str("\\ufffd");
            }
            _ => out.push_str(escape.get(..6).unwrap_or_default()),
        }
    }
    out.push_str(rest);
    mended.then_some(out)
}

/// The code unit of a `\uXXXX` at the start.
fn unit(escape: &str) -> Option<u32> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16).ok()
}

fn is_second(unit: u32) -> bool {
    (0xdc00..0xe000).contains(&unit)
}
