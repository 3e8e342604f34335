//! The plugin runtime: loads provider plugins and runs them in sandboxed instances.
//!
//! The only crate that names wasmtime. A plugin can be wrong, never harmful: it gets no key, no
//! socket, no file, no clock and no other request, and whatever it does is bounded by [`Limits`].

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )
)]

mod cache;
mod check;
mod contract;
mod engine;
mod error;
mod exchange;
mod fault;
mod limits;
mod load;
mod manifest;
mod plugin;
mod profile;
mod registry;
mod runtime;
mod sandbox;
mod state;
mod v0_1;
mod wasi;
mod watch;

pub use self::error::LoadError;
pub use self::exchange::Exchange;
pub use self::limits::Limits;
pub use self::plugin::Plugin;
pub use self::registry::{Layer, Plugins, Registry};
pub use self::runtime::{Options, Runtime};
pub use self::watch::{Broken, Sources, Watch};

#[cfg(test)]
mod tests;
