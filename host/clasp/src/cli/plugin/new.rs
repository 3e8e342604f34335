//! `clasp plugin new`: writes the template with the plugin's name in it, over nothing that is there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::say;
use crate::error::Error;

/// The files of `sdk/template`: path below it, text.
const TEMPLATE: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/template.rs"));

/// How the template names the SDK.
const RELEASED: &str = "clasp-plugin = \"0.1\"";

/// The SDK that this binary was built with, for as long as it is there.
const CHECKOUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk");

/// The longest name.
const LONGEST: usize = 40;

pub(super) fn run(name: &str, folder: Option<PathBuf>, sdk: Option<PathBuf>) -> Result<(), Error> {
    if !is_name(name) {
        return Err(Error::user(
            format!("{name:?} cannot be a plugin's name"),
            "take lower-case letters, digits and single dashes, with a letter first: my-vendor",
        ));
    }
    let folder = folder.unwrap_or_else(|| PathBuf::from(name));
    if fs::read_dir(&folder).is_ok_and(|mut entries| entries.next().is_some()) || folder.is_file() {
        return Err(Error::user(
            format!("{} is there already and is not empty", folder.display()),
            "take another folder with --dir",
        ));
    }
    let sdk = sdk_dependency(sdk)?;
    for (path, text) in TEMPLATE {
        let path = folder.join(filled(path, name));
        // A manifest of its own name would make the template a package of this workspace.
        let path = path.to_string_lossy().trim_end_matches(".template").to_owned();
        write(Path::new(&path), &filled(text, name).replace(RELEASED, &sdk))?;
    }
    say(
        io::stdout(),
        &format!(
            "wrote {0}\n  clasp plugin test {0}     run its tests\n  clasp plugin build {0}    \
             make {name}.wasm\n  clasp --plugin ./{name}.wasm",
            folder.display()
        ),
    );
    Ok(())
}

/// The line of `Cargo.toml` that names the SDK: a folder, else the released one.
fn sdk_dependency(sdk: Option<PathBuf>) -> Result<String, Error> {
    let folder = match &sdk {
        Some(folder) => fs::canonicalize(folder)
            .ok()
            .filter(|folder| folder.join("Cargo.toml").is_file())
            .map(Some)
            .ok_or_else(|| {
                let what = format!("{} holds no SDK", folder.display());
                Error::user(what, "name the folder `sdk` of a checkout of clasp")
            })?,
        None => fs::canonicalize(CHECKOUT).ok(),
    };
    Ok(match folder {
        Some(folder) => format!("clasp-plugin = {{ path = {:?} }}", folder.display().to_string()),
        None => RELEASED.to_owned(),
    })
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).with_context(|| format!("making {}", parent.display()))?;
    }
    fs::write(path, text).with_context(|| format!("writing {}", path.display()))
}

fn filled(text: &str, name: &str) -> String {
    text.replace("{{name}}", name)
        .replace("{{NAME}}", &clasp_config::prefix(name))
        .replace("{{Name}}", &title(name))
}

/// `my-vendor` as `MyVendor`.
fn title(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect()
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    name.len() <= LONGEST
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.bytes().all(allowed)
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn names_are_checked() {
        for name in ["a", "my-vendor", "v2"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "My", "2v", "a_b", "a--b", "a-", "-a", "../x", "é"] {
            assert!(!is_name(name), "{name}");
        }
        assert!(!is_name(&"a".repeat(LONGEST + 1)));
    }

    #[test]
    fn names_are_filled_in_in_every_spelling() {
        let text = filled("{{name}} {{Name}} {{NAME}}_API_KEY", "my-vendor");
        assert_eq!(text, "my-vendor MyVendor MY_VENDOR_API_KEY");
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "x").unwrap();
        let error = run("my-vendor", Some(folder.path().to_owned()), None).unwrap_err().to_string();
        assert!(error.contains("--dir"), "{error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_crate_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("my-vendor");
        run("my-vendor", Some(target.clone()), None).unwrap();
        let manifest = fs::read_to_string(target.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("my-vendor") && !manifest.contains("{{"), "{manifest}");
        assert!(manifest.contains("clasp-plugin = { path = "), "{manifest}");
        assert!(target.join("src/lib.rs").is_file());
        let error = run("x", Some(folder.path().join("x")), Some("/nowhere".into())).unwrap_err();
        assert!(error.to_string().contains("SDK"), "{error}");
    }
}
