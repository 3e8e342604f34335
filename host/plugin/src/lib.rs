//! clasp-plugin-host
