//! Guest crates, from sources to component or to an error one can act on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use clasp_plugin_build::{BuildError, Built, CheckError, Options, build, build_all};

/// The folder that the bundle's build works in too, so that what plugins share is compiled once.
fn target_dir() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("target/tmp").join("guest")
}

fn options(manifest_dir: &Path) -> Options {
    Options { target_dir: Some(target_dir()), quiet: true, ..Options::new(manifest_dir) }
}

/// A crate of its own, without dependencies.
fn guest(
    name: &str,
    manifest: &str,
    source: &str,
) -> (tempfile::TempDir, Result<Built, BuildError>) {
    let folder = tempfile::tempdir().unwrap();
    let head = format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n[workspace]\n");
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("Cargo.toml"), head + manifest).unwrap();
    fs::write(folder.path().join("src/lib.rs"), source).unwrap();
    let built = build(&options(folder.path()));
    (folder, built)
}

#[test]
fn builds_an_example_from_its_folder() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let built = build(&options(&examples.join("deepseek"))).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(built.package, "deepseek");
    assert_eq!(built.path, target_dir().join("components/deepseek.wasm"));
    assert_eq!(fs::read(&built.path).unwrap(), built.component);
    assert_eq!(built.size, built.component.len());
    assert_eq!(built.checked.wasi, [""; 0]);
    let home = std::env::home_dir().unwrap();
    let home = home.to_str().unwrap().as_bytes();
    let named = built.component.windows(home.len()).any(|window| window == home);
    assert!(!named, "the component holds a path of this machine");
}

#[test]
fn builds_no_crate_without_cdylib() {
    let (folder, built) = guest("plain", "", "");
    let error = built.unwrap_err();
    assert!(matches!(error, BuildError::NoCdylib { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("crate-type = [\"cdylib\", \"rlib\"]"), "{said}");
    assert!(said.contains(folder.path().file_name().unwrap().to_str().unwrap()), "{said}");
}

#[test]
fn builds_no_crate_that_does_not_compile_and_passes_on_why() {
    let manifest = "[lib]\ncrate-type = [\"cdylib\"]\n";
    let (_folder, built) = guest("broken", manifest, "pub fn answer() -> u8 { \"forty-two\" }");
    let error = built.unwrap_err();
    assert!(matches!(error, BuildError::Compile { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("broken did not compile"), "{said}");
    assert!(said.contains("mismatched types") && said.contains("src/lib.rs:1:"), "{said}");
}

#[test]
fn builds_no_plugin_of_a_crate_without_the_export_macro() {
    let manifest = "[lib]\ncrate-type = [\"cdylib\"]\n";
    let (_folder, built) = guest("bare", manifest, "");
    let error = built.unwrap_err();
    assert!(
        matches!(error, BuildError::Check { cause: CheckError::NoContract { .. }, .. }),
        "{error}"
    );
    assert!(error.to_string().contains("export!"), "{error}");
}

#[test]
fn builds_nothing_of_a_folder_that_is_no_package() {
    let empty = tempfile::tempdir().unwrap();
    let error = build(&options(empty.path())).unwrap_err();
    assert!(matches!(error, BuildError::Manifest { .. }), "{error}");

    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let error = build(&options(&workspace)).unwrap_err();
    assert!(matches!(error, BuildError::NotOne { .. }), "{error}");

    let named = Options { packages: vec!["clasp-opnai".to_owned()], ..options(&workspace) };
    let error = build_all(&named).unwrap_err();
    assert!(error.to_string().contains("clasp-openai"), "it lists what there is: {error}");
}
