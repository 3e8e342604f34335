//! JSON as the dialects need it: read in one pass without a copy, written without a tree.

pub(crate) mod read;
pub(crate) mod write;

/// Levels of nesting that are read. What is handed on as [`clasp_model::Json`] is read once more by
/// plugins, whose parsers stop at the same depth.
pub(crate) const MAX_DEPTH: u8 = 127;
