//! clasp-server
