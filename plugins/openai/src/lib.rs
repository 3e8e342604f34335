//! clasp-openai
