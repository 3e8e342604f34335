//! clasp-bench
