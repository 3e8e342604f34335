//! The guests of `tests/guests`, built once, and files made of them by overwriting their marks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use clasp_model::{Json, Request, Target};
use clasp_plugin_build::{Options as Build, build_all};

use crate::{Limits, Options, Plugin, Runtime};

struct Guests {
    hostile: Vec<u8>,
    inert: Vec<u8>,
}

static GUESTS: LazyLock<Guests> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let build = Build {
        packages: vec!["clasp-guest-hostile".into(), "clasp-guest-inert".into()],
        quiet: true,
        ..Build::new(root)
    };
    let mut built = build_all(&build).unwrap().into_iter();
    let hostile = built.next().unwrap().component;
    let inert = built.next().unwrap().component;
    Guests { hostile, inert }
});

pub fn hostile() -> Vec<u8> {
    GUESTS.hostile.clone()
}

pub fn inert() -> Vec<u8> {
    GUESTS.inert.clone()
}

/// The hostile guest with some of its marks overwritten, each by text of the same length.
pub fn marked(marks: &[(&str, &str)]) -> Vec<u8> {
    marks.iter().fold(hostile(), |bytes, (old, new)| replace(&bytes, old, new))
}

/// The hostile guest under this version: three numbers of one digit.
pub fn version(version: &str) -> Vec<u8> {
    marked(&[("version=0.0.1", &format!("version={version}"))])
}

pub fn replace(bytes: &[u8], old: &str, new: &str) -> Vec<u8> {
    assert_eq!(old.len(), new.len(), "a mark keeps its length");
    let mut bytes = bytes.to_vec();
    let mut found = false;
    let mut start = 0;
    while let Some(at) =
        bytes[start..].windows(old.len()).position(|window| window == old.as_bytes())
    {
        let at = start + at;
        bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
        start = at + old.len();
        found = true;
    }
    assert!(found, "no mark {old}");
    bytes
}

pub fn limits() -> Limits {
    Limits { exchanges: 16, begins: 4, ..Limits::default() }
}

pub fn runtime(limits: Limits) -> Arc<Runtime> {
    Runtime::new(Options { limits, cache: Some(cache()), wasi: true }).unwrap()
}

/// Compiled code is shared by all tests of a run and by the next.
fn cache() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.join("clasp-plugin-code")
}

/// The hostile guest, loaded under these limits.
pub fn plugin(limits: Limits) -> Plugin {
    runtime(limits).load(Path::new("hostile.wasm"), &hostile()).unwrap()
}

pub fn target(model: &str) -> Target {
    Target {
        base_url: "https://api.hostile.example".to_owned(),
        model: model.to_owned(),
        context_window: None,
        max_output_tokens: None,
        abilities: None,
        config: Json::from_checked("{}".into()),
        provider: String::new(),
    }
}

pub fn request() -> Request {
    Request::default()
}
