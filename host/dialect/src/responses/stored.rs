//! Stored responses: what of them stands in requests, and the answers that tell of them.
//!
//! <https://developers.openai.com/api/docs/guides/conversation-state> and, of the API reference,
//! `responses/methods/{retrieve,delete}` and `responses/subresources/input_items/methods/list`, as
//! of 2026-11-21. Rule: nothing is stored here; these are pure functions for who keeps responses.

mod answer;
mod page;
mod request;
#[cfg(test)]
mod tests;

pub(super) use self::answer::previous_without_store;
pub use self::answer::{deleted, not_found, previous_not_found, store_is_off};
pub use self::page::page;
pub use self::request::{Wants, continued, earlier, in_own_input, input_items, wants};
