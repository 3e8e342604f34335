//! Runs cargo on guest crates and picks their modules. Rule: the guest's own `Cargo.toml` has no
//! say in how it is optimised, and what a component holds does not depend on where it was built.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use crate::Options;
use crate::command::command;
use crate::error::BuildError;
use crate::toolchain::{Means, TARGET, Toolchain};

/// Of the profile made by [`SETTINGS`], so that neither `release` nor its results are touched.
const PROFILE: &str = "clasp-guest";

/// No unwinding: a panic is a trap that the host catches. Macros run once, so they are not
/// optimised.
const SETTINGS: [&str; 11] = [
    "inherits='release'",
    "lto='fat'",
    "codegen-units=1",
    "panic='abort'",
    "strip=true",
    "debug=false",
    "debug-assertions=false",
    "overflow-checks=false",
    "incremental=false",
    "build-override.opt-level=0",
    "build-override.codegen-units=256",
];

/// What a guest is optimised for. Its `Cargo.toml` chooses:
/// `[package.metadata.clasp-plugin] optimize = "size"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Optimize {
    /// Reading a chunk of a stream takes half as long, in a tenth more code.
    #[default]
    Speed,
    /// For a guest that would be too large.
    Size,
}

impl Optimize {
    const ALL: [Self; 2] = [Self::Speed, Self::Size];

    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Speed => &["opt-level=2"],
            // The libraries that read and write JSON keep some of their speed.
            Self::Size => &["opt-level='z'", "package.\"*\".opt-level='s'"],
        }
    }

    /// A compiler's flag. What is inlined more than this is hardly quicker, and a quarter larger.
    /// Cargo keeps results of different flags side by side.
    fn flag(self) -> Option<&'static str> {
        match self {
            Self::Speed => Some("-Cllvm-args=-inline-threshold=75"),
            Self::Size => None,
        }
    }
}

/// Room that every instance has from its start: growing memory is a call of the operating system,
/// and taking the growth back another, which stops all threads for a moment. Untouched it costs
/// nothing.
const INITIAL_HEAP: &str = "-Clink-arg=--initial-heap=1048576";

/// A compiled core module.
pub struct Module {
    pub package: String,
    pub path: PathBuf,
    /// Where its component goes.
    pub components: PathBuf,
}

/// `cargo metadata`, as far as it is needed.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    /// Tables of other tools, or null.
    #[serde(default)]
    metadata: Option<Tables>,
}

#[derive(Deserialize)]
struct Tables {
    #[serde(rename = "clasp-plugin", default)]
    plugin: Wishes,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wishes {
    #[serde(default)]
    optimize: Optimize,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

/// A line of cargo's messages.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    package_id: String,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    target: Option<Target>,
}

/// One run of cargo for all packages of a kind; modules in the order of `options.packages`.
pub fn compile(toolchain: &Toolchain, options: &Options) -> Result<Vec<Module>, BuildError> {
    let metadata = metadata(toolchain, options)?;
    let packages = select(&metadata, options)?;
    let target_dir = match &options.target_dir {
        Some(given) => std::path::absolute(given).unwrap_or_else(|_| given.clone()),
        None => match std::env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => std::path::absolute(&folder).unwrap_or_else(|_| folder.into()),
            None => metadata.target_directory.clone(),
        }
        .join("guest"),
    };
    let mut messages = Vec::new();
    for optimize in Optimize::ALL {
        let of_kind: Vec<&Package> =
            packages.iter().copied().filter(|package| package.optimize() == optimize).collect();
        if !of_kind.is_empty() {
            messages.extend(run(toolchain, options, &of_kind, optimize, &target_dir)?);
        }
    }
    let components = target_dir.join("components");
    packages
        .into_iter()
        .map(|package| {
            let path = artifact(&messages, package).ok_or_else(|| no_cdylib(package))?;
            Ok(Module { package: package.name.clone(), path, components: components.clone() })
        })
        .collect()
}

/// Runs cargo for packages of one kind.
fn run(
    toolchain: &Toolchain,
    options: &Options,
    packages: &[&Package],
    optimize: Optimize,
    target_dir: &Path,
) -> Result<Vec<Message>, BuildError> {
    let mut cargo = command(&toolchain.cargo, &options.manifest_dir);
    cargo.args(["build", "--lib", "--message-format=json-render-diagnostics"]);
    cargo.args(["--target", TARGET, "--profile", PROFILE, "--target-dir"]).arg(target_dir);
    for setting in SETTINGS.iter().chain(optimize.settings()) {
        cargo.arg("--config").arg(format!("profile.{PROFILE}.{setting}"));
    }
    for package in packages {
        cargo.args(["--package", &package.id]);
    }
    if options.locked {
        cargo.arg("--locked");
    }
    if options.quiet {
        cargo.arg("--quiet").stderr(Stdio::piped());
    } else {
        cargo.stderr(Stdio::inherit());
    }
    if toolchain.means == Means::Sources {
        cargo.arg("-Zbuild-std=std,panic_abort");
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    cargo.env("RUSTC", &toolchain.rustc);
    if let Some(linker) = &toolchain.linker {
        cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    // In this form it also takes the place of flags in configuration files, which are meant for
    // native code (a linker, a processor).
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags(optimize));

    let start = |cause| BuildError::Start { program: toolchain.cargo.clone(), cause };
    let output = cargo.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let output = output.and_then(|child| child.wait_with_output()).map_err(start)?;
    if !output.status.success() {
        return Err(BuildError::Compile {
            packages: packages.iter().map(|package| package.name.clone()).collect(),
            said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    let lines = output.stdout.split(|byte| *byte == b'\n');
    Ok(lines.filter_map(|line| serde_json::from_slice(line).ok()).collect())
}

fn metadata(toolchain: &Toolchain, options: &Options) -> Result<Metadata, BuildError> {
    let unreadable =
        |said: String| BuildError::Manifest { manifest_dir: options.manifest_dir.clone(), said };
    if !options.manifest_dir.join("Cargo.toml").is_file() {
        return Err(unreadable("there is no Cargo.toml in it".to_owned()));
    }
    let output = command(&toolchain.cargo, &options.manifest_dir)
        .args(["metadata", "--no-deps", "--format-version=1"])
        .output()
        .map_err(|cause| BuildError::Start { program: toolchain.cargo.clone(), cause })?;
    if !output.status.success() {
        return Err(unreadable(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(|e| unreadable(e.to_string()))
}

fn select<'a>(metadata: &'a Metadata, options: &Options) -> Result<Vec<&'a Package>, BuildError> {
    let manifest_dir = || options.manifest_dir.clone();
    let mut chosen = Vec::new();
    if options.packages.is_empty() {
        let wanted = canonical(&options.manifest_dir.join("Cargo.toml"));
        let own = metadata.packages.iter().find(|p| canonical(&p.manifest_path) == wanted);
        chosen.push(own.ok_or_else(|| BuildError::NotOne { manifest_dir: manifest_dir() })?);
    }
    for name in &options.packages {
        let named = metadata.packages.iter().find(|package| package.name == *name);
        chosen.push(named.ok_or_else(|| BuildError::NoPackage {
            manifest_dir: manifest_dir(),
            package: name.clone(),
            known: metadata.packages.iter().map(|package| package.name.clone()).collect(),
        })?);
    }
    match chosen.iter().find(|package| !package.targets.iter().any(Target::is_cdylib)) {
        Some(package) => Err(no_cdylib(package)),
        None => Ok(chosen),
    }
}

impl Package {
    fn optimize(&self) -> Optimize {
        self.metadata.as_ref().map(|tables| tables.plugin.optimize).unwrap_or_default()
    }
}

impl Target {
    fn is_cdylib(&self) -> bool {
        self.crate_types.iter().any(|kind| kind == "cdylib")
    }
}

fn artifact(messages: &[Message], package: &Package) -> Option<PathBuf> {
    let of_package = messages.iter().filter(|message| {
        message.reason == "compiler-artifact"
            && message.package_id == package.id
            && message.target.as_ref().is_some_and(Target::is_cdylib)
    });
    of_package
        .flat_map(|message| &message.filenames)
        .find(|file| file.extension().is_some_and(|extension| extension == "wasm"))
        .cloned()
}

fn no_cdylib(package: &Package) -> BuildError {
    BuildError::NoCdylib { package: package.name.clone(), manifest: package.manifest_path.clone() }
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Compiler flags. They are the same for every guest of a kind, or what guests share would be
/// compiled again for each. They keep this machine's folders out of panic messages.
fn flags(optimize: Optimize) -> OsString {
    let home = std::env::home_dir();
    let cargo = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let cargo = cargo.or_else(|| home.as_ref().map(|home| home.join(".cargo")));
    let mut flags = OsString::from(INITIAL_HEAP);
    if let Some(flag) = optimize.flag() {
        flags.push("\u{1f}");
        flags.push(flag);
    }
    // Of several that fit the last one counts.
    for (from, to) in [(home, "=/home"), (cargo, "=/cargo")] {
        let Some(from) = from else { continue };
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push(to);
    }
    flags
}
