//! How many tokens a request has: counted with a real tokenizer, or estimated at once.
//!
//! Rule: rather a little high than low, since clients shorten a conversation by these numbers, and
//! linear in the request's size whatever stands in it (rules A9, E).

mod image;
#[cfg(test)]
mod tests;
mod walk;

use clasp_model::Request;

/// A tokenizer needs no more of a text's context, and long texts cannot make it slow.
const PIECE: usize = 16 * 1024;

/// Bytes of text that make a token, about.
const BYTES_PER_TOKEN: u64 = 4;

/// The tokens of a request, by the tokenizer `o200k_base` and 5 % more; takes some 10 ms for
/// 100 KB, and as much once for the tokenizer's tables. At least 1.
pub fn count(request: &Request) -> u64 {
    let tokenizer = bpe_openai::o200k_base();
    let tokens =
        walk::tokens(request, |text| pieces(text).map(|piece| tokenizer.count(piece) as u64).sum());
    tokens.saturating_add(tokens / 20).max(1)
}

/// The tokens of a request, from the length of its texts; takes microseconds. At least 1.
pub fn estimate(request: &Request) -> u64 {
    walk::tokens(request, |text| (text.len() as u64).div_ceil(BYTES_PER_TOKEN)).max(1)
}

fn pieces(mut text: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let (piece, rest) = text.split_at(text.floor_char_boundary(PIECE));
        text = rest;
        Some(piece)
    })
}
