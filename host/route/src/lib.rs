//! clasp-route
