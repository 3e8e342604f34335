//! clasp-tokens
