//! Why a guest did not become a plugin. Rule: each message says what, where, and how to fix it.

use std::path::{Path, PathBuf};

use crate::check::CheckError;
use crate::toolchain::{PACKAGES, TARGET};

/// Why there is no component.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing on this machine compiles for the target.
    #[error(
        "no Rust toolchain here can compile a plugin (target {TARGET})\n{}\n\
         To fix it, either\n  rustup target add {TARGET}\n\
         or, on Debian and its kin, where rustup cannot fetch it,\n  \
         sudo apt-get install {PACKAGES}", .looked.join("\n")
    )]
    NoToolchain {
        /// A line for each place: where, and what is missing there.
        looked: Vec<String>,
    },
    /// A program did not start.
    #[error("cannot run {}: {cause}", .program.display())]
    Start {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Cargo could not make sense of the folder.
    #[error("{}: not a crate that cargo can read\n{said}", .manifest_dir.display())]
    Manifest {
        /// The folder asked for.
        manifest_dir: PathBuf,
        /// Cargo's words.
        said: String,
    },
    /// No package of that name.
    #[error("{}: no package `{package}`; there are: {}", .manifest_dir.display(), .known.join(", "))]
    NoPackage {
        /// The folder asked for.
        manifest_dir: PathBuf,
        /// The name asked for.
        package: String,
        /// The packages there are.
        known: Vec<String>,
    },
    /// A workspace without a package of its own, or several packages where one was wanted.
    #[error("{}: not one package; name the plugin's own folder, the one of its Cargo.toml", .manifest_dir.display())]
    NotOne {
        /// The folder asked for.
        manifest_dir: PathBuf,
    },
    /// The package makes no module.
    #[error(
        "{}: package `{package}` has no cdylib, so nothing comes out that could be a plugin\n\
         To fix it, add to that file\n  [lib]\n  crate-type = [\"cdylib\", \"rlib\"]",
        .manifest.display()
    )]
    NoCdylib {
        /// Its name.
        package: String,
        /// Its Cargo.toml.
        manifest: PathBuf,
    },
    /// The compiler refused it.
    #[error("{} did not compile{}{said}", .packages.join(", "), if .said.is_empty() { "; cargo's messages are above" } else { "\n" })]
    Compile {
        /// What was built.
        packages: Vec<String>,
        /// Cargo's messages, unless they went to the terminal.
        said: String,
    },
    /// Compiled, but not to be turned into a component.
    #[error("`{package}` compiled, but is no component: {cause}")]
    Encode {
        /// Its name.
        package: String,
        /// What is wrong.
        cause: CheckError,
    },
    /// A component, but no plugin.
    #[error("`{package}` compiled, but is no plugin: {cause}")]
    Check {
        /// Its name.
        package: String,
        /// What is wrong.
        cause: CheckError,
    },
    /// A file or folder.
    #[error("cannot {deed} {}: {cause}", .path.display())]
    File {
        /// `read`, `write` or `make`.
        deed: &'static str,
        /// Which one.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
}

impl BuildError {
    pub(crate) fn file(deed: &'static str, path: &Path, cause: std::io::Error) -> Self {
        BuildError::File { deed, path: path.to_owned(), cause }
    }
}
