//! Finds a Rust that compiles for WebAssembly. Rule: what is installed decides, not what some
//! tool claims: the target is looked for in the compiler's own library folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::command;
use crate::error::BuildError;

/// What plugins are compiled for: no imports but the contract's.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's packages that make [`Means::Sources`] work.
pub(crate) const PACKAGES: &str = "rustc-web cargo-web rust-web-src lld-19";
/// Newest version of a distribution's `wasm-ld-N` that is looked for, and the oldest.
const LINKERS: (u32, u32) = (40, 15);

/// A cargo and a compiler that can build plugins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// To be run.
    pub cargo: PathBuf,
    /// Belongs to `cargo`.
    pub rustc: PathBuf,
    /// As the compiler says it: `rustc 1.95.0 (…)`.
    pub version: String,
    /// Where the standard library comes from.
    pub means: Means,
    /// None: the one that comes with the compiler.
    pub linker: Option<PathBuf>,
}

/// Where the target's standard library comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// It is installed.
    Installed,
    /// It is compiled from the compiler's sources, along with the first plugin.
    Sources,
}

/// A cargo and rustc that might do.
struct Candidate {
    cargo: PathBuf,
    rustc: PathBuf,
    version: String,
    sysroot: PathBuf,
}

impl Toolchain {
    /// The toolchain for the folder that this process runs in.
    ///
    /// # Errors
    /// [`BuildError::NoToolchain`], with what was looked at and what to install.
    pub fn find() -> Result<Self, BuildError> {
        Self::find_for(Path::new("."))
    }

    /// The toolchain for a crate in `dir`: the active one with the target installed, else one with
    /// its sources, preferring the active one over the distribution's in both.
    ///
    /// # Errors
    /// [`BuildError::NoToolchain`], with what was looked at and what to install.
    pub fn find_for(dir: &Path) -> Result<Self, BuildError> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut pairs: Vec<(PathBuf, PathBuf)> = Vec::new();
        if let (Some(cargo), Some(rustc)) = (in_path(&path, "cargo"), in_path(&path, "rustc")) {
            pairs.push((cargo, rustc));
        }
        // A cargo that was called by its full path is active without being in PATH.
        if let Some(cargo) = std::env::var_os("CARGO").map(PathBuf::from) {
            pairs.push((cargo.clone(), cargo.with_file_name(format!("rustc{EXE}"))));
        }
        pairs.push(("/usr/bin/cargo".into(), "/usr/bin/rustc".into()));
        pairs.dedup();
        Self::choose(dir, &path, pairs)
    }

    fn choose(
        dir: &Path,
        path: &OsString,
        pairs: Vec<(PathBuf, PathBuf)>,
    ) -> Result<Self, BuildError> {
        let mut looked = Vec::new();
        let mut candidates = Vec::new();
        for (cargo, rustc) in pairs {
            match Candidate::ask(dir, cargo, rustc) {
                Ok(candidate) => candidates.push(candidate),
                Err(line) => looked.push(line),
            }
        }
        for means in [Means::Installed, Means::Sources] {
            for candidate in &candidates {
                match candidate.can(means, path) {
                    Ok(toolchain) => return Ok(toolchain),
                    Err(line) => looked.push(line),
                }
            }
        }
        if looked.is_empty() {
            looked.push("  no cargo and rustc in PATH, none in /usr/bin".to_owned());
        }
        Err(BuildError::NoToolchain { looked })
    }
}

impl Candidate {
    /// Errors are lines for [`BuildError::NoToolchain`].
    fn ask(dir: &Path, cargo: PathBuf, rustc: PathBuf) -> Result<Self, String> {
        if !cargo.is_file() {
            return Err(format!("  {}: not there", cargo.display()));
        }
        let sysroot = said(command(&rustc, dir).args(["--print", "sysroot"]))?;
        let version = said(command(&rustc, dir).arg("--version"))?;
        let sysroot = PathBuf::from(sysroot);
        // Not a proxy that decides anew, at each call, which compiler it is.
        let itself = sysroot.join("bin").join(format!("rustc{EXE}"));
        let rustc = if itself.is_file() { itself } else { rustc };
        Ok(Candidate { cargo, rustc, version, sysroot })
    }

    fn can(&self, means: Means, path: &OsString) -> Result<Toolchain, String> {
        let library = self.sysroot.join("lib/rustlib");
        let (wanted, missing) = match means {
            Means::Installed => (library.join(TARGET).join("lib"), "target"),
            Means::Sources => (library.join("src/rust/library/Cargo.lock"), "library sources"),
        };
        let line = |missing| format!("  {} in {}: {missing}", self.version, self.sysroot.display());
        if !wanted.exists() {
            return Err(line(format!("{missing} not installed")));
        }
        let linker = if self.has_linker() {
            None
        } else {
            Some(linker(path).ok_or_else(|| line("no rust-lld and no wasm-ld".to_owned()))?)
        };
        Ok(Toolchain {
            cargo: self.cargo.clone(),
            rustc: self.rustc.clone(),
            version: self.version.clone(),
            means,
            linker,
        })
    }

    /// Whether the compiler brings the linker that it uses for the target by default.
    fn has_linker(&self) -> bool {
        let Ok(hosts) = self.sysroot.join("lib/rustlib").read_dir() else { return false };
        hosts.flatten().any(|host| host.path().join("bin").join(format!("rust-lld{EXE}")).is_file())
    }
}

const EXE: &str = std::env::consts::EXE_SUFFIX;

fn in_path(path: &OsString, program: &str) -> Option<PathBuf> {
    std::env::split_paths(path)
        .map(|folder| folder.join(format!("{program}{EXE}")))
        .find(|file| file.is_file())
}

fn linker(path: &OsString) -> Option<PathBuf> {
    let (newest, oldest) = LINKERS;
    let versions = (oldest..=newest).rev().map(|version| format!("wasm-ld-{version}"));
    std::iter::once("wasm-ld".to_owned())
        .chain(versions)
        .chain(std::iter::once("rust-lld".to_owned()))
        .find_map(|name| in_path(path, &name).or_else(|| in_path(&"/usr/bin".into(), &name)))
}

/// The one line that a program prints, or a line on why it did not.
fn said(command: &mut Command) -> Result<String, String> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(|e| format!("  {}: {e}", program.display()))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("  {}: {}", program.display(), why.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests;
