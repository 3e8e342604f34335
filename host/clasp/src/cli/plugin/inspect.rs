//! `clasp plugin check`, `list` and `inspect`: what clasp sees in plugin files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clasp_config::Flags;
use clasp_plugin_host::{Limits, Plugin, Runtime};

use crate::cli::{say, settings};
use crate::compose::{bundled, bundled_origin, profiles, refused, runtime};
use crate::error::Error;

/// Checks each file from outside and by loading it. All of them, also after one that fails.
pub(super) fn check(files: &[PathBuf]) -> Result<(), Error> {
    let runtime = runtime(None, Limits::default())?;
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
    if Plugin::is_profile(file) {
        let plugin = load(runtime, file)?;
        let manifest = plugin.manifest();
        let (id, name) = (&manifest.id, &manifest.name);
        let steered = Plugin::STEERED;
        return Ok(format!("{}: ok, profile {id} ({name}) for {steered}", file.display()));
    }
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
    let plugin_dir = directory.map(|directory| directory.to_string_lossy().into_owned());
    let config = settings(Flags { plugin_dir, ..Flags::default() })?;
    let runtime = runtime(config.environment().home(), Limits::default())?;
    let mut lines = Vec::new();
    for (id, component) in bundled() {
        let plugin = runtime.load(&bundled_origin(id), component).map_err(refused)?;
        lines.push(line(&plugin));
    }
    if let Some(steered) = steered(&runtime)? {
        lines.extend(profiles(&steered)?.iter().map(line));
    }
    let mut failed = 0;
    let directory = config.plugin_dir.as_ref().map(|directory| directory.value.as_path());
    for file in directory.map(files).unwrap_or_default() {
        match load(&runtime, &file) {
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
    let runtime = runtime(None, Limits::default())?;
    let built_in = bundled().find(|(id, _)| plugin == Path::new(id));
    let loaded = match built_in {
        _ if plugin.exists() => load(&runtime, plugin)?,
        Some((id, component)) => runtime.load(&bundled_origin(id), component).map_err(refused)?,
        None => {
            let profiles = steered(&runtime)?.map(|steered| profiles(&steered)).transpose()?;
            let named = |profile: &Plugin| plugin == Path::new(&profile.manifest().id);
            match profiles.into_iter().flatten().find(named) {
                Some(profile) => profile,
                None => load(&runtime, plugin)?,
            }
        }
    };
    let text = serde_json::to_string_pretty(loaded.manifest()).context("writing the manifest")?;
    say(io::stdout(), &text);
    Ok(())
}

/// The bundled plugin that profiles steer.
fn steered(runtime: &Runtime) -> Result<Option<Plugin>, Error> {
    let steered = bundled().find(|(id, _)| *id == Plugin::STEERED);
    let load = |(id, component)| runtime.load(&bundled_origin(id), component).map_err(refused);
    steered.map(load).transpose()
}

/// A plugin of a file: a component or a profile.
fn load(runtime: &Runtime, file: &Path) -> Result<Plugin, Error> {
    let bytes = read(file)?;
    if !Plugin::is_profile(file) {
        return runtime.load(file, &bytes).map_err(refused);
    }
    let steered = steered(runtime)?;
    runtime.load_file(file, steered.as_ref()).map_err(refused)
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
        .filter(|path| {
            let component = path.extension().is_some_and(|extension| extension == "wasm");
            component || Plugin::is_profile(path)
        })
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
