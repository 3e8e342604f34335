//! Compiled code on disk, so that a start does not compile.
//!
//! Machine code is run as it is, so it is taken only from a directory that nobody else can write
//! to, and only when it still has the digest in its name. Whatever goes wrong with the cache costs
//! time, never a plugin.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use wasmtime::component::Component;

use crate::engine::Engine;
use crate::load::hex;

const EXTENSION: &str = "cwasm";
const MAX_FILES: usize = 64;
const MAX_BYTES: u64 = 1 << 30;
/// Age of a temporary file that no process can still be writing.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A directory of compiled components.
///
/// A file's name is the component's SHA-256, a hash of the engine's version and settings, and the
/// first half of the file's own SHA-256, in hexadecimal.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    engine: u64,
    written: AtomicU64,
}

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Cache {
    /// Opens the directory and makes it if it is missing; none (and a warning) if it cannot be
    /// used safely.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> Option<Self> {
        if let Err(error) = prepare(directory) {
            tracing::warn!(
                directory = %directory.display(), %error,
                "no cache for compiled plugins: every start compiles them"
            );
            return None;
        }
        let mut hasher = DefaultHasher::new();
        engine.wasm().precompile_compatibility_hash().hash(&mut hasher);
        let engine = hasher.finish();
        Some(Self { directory: directory.into(), engine, written: AtomicU64::new(0) })
    }

    /// A component's code: from its file, else compiled and stored.
    pub(crate) fn component(
        &self,
        engine: &Engine,
        digest: &[u8; 32],
        bytes: &[u8],
    ) -> wasmtime::Result<Component> {
        let prefix = format!("{}-{:016x}-", hex(digest), self.engine);
        if let Some(component) = self.find(engine, &prefix) {
            return Ok(component);
        }
        let code = engine.wasm().precompile_component(bytes)?;
        match self.store(&prefix, &code) {
            Ok(path) => {
                if let Some(component) = open(engine, &path) {
                    return Ok(component);
                }
            }
            Err(error) => tracing::warn!(
                directory = %self.directory.display(), %error,
                "compiled plugin code cannot be stored"
            ),
        }
        #[expect(unsafe_code, reason = "the code was compiled by this engine a moment ago")]
        // SAFETY: as above.
        unsafe {
            Component::deserialize(engine.wasm(), &code)
        }
    }

    fn find(&self, engine: &Engine, prefix: &str) -> Option<Component> {
        let entries = fs::read_dir(&self.directory).ok()?;
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(rest) = name.to_str().and_then(|name| name.strip_prefix(prefix)) else {
                continue;
            };
            let path = entry.path();
            if verify(&path, rest.trim_end_matches(".cwasm"))
                && let Some(component) = open(engine, &path)
            {
                // Its age is that of its last use.
                _ = File::options()
                    .append(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(SystemTime::now()));
                return Some(component);
            }
            tracing::warn!(file = %path.display(), "damaged cache file; compiling again");
            _ = fs::remove_file(&path);
        }
        None
    }

    /// Writes under another name first, so that no reader ever sees half a file.
    fn store(&self, prefix: &str, code: &[u8]) -> io::Result<PathBuf> {
        let name = format!("{prefix}{}.{EXTENSION}", code_digest(&Sha256::digest(code)));
        let path = self.directory.join(name);
        let count = self.written.fetch_add(1, Ordering::Relaxed);
        let temporary = self.directory.join(format!("{}-{count}.tmp", std::process::id()));
        let written = create(&temporary)
            .and_then(|mut file| file.write_all(code))
            .and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            _ = fs::remove_file(&temporary);
            return Err(error);
        }
        self.evict(&path);
        Ok(path)
    }

    /// Removes what was used longest ago while there is too much, but never `kept`.
    fn evict(&self, kept: &Path) {
        let Ok(directory) = fs::read_dir(&self.directory) else { return };
        let mut entries = Vec::new();
        for entry in directory.flatten() {
            let path = entry.path();
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            match path.extension().and_then(|extension| extension.to_str()) {
                Some(EXTENSION) => entries.push(Entry { path, bytes: metadata.len(), used }),
                Some("tmp") if used.elapsed().is_ok_and(|age| age > ABANDONED) => {
                    _ = fs::remove_file(&path);
                }
                Some(_) | None => {}
            }
        }
        entries.sort_by_key(|entry| entry.used);
        let mut count = entries.len();
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        for entry in entries {
            if count <= MAX_FILES && bytes <= MAX_BYTES {
                return;
            }
            if entry.path != kept && fs::remove_file(&entry.path).is_ok() {
                count -= 1;
                bytes = bytes.saturating_sub(entry.bytes);
            }
        }
    }
}

/// Makes the directory and sees to it that nobody else can write to it.
#[cfg(unix)]
fn prepare(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() {
        return Err(io::Error::other("it is not a directory (or a link to one)"));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other("it belongs to another user"));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn prepare(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    File::options().write(true).create_new(true).open(path)
}

/// Whether a file has this digest. It is read piece by piece: the code is mapped later, and only
/// as far as it is used.
fn verify(path: &Path, digest: &str) -> bool {
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = file.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(code_digest(&hasher.finalize()));
            };
            hasher.update(bytes);
        }
    };
    read().is_ok_and(|found| found == digest)
}

/// The first half of a SHA-256, in hexadecimal: file names have limits.
fn code_digest(digest: &[u8]) -> String {
    hex(digest.split_at(digest.len() / 2).0)
}

fn open(engine: &Engine, path: &Path) -> Option<Component> {
    #[expect(unsafe_code, reason = "the file is ours: owner-only directory, digest verified")]
    // SAFETY: wasmtime wrote this file; nobody else can have changed it, and the engine checks
    // that its own version and settings are those it was compiled with.
    let component = unsafe { Component::deserialize_file(engine.wasm(), path) };
    component.inspect_err(|error| tracing::debug!(%error, "compiled code not taken")).ok()
}

#[cfg(test)]
mod tests;
