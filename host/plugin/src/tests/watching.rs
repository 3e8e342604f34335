//! Files that come, change, break and go while exchanges run.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use clasp_model::{Event, Frame};

use super::guests::{limits, runtime, target, version};
use crate::{LoadError, Registry, Sources, Watch};

/// A registry kept in step with some files.
struct Watched {
    registry: Arc<Registry>,
    watch: Watch,
    errors: Vec<LoadError>,
}

impl Watched {
    async fn start(directory: Option<&Path>, files: &[&Path]) -> Self {
        let registry = Arc::new(Registry::default());
        let sources = Sources {
            directory: directory.map(Path::to_owned),
            files: files.iter().map(|path| path.to_path_buf()).collect(),
            ..Sources::default()
        };
        let (watch, errors) = Watch::start(runtime(limits()), Arc::clone(&registry), sources).await;
        Self { registry, watch, errors }
    }

    fn version(&self) -> Option<String> {
        self.registry.get("hostile-1").map(|plugin| plugin.manifest().version.clone())
    }

    /// Waits for this version to serve.
    async fn serves(&self, version: Option<&str>) {
        let mut changes = self.registry.changes();
        while self.version().as_deref() != version {
            changes.changed().await.unwrap();
        }
    }
}

#[tokio::test]
async fn f03_files_in_the_directory_come_change_and_go() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("a/plugins");
    let watched = Watched::start(Some(&directory), &[]).await;
    assert!(watched.errors.is_empty(), "{:?}", watched.errors);
    // The directory is made later.
    fs::create_dir_all(&directory).unwrap();
    let file = directory.join("x.wasm");
    fs::write(&file, version("0.0.1")).unwrap();
    watched.serves(Some("0.0.1")).await;

    let plugin = watched.registry.get("hostile-1").unwrap();
    let mut running = plugin.exchange(&target(""), b"").await.unwrap();
    drop(plugin);
    fs::write(&file, version("0.0.2")).unwrap();
    watched.serves(Some("0.0.2")).await;
    // As editors and installers do.
    fs::write(directory.join("x.tmp"), version("0.0.3")).unwrap();
    fs::rename(directory.join("x.tmp"), &file).unwrap();
    watched.serves(Some("0.0.3")).await;
    let events = running.feed(vec![Frame { name: None, data: String::new() }]).await.unwrap();
    assert!(matches!(&events[..], [Event::Text(text)] if text.starts_with("0.0.1")), "{events:?}");

    fs::remove_file(&file).unwrap();
    watched.serves(None).await;
    fs::remove_dir_all(&directory).unwrap();
    fs::create_dir(&directory).unwrap();
    fs::write(&file, version("0.0.4")).unwrap();
    watched.serves(Some("0.0.4")).await;
}

#[tokio::test]
async fn f03_a_broken_file_leaves_the_old_one_serving() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("x.wasm");
    fs::write(&file, version("0.0.1")).unwrap();
    let watched = Watched::start(Some(root.path()), &[]).await;
    assert_eq!(watched.version().as_deref(), Some("0.0.1"));

    let mut broken = watched.watch.broken();
    let half = version("0.0.2").len() / 2;
    fs::write(&file, &version("0.0.2")[..half]).unwrap();
    broken.changed().await.unwrap();
    assert!(broken.borrow_and_update()[&file].contains("not a valid WebAssembly component"));
    assert_eq!(watched.version().as_deref(), Some("0.0.1"));

    fs::write(&file, version("0.0.2")).unwrap();
    watched.serves(Some("0.0.2")).await;
    broken.wait_for(|broken| broken.is_empty()).await.unwrap();
}

#[tokio::test]
async fn a_named_file_wins_and_is_watched() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("plugins");
    fs::create_dir(&directory).unwrap();
    fs::write(directory.join("x.wasm"), version("0.0.1")).unwrap();
    let named = root.path().join("named.wasm");
    let watched = Watched::start(Some(&directory), &[&named]).await;
    let [error @ LoadError::Read { .. }] = &watched.errors[..] else {
        panic!("{:?}", watched.errors)
    };
    assert_eq!(error.origin(), Some(&*named));
    assert_eq!(watched.version().as_deref(), Some("0.0.1"));
    fs::write(&named, version("0.0.2")).unwrap();
    watched.serves(Some("0.0.2")).await;
    // What is shadowed may change without being seen.
    fs::write(directory.join("x.wasm"), version("0.0.3")).unwrap();
    fs::remove_file(&named).unwrap();
    watched.serves(Some("0.0.3")).await;
}

#[tokio::test]
async fn a_file_that_is_only_touched_is_not_loaded_again() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("x.wasm");
    fs::write(&file, version("0.0.1")).unwrap();
    let watched = Watched::start(Some(root.path()), &[]).await;
    let changes = watched.registry.changes();
    let before = *changes.borrow();
    fs::write(&file, version("0.0.1")).unwrap();
    // Hidden files and others are left alone.
    fs::write(root.path().join(".y.wasm"), "x").unwrap();
    fs::write(root.path().join("y.txt"), "x").unwrap();
    let other = root.path().join("y.wasm");
    fs::write(&other, "x").unwrap();
    let mut broken = watched.watch.broken();
    broken.wait_for(|broken| broken.contains_key(&other)).await.unwrap();
    assert_eq!(broken.borrow().len(), 1);
    assert_eq!(*changes.borrow(), before);
}

#[tokio::test]
async fn links_are_followed() {
    let root = tempfile::tempdir().unwrap();
    let (real, links) = (root.path().join("real"), root.path().join("links"));
    fs::create_dir(&real).unwrap();
    fs::create_dir(&links).unwrap();
    fs::write(real.join("x.wasm"), version("0.0.1")).unwrap();
    let link = links.join("link.wasm");
    std::os::unix::fs::symlink(real.join("x.wasm"), &link).unwrap();
    let watched = Watched::start(None, &[&link]).await;
    assert_eq!(watched.version().as_deref(), Some("0.0.1"));
    fs::write(real.join("x.wasm"), version("0.0.2")).unwrap();
    watched.serves(Some("0.0.2")).await;
}
