//! Files that are no plugins, and the cache of compiled code.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::guests::{hostile, inert, limits, marked, replace, request, runtime, target};
use crate::{Limits, LoadError, Options, Runtime};

fn load(bytes: &[u8]) -> Result<crate::Plugin, LoadError> {
    let limits = Limits { begin_time: Duration::from_millis(50), ..limits() };
    runtime(limits).load(Path::new("x.wasm"), bytes)
}

fn wat(text: &str) -> Vec<u8> {
    wat::parse_str(text).unwrap()
}

#[test]
fn f03_what_is_no_plugin_is_refused_readably() {
    let other_version = |version: &str| {
        ["about", "translate", "models", "tokens", "types", "host"].iter().fold(
            hostile(),
            |bytes, interface| {
                let name = format!("clasp:provider/{interface}@");
                replace(&bytes, &format!("{name}0.1.0"), &format!("{name}{version}"))
            },
        )
    };
    let hidden = replace(&hostile(), "clasp:provider/translate@", "clasp:provider/translite@");
    let import = r#"(component (import "a:b/c" (instance)) (instance $i)
        (export "clasp:provider/about@0.1.0" (instance $i))
        (export "clasp:provider/translate@0.1.0" (instance $i)))"#;
    let empty = r#"(component (instance $i)
        (export "clasp:provider/about@0.1.0" (instance $i))
        (export "clasp:provider/translate@0.1.0" (instance $i)))"#;
    let half = hostile().len() / 2;
    let cases: [(&[u8], &str); 18] = [
        (b"", "not WebAssembly (the file is empty)"),
        (b"hello", "not WebAssembly (it does not begin with `\\0asm`)"),
        (b"(component)", "the text form"),
        (&wat("(module)"), "a WebAssembly core module, not a component"),
        (&hostile()[..half], "not a valid WebAssembly component"),
        (&wat("(component)"), "it exports nothing"),
        (
            &other_version("0.2.0"),
            "implements version 0.2.0 of the plugin contract; this clasp \
            speaks 0.1: update clasp",
        ),
        (&other_version("0.0.9"), "build the plugin with the current SDK"),
        (&hidden, "does not export `clasp:provider/translate@0.1.0`"),
        (&wat(import), "imports `a:b/c`"),
        (&wat(empty), "does not fit clasp:provider@0.1"),
        (&marked(&[("describe=fine", "describe=trap")]), "in its trial run: it crashed"),
        (&marked(&[("describe=fine", "describe=loop")]), "it computed for more than 50ms"),
        (&marked(&[("describe=fine", "describe=json")]), "`config-schema` that is not JSON"),
        (&marked(&[("describe=fine", "describe=key.")]), "`secrets` declares no such name"),
        (&marked(&[("describe=fine", "describe=host")]), "`hosts` holds `*`"),
        (&marked(&[("id=hostile-1", "id=Hostile 1")]), "`id` is `Hostile 1`"),
        (&marked(&[("id=hostile-1", "id=hostil/..")]), "`id` is `hostil/..`"),
    ];
    for (bytes, words) in cases {
        let error = load(bytes).expect_err(words).to_string();
        assert!(error.starts_with("plugin x.wasm: "), "{error}");
        assert!(error.contains(words), "{error}\nlacks: {words}");
        assert!(!error.contains('\n'), "{error}");
    }
}

#[test]
fn a_compatible_version_loads() {
    let patched = ["about", "translate", "models", "tokens", "types", "host"].iter().fold(
        hostile(),
        |bytes, interface| {
            let name = format!("clasp:provider/{interface}@0.1.");
            replace(&bytes, &format!("{name}0"), &format!("{name}7"))
        },
    );
    load(&patched).unwrap();
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let limits = Limits { file_bytes: 100, ..limits() };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.wasm");
    fs::write(&path, [0; 101]).unwrap();
    let error = runtime(limits).load_file(&path, None).unwrap_err();
    assert!(matches!(error, LoadError::TooLarge { bytes: 101, limit: 100, .. }), "{error}");
    let error = load_file(directory.path()).unwrap_err();
    assert!(matches!(error, LoadError::Read { .. }), "{error}");
}

fn load_file(path: &Path) -> Result<crate::Plugin, LoadError> {
    runtime(limits()).load_file(path, None)
}

#[tokio::test]
async fn f02_wasi_is_inert() {
    let plugin = runtime(limits()).load(Path::new("inert.wasm"), &inert()).unwrap();
    let facts = &plugin.manifest().description;
    let expected = "environment 0 arguments 0 directories 0 wall 1735689600 monotonic 0 random ";
    assert!(facts.starts_with(expected), "{facts}");
    // The same in every instance.
    let again = runtime(limits()).load(Path::new("inert.wasm"), &inert()).unwrap();
    assert_eq!(*facts, again.manifest().description);
    assert!(!plugin.offers_models() && !plugin.offers_tokens());
    assert_eq!(plugin.known_models().await.unwrap(), []);
    plugin.begin(&target(""), &request()).await.unwrap();
}

#[tokio::test]
async fn f02_a_sleeping_plugin_is_woken_up() {
    let limits = Limits { begin_time: Duration::from_millis(50), ..limits() };
    let plugin = runtime(limits).load(Path::new("inert.wasm"), &inert()).unwrap();
    let failure = plugin.begin(&target("sleep"), &request()).await.unwrap_err();
    assert!(failure.message.contains("did not answer within"), "{failure}");
}

#[test]
fn wasi_can_be_switched_off() {
    let runtime = Runtime::new(Options { limits: limits(), cache: None, wasi: false }).unwrap();
    let error = runtime.load(Path::new("inert.wasm"), &inert()).unwrap_err();
    assert!(matches!(error, LoadError::Import { .. }), "{error}");
    assert!(error.to_string().contains("WASI is switched off"), "{error}");
}

fn cached(directory: &Path) -> std::sync::Arc<Runtime> {
    let cache = Some(directory.to_owned());
    Runtime::new(Options { limits: limits(), cache, wasi: true }).unwrap()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn compiled_code_is_kept_and_checked() {
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("a/b");
    let load = || cached(&cache).load(Path::new("x.wasm"), &hostile()).unwrap();
    load();
    let [file] = &files(&cache)[..] else { panic!("{:?}", files(&cache)) };
    let written = fs::read(file).unwrap();
    let inode = inode(file);
    load();
    assert_eq!(self::inode(file), inode, "taken from the cache");

    // One bit in the middle of the code, then a file cut short, then an empty one.
    let mut flipped = written.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for damaged in [flipped, written[..middle].to_vec(), Vec::new()] {
        fs::write(file, damaged).unwrap();
        load();
        assert_eq!(fs::read(file).unwrap(), written, "compiled again");
    }
}

#[test]
fn a_cache_that_others_can_write_to_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("open");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o777)).unwrap();
    cached(&cache).load(Path::new("x.wasm"), &hostile()).unwrap();
    let mode = fs::metadata(&cache).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_cache_that_cannot_be_trusted_or_written_is_done_without() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = directory.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    cached(&link).load(Path::new("x.wasm"), &hostile()).unwrap();
    assert_eq!(files(&elsewhere), Vec::<PathBuf>::new());

    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    cached(&file).load(Path::new("x.wasm"), &hostile()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"");
}

fn inode(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).unwrap().ino()
}
