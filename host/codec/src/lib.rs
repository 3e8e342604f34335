//! clasp-codec
