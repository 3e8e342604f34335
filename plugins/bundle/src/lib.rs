//! clasp-plugin-bundle
