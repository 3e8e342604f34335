//! clasp-config
