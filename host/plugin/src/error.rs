//! Why a plugin could not be loaded, in words that say what was expected and how to put it right.

use std::path::{Path, PathBuf};

use crate::load::CONTRACT;

const BUILD: &str = "build it with `clasp plugin build`";

/// Why a plugin could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The engine that runs plugins cannot be started; no plugin can be loaded.
    #[error("the plugin engine cannot start: {reason}")]
    Engine {
        /// What the engine said.
        reason: String,
    },
    /// The file cannot be read.
    #[error("plugin {}: cannot be read: {error}", origin.display())]
    Read {
        /// The file.
        origin: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is too large.
    #[error("plugin {}: {bytes} bytes; at most {limit} are allowed", origin.display())]
    TooLarge {
        /// The file.
        origin: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest size.
        limit: u64,
    },
    /// It is something else.
    #[error(
        "plugin {}: not WebAssembly ({found}); expected a component that implements \
         clasp:provider@{CONTRACT}: {BUILD}", origin.display()
    )]
    NotWasm {
        /// The file.
        origin: PathBuf,
        /// What it is instead.
        found: String,
    },
    /// It is a core module.
    #[error(
        "plugin {}: a WebAssembly core module, not a component; expected a component that \
         implements clasp:provider@{CONTRACT}: {BUILD}, or make a component of it with \
         `wasm-tools component new`", origin.display()
    )]
    CoreModule {
        /// The file.
        origin: PathBuf,
    },
    /// It does not compile.
    #[error(
        "plugin {}: not a valid WebAssembly component: {reason}; the file may be damaged, or need \
         a feature that plugins do not have (threads, garbage collection): {BUILD}",
        origin.display()
    )]
    Invalid {
        /// The file.
        origin: PathBuf,
        /// What the compiler said.
        reason: String,
    },
    /// It implements another world.
    #[error(
        "plugin {}: a component that does not implement the plugin contract; expected the world \
         `provider` of clasp:provider@{CONTRACT}, but it exports {exports}", origin.display()
    )]
    NotAPlugin {
        /// The file.
        origin: PathBuf,
        /// What it exports.
        exports: String,
    },
    /// It implements another version of the contract.
    #[error(
        "plugin {}: implements version {found} of the plugin contract; this clasp speaks \
         {CONTRACT}: {}", origin.display(), upgrade(found)
    )]
    Version {
        /// The file.
        origin: PathBuf,
        /// The version that it implements.
        found: String,
    },
    /// It lacks a part of the contract.
    #[error(
        "plugin {}: implements clasp:provider@{found}, but does not export `{interface}`; \
         expected the world `provider`, which exports `about` and `translate`: {BUILD}",
        origin.display()
    )]
    Incomplete {
        /// The file.
        origin: PathBuf,
        /// The version that it implements.
        found: String,
        /// What it lacks.
        interface: String,
    },
    /// It imports something that no plugin gets.
    #[error(
        "plugin {}: imports `{import}`; a plugin may import `clasp:provider/host@{CONTRACT}`{}",
        origin.display(), if *wasi { " and WASI 0.2" } else { " only (WASI is switched off)" }
    )]
    Import {
        /// The file.
        origin: PathBuf,
        /// What it imports.
        import: String,
        /// Whether it could import WASI.
        wasi: bool,
    },
    /// Its functions have other types than the contract's.
    #[error(
        "plugin {}: does not fit clasp:provider@{CONTRACT}: {reason}; it was built against \
         another state of the contract: {BUILD} with the current SDK", origin.display()
    )]
    Mismatch {
        /// The file.
        origin: PathBuf,
        /// What differs.
        reason: String,
    },
    /// It cannot say what it is.
    #[error("plugin {}: failed in its trial run: {reason}", origin.display())]
    Trial {
        /// The file.
        origin: PathBuf,
        /// What went wrong.
        reason: String,
    },
    /// What it says of itself is wrong.
    #[error("plugin {}: its manifest is wrong: {reason}", origin.display())]
    Manifest {
        /// The file.
        origin: PathBuf,
        /// Which member is wrong, and what it must be.
        reason: String,
    },
    /// A profile is wrong.
    #[error("profile {}: {reason}", origin.display())]
    Profile {
        /// The file.
        origin: PathBuf,
        /// Which member is wrong, and what it must be.
        reason: String,
    },
    /// Another file has the same id.
    #[error(
        "plugin {}: has the id `{id}`, which {} has already; remove one of them or give it another \
         id", origin.display(), other.display()
    )]
    Duplicate {
        /// The file.
        origin: PathBuf,
        /// The id.
        id: String,
        /// The file that serves.
        other: PathBuf,
    },
}

impl LoadError {
    /// The file; none when it concerns all plugins.
    pub fn origin(&self) -> Option<&Path> {
        match self {
            Self::Engine { .. } => None,
            Self::Read { origin, .. }
            | Self::TooLarge { origin, .. }
            | Self::NotWasm { origin, .. }
            | Self::CoreModule { origin }
            | Self::Invalid { origin, .. }
            | Self::NotAPlugin { origin, .. }
            | Self::Version { origin, .. }
            | Self::Incomplete { origin, .. }
            | Self::Import { origin, .. }
            | Self::Mismatch { origin, .. }
            | Self::Trial { origin, .. }
            | Self::Manifest { origin, .. }
            | Self::Profile { origin, .. }
            | Self::Duplicate { origin, .. } => Some(origin),
        }
    }
}

fn upgrade(found: &str) -> &'static str {
    let newer = |(major, rest): (&str, &str)| {
        let minor = rest.split('.').next().and_then(|minor| minor.parse::<u64>().ok());
        major.parse::<u64>().ok().zip(minor) > Some((0, 1))
    };
    if found.split_once('.').is_some_and(newer) {
        "update clasp, or build the plugin with an older SDK"
    } else {
        "build the plugin with the current SDK"
    }
}
