//! Recognises a prompt that does not fit the context window, in any provider's words (rule D2).

use crate::types::ContextSize;

const OVERFLOW: &[&str] = &[
    "context length",
    "context_length",
    "context size",
    "context_size",
    "context window",
    "maximum context",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "input token exceed",
    "input tokens exceed",
    "input token count",
    "exceeds the maximum number of tokens",
    "exceeds the available context",
];

/// Before the number of tokens that fit.
const LIMIT: &[&str] = &[
    "maximum context length is",
    "maximum context length of",
    "limit for this model is",
    "context length",
    "context window",
    "context size",
    "maximum of",
    "number of tokens allowed",
    "model only supports up to",
];

/// Before the number of tokens that were sent.
const SENT: &[&str] = &[
    "resulted in",
    "requested",
    "prompt contains",
    "have",
    "prompt has",
    "input token count is",
    "input token count",
];

/// After the number of tokens that fit.
const OF_LIMIT: &str = " maximum context length";

/// The sizes, if `words` (lower case: message, code, type) speak of an overflow. `known` holds
/// what the document gave as members of their own.
pub(super) fn overflow(
    words: &str,
    message: &str,
    known: (Option<u64>, Option<u64>),
) -> Option<ContextSize> {
    if !OVERFLOW.iter().any(|word| words.contains(word)) {
        return None;
    }
    let message = message.to_ascii_lowercase();
    // `prompt is too long: 210000 tokens > 200000 maximum`
    if let Some((_, sizes)) = message.split_once("prompt is too long:") {
        let mut numbers = sizes.split('>').map(|text| number_within(text, 12));
        let tokens = numbers.next().flatten();
        return Some(ContextSize { tokens, limit: numbers.next().flatten() });
    }
    let limit = known.1.or_else(|| after(&message, LIMIT, 24));
    let limit = limit.or_else(|| {
        let (before, _) = message.split_once(OF_LIMIT)?;
        number_within(before.rsplit(' ').next()?, 0)
    });
    let tokens = known.0.or_else(|| before_tokens(&message, limit));
    Some(ContextSize { tokens, limit })
}

/// The first number within `reach` characters after one of `phrases`.
fn after(message: &str, phrases: &[&str], reach: usize) -> Option<u64> {
    phrases.iter().find_map(|phrase| {
        let (_, rest) = message.split_once(phrase)?;
        number_within(rest, reach)
    })
}

/// A number after a phrase of [`SENT`], with `tokens` after it; else one in brackets.
fn before_tokens(message: &str, limit: Option<u64>) -> Option<u64> {
    let sent = SENT.iter().find_map(|phrase| {
        message.match_indices(phrase).find_map(|(at, _)| {
            let rest = message.get(at + phrase.len()..)?;
            number_within(rest, 12)
        })
    });
    let bracketed = || {
        message.match_indices(" tokens)").find_map(|(at, _)| {
            let before = message.get(..at)?;
            number_within(before.rsplit_once('(')?.1, 2)
        })
    };
    sent.or_else(bracketed).filter(|tokens| Some(*tokens) != limit)
}

/// A number that starts within `reach` characters, with `,` or `_` between groups of digits.
fn number_within(text: &str, reach: usize) -> Option<u64> {
    let start = text.find(|character: char| character.is_ascii_digit())?;
    if text.get(..start)?.chars().count() > reach {
        return None;
    }
    let bytes = text.get(start..)?.as_bytes();
    let mut number = 0_u64;
    for (index, byte) in bytes.iter().enumerate() {
        let next_is_digit = bytes.get(index + 1).is_some_and(u8::is_ascii_digit);
        match byte {
            b'0'..=b'9' => {
                number = number.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
            }
            b',' | b'_' if next_is_digit => {}
            _ => break,
        }
    }
    Some(number)
}
