//! clasp-plugin
