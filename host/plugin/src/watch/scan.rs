//! What plugin files there are, and which of them are not as they were.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::{Broken, Sources};
use crate::load::hex;
use crate::{Layer, LoadError, Plugin, Runtime};

/// What is known of the files.
pub(super) struct Scan {
    sources: Sources,
    files: HashMap<(Layer, PathBuf), Known>,
}

/// A difference between the disk and what is known.
pub(super) enum Change {
    Loaded(Layer, Box<Plugin>),
    Removed(Layer, PathBuf),
    Failed(LoadError),
}

/// One file.
#[derive(Default)]
struct Known {
    /// As of the last look; none: it was not there.
    stamp: Option<Stamp>,
    /// Of the version that was loaded.
    digest: Option<String>,
    /// Why the present version is not loaded.
    error: Option<String>,
    /// It could not be loaded, but may just be in the middle of being written.
    unsettled: bool,
}

/// Tells versions of a file apart without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    /// Inode and time of its change, where there are such.
    node: (u64, i64, i64),
}

impl Scan {
    pub(super) fn new(sources: Sources) -> Self {
        // Events come with the paths that are watched, so these must not depend on how a path is
        // written.
        let absolute = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
        let sources = Sources {
            directory: sources.directory.map(absolute),
            files: sources.files.into_iter().map(absolute).collect(),
            watch: sources.watch,
        };
        Self { sources, files: HashMap::new() }
    }

    /// The files and directories whose changes matter.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let links = self.sources.files.iter().filter_map(|path| fs::canonicalize(path).ok());
        let directory = self.sources.directory.as_ref();
        let real = directory.and_then(|path| fs::canonicalize(path).ok());
        let files = self.sources.files.iter();
        directory.into_iter().chain(files).cloned().chain(links).chain(real).collect()
    }

    /// The directories to watch, each with its inode: where the files are, and one above, so that
    /// a directory that is replaced is noticed; of what is missing, the nearest that is there.
    pub(super) fn directories(&self) -> BTreeMap<PathBuf, u64> {
        let mut directories = BTreeMap::new();
        let mut add = |path: &Path| {
            let there = path.ancestors().filter_map(|path| {
                let metadata = fs::metadata(path).ok()?;
                metadata.is_dir().then(|| (path, node(&metadata).0))
            });
            let missing = fs::metadata(path).is_err();
            for (path, inode) in there.take(if missing { 1 } else { 2 }) {
                directories.insert(path.to_owned(), inode);
            }
        };
        self.sources.directory.iter().for_each(|directory| add(directory));
        for file in &self.sources.files {
            file.parent().into_iter().for_each(&mut add);
            // A link's target may change as well.
            if let Ok(target) = fs::canonicalize(file)
                && target != *file
            {
                target.parent().into_iter().for_each(&mut add);
            }
        }
        directories
    }

    /// The files that cannot be loaded now.
    pub(super) fn broken(&self) -> Broken {
        self.files
            .iter()
            .filter_map(|((_, path), known)| Some((path.clone(), known.error.clone()?)))
            .collect()
    }

    /// Whether a file failed that may just be in the middle of being written.
    pub(super) fn unsettled(&self) -> bool {
        self.files.values().any(|known| known.unsettled)
    }

    /// Looks at all files and loads those that changed, several at a time.
    /// `steered` is the plugin that profiles steer.
    pub(super) async fn changes(
        &mut self,
        runtime: &Arc<Runtime>,
        steered: Option<&Arc<Plugin>>,
        first: bool,
    ) -> Vec<Change> {
        let sources = self.sources.clone();
        let look = tokio::task::spawn_blocking(move || look(&sources));
        let Ok((there, missing)) = look.await else { return Vec::new() };
        // At the first look a missing file named by the operator is an error; later it is not: it
        // was there, or that was said.
        let mut changes = if first { missing } else { Vec::new() };

        let gone: Vec<_> = self
            .files
            .iter()
            .filter(|(file, known)| known.stamp.is_some() && !there.contains_key(file))
            .map(|(file, _)| file.clone())
            .collect();
        for (layer, path) in gone {
            let known = self.files.remove(&(layer, path.clone()));
            if known.is_some_and(|known| known.digest.is_some()) {
                changes.push(Change::Removed(layer, path));
            }
        }

        let mut loads = Vec::new();
        for (file, stamp) in there {
            let known = self.files.entry(file.clone()).or_default();
            let retry = std::mem::take(&mut known.unsettled);
            if known.stamp == Some(stamp) && !retry {
                continue;
            }
            known.stamp = Some(stamp);
            let (runtime, digest) = (Arc::clone(runtime), known.digest.clone());
            let (path, steered) = (file.1.clone(), steered.cloned());
            let load = tokio::task::spawn_blocking(move || {
                load(&runtime, steered.as_deref(), &path, digest.as_deref())
            });
            loads.push((file, retry || first, load));
        }
        for (file, settled, load) in loads {
            let Some(known) = self.files.get_mut(&file) else { continue };
            let Ok(result) = load.await else { continue };
            match result {
                Ok(plugin) => {
                    known.error = None;
                    if let Some(plugin) = plugin {
                        known.digest = Some(plugin.digest().to_owned());
                        changes.push(Change::Loaded(file.0, Box::new(plugin)));
                    }
                }
                Err(error) => {
                    known.unsettled = !settled;
                    if settled {
                        known.error = Some(error.to_string());
                        changes.push(Change::Failed(error));
                    }
                }
            }
        }
        changes
    }
}

/// The plugin, unless it is the one that was loaded before.
fn load(
    runtime: &Runtime,
    steered: Option<&Plugin>,
    path: &Path,
    loaded: Option<&str>,
) -> Result<Option<Plugin>, LoadError> {
    let limit = runtime.engine().limits().file_bytes;
    if let Some(loaded) = loaded
        && fs::metadata(path).is_ok_and(|metadata| metadata.len() <= limit)
        && fs::read(path).is_ok_and(|bytes| hex(&Sha256::digest(bytes)) == loaded)
    {
        return Ok(None);
    }
    runtime.load_file(path, steered).map(Some)
}

/// All plugin files that are there, and the errors of those that should be.
fn look(sources: &Sources) -> (BTreeMap<(Layer, PathBuf), Stamp>, Vec<Change>) {
    let mut there = BTreeMap::new();
    let mut failed = Vec::new();
    for path in &sources.files {
        match fs::metadata(path) {
            Ok(metadata) => {
                there.insert((Layer::File, path.clone()), Stamp::of(&metadata));
            }
            Err(error) => {
                failed.push(Change::Failed(LoadError::Read { origin: path.clone(), error }));
            }
        }
    }
    let entries = sources.directory.iter().filter_map(|directory| fs::read_dir(directory).ok());
    for entry in entries.flatten().flatten() {
        let path = entry.path();
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let wasm = path.extension().is_some_and(|extension| extension == "wasm");
        let plugin = wasm || Plugin::is_profile(&path);
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file);
        if let Some(metadata) = metadata.filter(|_| plugin && !hidden) {
            there.insert((Layer::Directory, path), Stamp::of(&metadata));
        }
    }
    (there, failed)
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self { bytes: metadata.len(), modified: metadata.modified().ok(), node: node(metadata) }
    }
}

#[cfg(unix)]
fn node(metadata: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn node(_metadata: &fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}
