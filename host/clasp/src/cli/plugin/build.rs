//! `clasp plugin build` and `clasp plugin test`: a crate in, a checked plugin file out.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use clasp_plugin_build::{Built, Options, build};

use super::inspect;
use crate::cli::say;
use crate::error::Error;

pub(super) fn run(folder: PathBuf, output: Option<PathBuf>) -> Result<(), Error> {
    let built = compile(folder)?;
    let output = output.unwrap_or_else(|| PathBuf::from(format!("{}.wasm", built.package)));
    replace(&output, &built.component)?;
    inspect::check(std::slice::from_ref(&output))?;
    say(io::stdout(), &format!("run it: clasp --plugin {}", shown(&output)));
    Ok(())
}

pub(super) fn test(folder: PathBuf) -> Result<(), Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status =
        Command::new(&cargo).arg("test").current_dir(&folder).status().map_err(|error| {
            Error::user(
                format!("cannot run {} in {}: {error}", cargo.display(), folder.display()),
                "install Rust (https://rustup.rs) and name the plugin's folder",
            )
        })?;
    if !status.success() {
        return Err(Error::user("the plugin's tests failed", "see above"));
    }
    inspect::check(&[compile(folder)?.path])
}

fn compile(folder: PathBuf) -> Result<Built, Error> {
    build(&Options::new(folder)).map_err(|error| Error::user(error.to_string(), ""))
}

/// Writes so that a proxy that watches the file sees the old one or the new one.
fn replace(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension(format!("wasm.{}.part", std::process::id()));
    fs::write(&partial, bytes).with_context(|| format!("writing {}", partial.display()))?;
    fs::rename(&partial, path).with_context(|| format!("writing {}", path.display()))
}

/// A path as it can be copied into a command.
fn shown(path: &Path) -> String {
    match path.components().count() {
        1 => format!("./{}", path.display()),
        _ => path.display().to_string(),
    }
}
