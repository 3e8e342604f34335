//! Guest crates as components, and their files.

use std::path::Path;

/// Builds a guest crate of the workspace, unless it is built already.
pub fn guest(package: &str) -> Vec<u8> {
    let options = clasp_plugin_build::Options {
        manifest_dir: Path::new(env!("CARGO_MANIFEST_DIR")).join(".."),
        packages: vec![package.to_owned()],
        // Where the bundle's plugins are built, so that nothing is compiled twice.
        target_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("../guest")),
        locked: false,
        quiet: true,
        toolchain: None,
    };
    let built = clasp_plugin_build::build(&options);
    built.unwrap_or_else(|error| panic!("{package}: {error}")).component
}

/// Puts a file in place as editors and package managers do: at once.
pub fn put(path: &Path, bytes: &[u8]) {
    let partial = path.with_extension("partial");
    std::fs::write(&partial, bytes).unwrap();
    std::fs::rename(&partial, path).unwrap();
}
