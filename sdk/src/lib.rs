//! The kit that provider plugins for clasp are written with.
//!
//! A plugin is *sans-IO*: [`Provider::begin`] turns a canonical request into one HTTP request, and
//! an [`Exchange`] turns the frames of one HTTP response into events. Everything else (network,
//! keys, retries, the client's grammar) is the host's.
//!
//! ```ignore
//! use clasp_plugin::{Begun, Failure, Manifest, Provider, Request, Target, chat};
//!
//! struct Example;
//!
//! impl Provider for Example { /* manifest, begin, exchange */ }
//!
//! clasp_plugin::export!(Example);
//! ```

#[doc(hidden)]
pub mod bindings;
pub mod body;
#[cfg(not(target_arch = "wasm32"))]
pub mod cases;
pub mod chat;
mod defaults;
pub mod effort;
pub mod extra;
pub mod failure;
pub mod gemini;
pub mod guest;
pub mod history;
pub mod host;
pub mod json;
pub mod lenient;
pub mod media;
pub mod messages;
pub mod names;
pub mod notes;
pub mod openai;
pub mod output;
mod provider;
pub mod responses;
pub mod schema;
pub mod size;
mod state;
pub mod surrogates;
pub mod tags;
pub mod tools;
mod types;

pub use self::provider::{Begun, Exchange, Provider, framing};
pub use self::types::*;
