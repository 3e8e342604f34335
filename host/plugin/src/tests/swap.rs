//! The registry: which of several files serves, and what a swap does to running exchanges.

use std::path::Path;

use clasp_model::{Event, Frame};

use super::guests::{limits, marked, runtime, target, version};
use crate::{Layer, LoadError, Registry};

fn frame() -> Vec<Frame> {
    vec![Frame { name: None, data: "x".to_owned() }]
}

fn text(events: &[Event]) -> &str {
    match events {
        [Event::Text(text)] => text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn f03_running_exchanges_finish_on_their_version() {
    let runtime = runtime(limits());
    let registry = Registry::default();
    let path = Path::new("a.wasm");
    let mut open = Vec::new();
    for round in 0..8 {
        let version = format!("0.0.{round}");
        registry.insert(Layer::Directory, runtime.load(path, &self::version(&version)).unwrap());
        let plugin = registry.get("hostile-1").unwrap();
        open.push((version, plugin.exchange(&target(""), b"s").await.unwrap()));
    }
    registry.remove(Layer::Directory, path);
    assert!(registry.get("hostile-1").is_none());
    for (version, mut exchange) in open {
        let events = exchange.feed(frame()).await.unwrap();
        assert_eq!(text(&events), format!("{version} s 1 x"));
        assert_eq!(text(&exchange.end().await.unwrap()), format!("{version} end"));
    }
}

#[test]
fn the_higher_layer_serves_and_gives_way_again() {
    let runtime = runtime(limits());
    let registry = Registry::default();
    let mut changes = registry.changes();
    let load =
        |path: &str, version: &str| runtime.load(Path::new(path), &self::version(version)).unwrap();
    let serves = || registry.get("hostile-1").map(|plugin| plugin.manifest().version.clone());
    assert!(registry.insert(Layer::Directory, load("dir.wasm", "0.0.2")).is_none());
    assert!(registry.insert(Layer::File, load("file.wasm", "0.0.3")).is_none());
    assert!(registry.insert(Layer::Bundled, load("bundled", "0.0.1")).is_none());
    assert_eq!(serves().as_deref(), Some("0.0.3"));
    registry.remove(Layer::File, Path::new("file.wasm"));
    assert_eq!(serves().as_deref(), Some("0.0.2"));
    registry.remove(Layer::Directory, Path::new("dir.wasm"));
    assert_eq!(serves().as_deref(), Some("0.0.1"));
    assert!(changes.has_changed().unwrap());
    assert_eq!(*changes.borrow_and_update(), 5);
}

#[test]
fn of_two_files_with_one_id_the_first_by_name_serves() {
    let runtime = runtime(limits());
    let registry = Registry::default();
    let load =
        |path: &str, version: &str| runtime.load(Path::new(path), &self::version(version)).unwrap();
    assert!(registry.insert(Layer::Directory, load("b.wasm", "0.0.2")).is_none());
    let error = registry.insert(Layer::Directory, load("a.wasm", "0.0.1")).unwrap();
    let LoadError::Duplicate { origin, id, other } = &error else { panic!("{error}") };
    assert_eq!(
        (origin.to_str(), &**id, other.to_str()),
        (Some("b.wasm"), "hostile-1", Some("a.wasm"))
    );
    assert_eq!(registry.get("hostile-1").unwrap().manifest().version, "0.0.1");
    registry.remove(Layer::Directory, Path::new("a.wasm"));
    assert_eq!(registry.get("hostile-1").unwrap().manifest().version, "0.0.2");
}

#[test]
fn a_file_may_change_its_id() {
    let runtime = runtime(limits());
    let registry = Registry::default();
    let path = Path::new("a.wasm");
    registry.insert(Layer::File, runtime.load(path, &version("0.0.1")).unwrap());
    let renamed = marked(&[("id=hostile-1", "id=hostile-2")]);
    registry.insert(Layer::File, runtime.load(path, &renamed).unwrap());
    let ids: Vec<String> = registry.snapshot().keys().cloned().collect();
    assert_eq!(ids, ["hostile-2"]);
}
