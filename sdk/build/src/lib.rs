//! clasp-plugin-build
