//! How many tokens a request has: counted with a real tokenizer, or estimated at once.
//!
//! Rule: as the model's vendor counts where that is known, else rather a little high than low,
//! since clients shorten a conversation by these numbers; and linear in the request's size whatever
//! stands in it (rules A9, E).

mod family;
mod image;
#[cfg(test)]
mod tests;
mod typescript;
mod walk;

use clasp_model::Request;

/// A tokenizer needs no more of a text's context, and long texts cannot make it slow.
const PIECE: usize = 16 * 1024;

/// Bytes of text that make a token, about.
const BYTES_PER_TOKEN: u64 = 4;

/// The tokens of a request to the model that it names; see [`count_for`].
pub fn count(request: &Request) -> u64 {
    count_for(request, &request.model)
}

/// The tokens of a request to `model` (the provider's name or the client's), by the tokenizer
/// `o200k_base` and what the model's provider puts around content; some percent more where the
/// model has another tokenizer. Takes some 10 ms for 100 KB, and as much once for the tokenizer's
/// tables. At least 1.
pub fn count_for(request: &Request, model: &str) -> u64 {
    let tokenizer = bpe_openai::o200k_base();
    let family = family::of(model, request);
    let count = |text: &str| pieces(text).map(|piece| tokenizer.count(piece) as u64).sum::<u64>();
    let text = |text: &str| (count(text) * family.percent).div_ceil(100);
    walk::Walk { family: &family, text }.request(request).max(1)
}

/// The tokens of a request, from the length of its texts; takes microseconds. At least 1.
pub fn estimate(request: &Request) -> u64 {
    let mut family = family::of(&request.model, request);
    // Types are as long as the schemas that they are made of, without what is left out of those;
    // to make them takes too long here.
    family.tool_format = family::Tools::Json;
    let text = |text: &str| (text.len() as u64 * family.percent).div_ceil(100 * BYTES_PER_TOKEN);
    walk::Walk { family: &family, text }.request(request).max(1)
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
