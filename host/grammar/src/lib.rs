//! Strict checkers of what clients see: the grammar of streams, the shape of answers and errors.
//!
//! Rule: written from the vendors' documentation and not from what is written here, so that a test
//! with them proves something. Each gives its faults as sentences; none means that all is well.

pub mod chat;
pub mod openai;
pub mod responses;
mod shape;
