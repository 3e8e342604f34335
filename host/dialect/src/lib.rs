//! clasp-dialect
