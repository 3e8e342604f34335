//! Compiles a guest crate to a plugin component and checks it against the contract: one way, for
//! `clasp plugin build`, for the bundle and for tests.

pub mod check;
mod command;
mod compile;
mod encode;
mod error;
mod toolchain;

use std::path::{Path, PathBuf};

pub use check::{CheckError, Checked, Contract, check};
pub use encode::encode;
pub use error::BuildError;
pub use toolchain::{Means, Toolchain};

/// What to build, and where.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Folder of the guest's `Cargo.toml`, or of a workspace's if `packages` names members.
    pub manifest_dir: PathBuf,
    /// Packages to build in one run of cargo; empty: the one in `manifest_dir`.
    pub packages: Vec<String>,
    /// Where cargo works. None: `guest` in the target folder that cargo names for the guest. It
    /// must not be the target folder of a cargo that waits for this call, for that one is locked.
    pub target_dir: Option<PathBuf>,
    /// Fail rather than change `Cargo.lock`.
    pub locked: bool,
    /// Keep cargo's output back; what it says of a failure is then in the error.
    pub quiet: bool,
    /// None: [`Toolchain::find_for`] the manifest folder.
    pub toolchain: Option<Toolchain>,
}

impl Options {
    /// Builds the crate in `manifest_dir`, all else as it comes.
    pub fn new(manifest_dir: impl Into<PathBuf>) -> Self {
        Options { manifest_dir: manifest_dir.into(), ..Options::default() }
    }
}

/// A component that passed [`check`].
#[derive(Debug, Clone)]
pub struct Built {
    /// Cargo's name of the guest package.
    pub package: String,
    /// The component itself.
    pub component: Vec<u8>,
    /// The file it was written to: `<target_dir>/components/<package>.wasm`.
    pub path: PathBuf,
    /// Bytes of `component`.
    pub size: usize,
    /// What the check found in it.
    pub checked: Checked,
}

/// Builds one guest crate.
///
/// # Errors
/// No toolchain, no such package, no cdylib, a guest that does not compile, or one that is not a
/// plugin: [`BuildError`] says which, and what to do.
pub fn build(options: &Options) -> Result<Built, BuildError> {
    let mut built = build_all(options)?;
    match built.pop() {
        Some(one) if built.is_empty() => Ok(one),
        _ => Err(BuildError::NotOne { manifest_dir: options.manifest_dir.clone() }),
    }
}

/// Builds all `options.packages` in one run of cargo, in their order.
///
/// # Errors
/// As [`build`]; the first fault ends it.
pub fn build_all(options: &Options) -> Result<Vec<Built>, BuildError> {
    let found;
    let toolchain = match &options.toolchain {
        Some(given) => given,
        None => {
            found = Toolchain::find_for(&options.manifest_dir)?;
            &found
        }
    };
    let modules = compile::compile(toolchain, options)?;
    modules.into_iter().map(|module| finish(&module)).collect()
}

fn finish(module: &compile::Module) -> Result<Built, BuildError> {
    let core =
        std::fs::read(&module.path).map_err(|e| BuildError::file("read", &module.path, e))?;
    let component = encode(&core)
        .map_err(|cause| BuildError::Encode { package: module.package.clone(), cause })?;
    let checked = check(&component)
        .map_err(|cause| BuildError::Check { package: module.package.clone(), cause })?;
    let path = module.components.join(format!("{}.wasm", module.package));
    write(&path, &component)?;
    let size = component.len();
    Ok(Built { package: module.package.clone(), component, path, size, checked })
}

/// Writes so that a reader at the same time sees the old file or the new one, never half of it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), BuildError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(|e| BuildError::file("make", folder, e))?;
    let partial = path.with_extension(format!("wasm.{}", std::process::id()));
    std::fs::write(&partial, bytes).map_err(|e| BuildError::file("write", &partial, e))?;
    std::fs::rename(&partial, path).map_err(|e| BuildError::file("write", path, e))
}
