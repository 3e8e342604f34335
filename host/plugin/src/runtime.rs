//! What all plugins share: the engine, the compiled-code cache, what may be imported.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use wasmtime::component::{Component, Linker};

use crate::cache::Cache;
use crate::engine::Engine;
use crate::sandbox::Guest;
use crate::{Limits, LoadError, Plugin, load, v0_1, wasi};

/// How plugins are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What a plugin may use.
    pub limits: Limits,
    /// Where compiled code is kept between starts; none: it is compiled at every load.
    pub cache: Option<PathBuf>,
    /// Whether components that import WASI may be loaded; they get an inert one.
    pub wasi: bool,
}

/// What all plugins share.
pub struct Runtime {
    engine: Arc<Engine>,
    options: Options,
    cache: Option<Cache>,
    plain: Linker<Guest>,
    /// Made when the first component asks for it.
    wasi: OnceLock<Linker<Guest>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { limits: Limits::default(), cache: None, wasi: true }
    }
}

impl Runtime {
    /// Starts the engine and opens the cache. A cache that cannot be used is done without, with a
    /// warning in the log.
    ///
    /// # Errors
    /// [`LoadError::Engine`] when this machine cannot run plugins at all.
    pub fn new(options: Options) -> Result<Arc<Self>, LoadError> {
        let failed = |error: wasmtime::Error| LoadError::Engine { reason: format!("{error:#}") };
        let engine = Arc::new(Engine::new(Arc::new(options.limits.clone())).map_err(failed)?);
        let cache = options.cache.as_deref().and_then(|path| Cache::open(path, &engine));
        let mut plain = Linker::new(engine.wasm());
        v0_1::link(&mut plain).map_err(failed)?;
        Ok(Arc::new(Self { engine, options, cache, plain, wasi: OnceLock::new() }))
    }

    /// Compiles a component (or takes its code from the cache), checks it, and asks it what it is.
    /// Blocks for as long as compiling takes: tenths of a second, some seconds for a component of
    /// many megabytes.
    ///
    /// # Errors
    /// Why it cannot be a plugin. `origin` is named in it and need not be a file.
    pub fn load(&self, origin: &Path, bytes: &[u8]) -> Result<Plugin, LoadError> {
        load::load(self, origin, bytes)
    }

    /// Reads a file and loads it: a component, or a profile for `steered`. Blocks.
    ///
    /// # Errors
    /// As [`Self::load`], or that the file cannot be read.
    pub fn load_file(&self, path: &Path, steered: Option<&Plugin>) -> Result<Plugin, LoadError> {
        let failed = |error| LoadError::Read { origin: path.into(), error };
        let metadata = std::fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(std::io::ErrorKind::IsADirectory.into()));
        }
        let limit = self.options.limits.file_bytes;
        let bytes = metadata.len();
        if bytes > limit {
            return Err(LoadError::TooLarge { origin: path.into(), bytes, limit });
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        if !Plugin::is_profile(path) {
            return self.load(path, &bytes);
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        match steered {
            Some(steered) => steered.with_profile(path, &name, &bytes),
            None => Err(LoadError::Profile {
                origin: path.into(),
                reason: format!("it steers the plugin {}, which is not loaded", Plugin::STEERED),
            }),
        }
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    /// Machine code for a component, by the cache if there is one.
    pub(crate) fn compile(&self, digest: &[u8; 32], bytes: &[u8]) -> wasmtime::Result<Component> {
        match &self.cache {
            Some(cache) => cache.component(&self.engine, digest, bytes),
            None => Component::from_binary(self.engine.wasm(), bytes),
        }
    }

    /// What a component may import.
    pub(crate) fn linker(&self, with_wasi: bool) -> wasmtime::Result<&Linker<Guest>> {
        if !with_wasi {
            return Ok(&self.plain);
        }
        if let Some(linker) = self.wasi.get() {
            return Ok(linker);
        }
        let mut linker = self.plain.clone();
        wasi::link(&mut linker)?;
        Ok(self.wasi.get_or_init(|| linker))
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Runtime").field("options", &self.options).finish_non_exhaustive()
    }
}
