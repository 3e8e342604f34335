//! Ids of items, which are made here: whatever the provider calls its own, an answer of the
//! translated way has its items by these.
//!
//! They have a mark, for OpenAI knows none of them: it looks an item that brings an id up among
//! those that it keeps, and holds encrypted reasoning against the id that it was made under. So the
//! untranslated lane must tell them from OpenAI's own.

pub(super) const MARK: &str = "clasp_";

/// `prefix` tells the kind of item and ends with `_`; the rest is the answer's id with the item's
/// place in the output.
pub(super) fn id(prefix: &str, answer: &str, index: usize) -> String {
    let token = answer.strip_prefix("resp_").unwrap_or(answer);
    format!("{prefix}{MARK}{token}_{index}")
}

/// Whether an id was made here.
pub(super) fn is_minted(id: &str) -> bool {
    id.split_once('_').is_some_and(|(_, rest)| rest.starts_with(MARK))
}
