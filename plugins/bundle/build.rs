//! Builds every plugin folder beside this one in a single run of cargo, and takes in their profiles.
//! Rule: a new plugin is a new folder, a new profile a new file, named here by nothing.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use clasp_plugin_build::{BuildError, Options, build_all};

/// What a component is made of, besides its plugin's own folder; below the workspace.
const SOURCES: [&str; 5] = ["Cargo.toml", "Cargo.lock", "sdk/Cargo.toml", "sdk/src", "wit"];

fn main() {
    // Cargo shows these lines as they are, without the script's whole output around them.
    if let Err(error) = bundle() {
        for line in error.to_string().lines() {
            println!("cargo::error={line}");
        }
        if let Some(BuildError::NoToolchain { .. }) = error.downcast_ref() {
            println!("cargo::error=Here `make setup` does it");
        }
    }
}

fn bundle() -> Result<(), Box<dyn Error>> {
    let own = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(variable("OUT_DIR")?);
    let plugins = own.parent().ok_or("no folder of plugins")?;
    let workspace = plugins.parent().ok_or("no workspace")?;
    for source in SOURCES {
        watch(&workspace.join(source));
    }

    let (mut ids, mut profiles) = (Vec::new(), Vec::new());
    for entry in plugins.read_dir()? {
        let folder = entry?.path();
        if folder == own || !folder.join("Cargo.toml").is_file() {
            continue;
        }
        watch(&folder.join("Cargo.toml"));
        watch(&folder.join("src"));
        for entry in folder.join("profiles").read_dir().into_iter().flatten() {
            profiles.push(entry?.path());
        }
        watch_if_there(&folder.join("profiles"));
        for entry in folder.read_dir()? {
            let file = entry?.path();
            if file.to_string_lossy().ends_with(".schema.json") {
                watch(&file);
            }
        }
        let id = folder.file_name().and_then(|name| name.to_str()).ok_or("a folder's name")?;
        ids.push(id.to_owned());
    }
    ids.sort();
    profiles.sort();

    let built = build_all(&Options {
        packages: ids.iter().map(|id| format!("clasp-{id}")).collect(),
        target_dir: Some(target_dir(&out).join("guest")),
        locked: true,
        quiet: true,
        ..Options::new(workspace)
    })?;
    let mut list = String::from("&[\n");
    for (id, plugin) in ids.iter().zip(built) {
        let file = out.join(format!("{id}.wasm"));
        std::fs::write(&file, &plugin.component)?;
        writeln!(list, "    ({id:?}, include_bytes!({file:?})),")?;
    }
    list.push(']');
    std::fs::write(out.join("plugins.rs"), list)?;

    let mut list = String::from("&[\n");
    for file in profiles {
        let id = file.file_stem().and_then(|name| name.to_str()).ok_or("a profile's name")?;
        writeln!(list, "    ({id:?}, include_str!({file:?})),")?;
    }
    list.push(']');
    std::fs::write(out.join("profiles.rs"), list)?;
    Ok(())
}

/// The folder that every profile of the surrounding build shares, so that a plugin is compiled once
/// for all of them: `target` of `target/debug/build/clasp-plugin-bundle-0123/out`.
fn target_dir(out: &Path) -> PathBuf {
    let build = out.ancestors().find(|folder| folder.ends_with("build"));
    build.and_then(|build| build.ancestors().nth(2)).unwrap_or(out).to_owned()
}

fn watch_if_there(path: &Path) {
    if path.exists() {
        watch(path);
    }
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn variable(name: &str) -> Result<String, String> {
    std::env::var(name).map_err(|e| format!("{name}: {e}"))
}
