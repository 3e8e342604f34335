#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]
#![cfg(unix)]

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{Means, TARGET, Toolchain};
use crate::BuildError;

/// A toolchain's folder: a compiler that says where it is, and these files.
fn toolchain(root: &Path, name: &str, files: &[&str]) -> (PathBuf, PathBuf) {
    let sysroot = root.join(name);
    let bin = sysroot.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let says = format!(
        "#!/bin/sh\ncase $1 in --print) echo {} ;; *) echo rustc 1.95.0 {name} ;; esac\n",
        sysroot.display()
    );
    for program in ["cargo", "rustc"] {
        program_file(&bin.join(program), &says);
    }
    for file in files {
        let path = sysroot.join("lib/rustlib").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    (bin.join("cargo"), bin.join("rustc"))
}

fn program_file(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn choose(path: &str, pairs: &[&(PathBuf, PathBuf)]) -> Result<Toolchain, BuildError> {
    let pairs = pairs.iter().map(|pair| (*pair).clone()).collect();
    Toolchain::choose(Path::new("."), &OsString::from(path), pairs)
}

const LLD: &str = "some-host/bin/rust-lld";
const SOURCES: &str = "src/rust/library/Cargo.lock";

fn installed() -> String {
    format!("{TARGET}/lib/libstd.rlib")
}

#[test]
fn the_installed_target_comes_before_any_sources() {
    let root = tempfile::tempdir().unwrap();
    let sources = toolchain(root.path(), "sources", &[LLD, SOURCES]);
    let target = toolchain(root.path(), "target", &[LLD, &installed()]);
    let found = choose("", &[&sources, &target]).unwrap();
    assert_eq!((found.means, &found.cargo), (Means::Installed, &target.0));
    assert_eq!(found.linker, None, "the compiler brings one");
    assert_eq!(found.version, "rustc 1.95.0 target");
}

#[test]
fn sources_do_when_no_target_is_installed() {
    let root = tempfile::tempdir().unwrap();
    let bare = toolchain(root.path(), "bare", &[LLD]);
    let sources = toolchain(root.path(), "sources", &[SOURCES]);
    let linkers = root.path().join("linkers");
    fs::create_dir(&linkers).unwrap();
    for name in ["wasm-ld-17", "wasm-ld-31", "wasm-ld-30"] {
        program_file(&linkers.join(name), "");
    }
    let found = choose(linkers.to_str().unwrap(), &[&bare, &sources]).unwrap();
    assert_eq!((found.means, found.cargo), (Means::Sources, sources.0));
    assert_eq!(found.linker, Some(linkers.join("wasm-ld-31")));
}

#[test]
fn the_error_says_what_was_looked_at_and_what_to_install() {
    let root = tempfile::tempdir().unwrap();
    let bare = toolchain(root.path(), "bare", &[LLD]);
    let gone = (root.path().join("gone/cargo"), root.path().join("gone/rustc"));
    let said = choose("", &[&bare, &gone]).unwrap_err().to_string();
    for part in [
        "rustc 1.95.0 bare",
        "target not installed",
        "library sources not installed",
        "gone/cargo: not there",
        "rustup target add wasm32-unknown-unknown",
        "apt-get install rustc-web cargo-web rust-web-src lld-19",
    ] {
        assert!(said.contains(part), "{part:?} is not in:\n{said}");
    }
}
