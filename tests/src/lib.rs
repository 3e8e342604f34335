//! clasp-tests
