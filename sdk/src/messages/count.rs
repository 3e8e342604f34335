//! The answer to a count of tokens.
//!
//! <https://platform.claude.com/docs/en/api/messages-count-tokens>, as of 2026-11-21.

use super::error;
use crate::failure;
use crate::lenient::{Count, object};
use crate::types::{Failure, HttpResponse};

object! {
    /// All that is answered.
    Counted<'a> {
        input_tokens = "input_tokens": Count,
    }
}

/// Reads the answer to [`count_tokens`](super::count_tokens).
///
/// # Errors
/// The provider's own failure, or that the answer holds no count.
pub fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
    if !(200..300).contains(&response.status) {
        return Err(error::from_response(response));
    }
    serde_json::from_slice::<Counted<'_>>(&response.body)
        .ok()
        .and_then(|counted| counted.input_tokens.0)
        .ok_or_else(|| failure::protocol("the answer holds no count of tokens"))
}
