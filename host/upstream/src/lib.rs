//! clasp-upstream
