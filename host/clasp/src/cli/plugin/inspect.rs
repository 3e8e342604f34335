//! `clasp plugin check`, `list` and `inspect`: what clasp sees in plugin files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clasp_config::{Config, Flags};
use clasp_plugin_host::{Plugin, Runtime};

use crate::cli::say;
use crate::compose::{bundled, bundled_origin, refused, runtime};
use crate::environment;
use crate::error::Error;

/// Checks each file from outside and by loading it. All of them, also after one that fails.
pub(super) fn check(files: &[PathBuf]) -> Result<(), Error> {
    let runtime = runtime(None)?;
    let mut failed = 0;
    for file in files {
        match check_one(&runtime, file) {
            Ok(line) => say(io::stdout(), &line),
            Err(error) => {
                failed += 1;
                say(io::stderr(), &error.to_string());
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::user(format!("{failed} of {} did not pass", files.len()), "see above")),
    }
}

fn check_one(runtime: &Runtime, file: &Path) -> Result<String, Error> {
    let bytes = read(file)?;
    let checked = clasp_plugin_build::check(&bytes)
        .map_err(|error| Error::user(format!("{}: {error}", file.display()), ""))?;
    let plugin = runtime.load(file, &bytes).map_err(refused)?;
    let manifest = plugin.manifest();
    let wasi = if checked.wasi.is_empty() { "" } else { ", imports WASI (inert here)" };
    Ok(format!(
        "{}: ok, {} {} ({}), {} KB{wasi}",
        file.display(),
        manifest.id,
        manifest.version,
        manifest.name,
        bytes.len().div_ceil(1024),
    ))
}

/// One line a plugin: id, version, name, where it is.
pub(super) fn list(directory: Option<PathBuf>) -> Result<(), Error> {
    let flags = Flags { plugin_dir: directory, ..Flags::default() };
    let config = Config::load(flags, environment::read())?;
    let runtime = runtime(config.environment().home())?;
    let mut lines = Vec::new();
    for (id, component) in bundled() {
        let plugin = runtime.load(&bundled_origin(id), component).map_err(refused)?;
        lines.push(line(&plugin));
    }
    let mut failed = 0;
    let directory = config.plugin_dir.as_ref().map(|directory| directory.value.as_path());
    for file in directory.map(files).unwrap_or_default() {
        match read(&file).and_then(|bytes| runtime.load(&file, &bytes).map_err(refused)) {
            Ok(plugin) => lines.push(line(&plugin)),
            Err(error) => {
                failed += 1;
                say(io::stderr(), &error.to_string());
            }
        }
    }
    for line in lines {
        say(io::stdout(), &line);
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::user(format!("{failed} plugin files do not load"), "see above")),
    }
}

/// The manifest.
pub(super) fn inspect(plugin: &Path) -> Result<(), Error> {
    let runtime = runtime(None)?;
    let built_in = bundled().find(|(id, _)| plugin == Path::new(id));
    let loaded = match built_in {
        Some((id, component)) if !plugin.exists() => runtime.load(&bundled_origin(id), component),
        _ => runtime.load(plugin, &read(plugin)?),
    };
    let loaded = loaded.map_err(refused)?;
    let text = serde_json::to_string_pretty(loaded.manifest()).context("writing the manifest")?;
    say(io::stdout(), &text);
    Ok(())
}

fn line(plugin: &Plugin) -> String {
    let manifest = plugin.manifest();
    let (id, version, name) = (&manifest.id, &manifest.version, &manifest.name);
    format!("{id:<16} {version:<10} {name:<24} {}", plugin.origin().display())
}

/// The plugin files of a directory, in order; none where there is no directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    fs::read(file).map_err(|error| {
        let what = format!("{} cannot be read: {error}", file.display());
        Error::user(what, "name a plugin file, e.g. ./my-vendor.wasm")
    })
}
