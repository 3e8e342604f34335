//! The plugins that serve now; a swap is atomic, and running exchanges keep theirs.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::{LoadError, Plugin};

/// Plugins by id.
pub type Plugins = BTreeMap<String, Arc<Plugin>>;

/// Where a plugin came from. Of two with the same id, the one of the higher layer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// Embedded in the binary.
    Bundled,
    /// From the plugin directory.
    Directory,
    /// Named on the command line.
    File,
}

/// All that are loaded, in the order in which they come into question: the higher layer first,
/// within a layer the file that sorts first.
type Loaded = BTreeMap<(Reverse<Layer>, PathBuf), Arc<Plugin>>;

/// The plugins that serve now.
#[derive(Debug)]
pub struct Registry {
    serving: ArcSwap<Plugins>,
    loaded: Mutex<Loaded>,
    changes: watch::Sender<u64>,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            serving: ArcSwap::default(),
            loaded: Mutex::default(),
            changes: watch::Sender::new(0),
        }
    }
}

impl Registry {
    /// The plugin with this id. Whoever holds it may go on using it after a swap.
    pub fn get(&self, id: &str) -> Option<Arc<Plugin>> {
        self.serving.load().get(id).cloned()
    }

    /// All plugins, as they are now.
    pub fn snapshot(&self) -> Arc<Plugins> {
        self.serving.load_full()
    }

    /// Adds a plugin, in place of the one of the same layer and file.
    ///
    /// The result tells of a file that cannot serve because another one of the layer has its id.
    pub fn insert(&self, layer: Layer, plugin: Plugin) -> Option<LoadError> {
        let plugin = Arc::new(plugin);
        self.change(|loaded| {
            let key = (Reverse(layer), plugin.origin().to_owned());
            loaded.insert(key, Arc::clone(&plugin));
            duplicate(loaded, layer, &plugin)
        })
    }

    /// Removes the plugin of this layer and file; the next one with its id serves again.
    pub fn remove(&self, layer: Layer, origin: &Path) {
        self.change(|loaded| {
            loaded.remove(&(Reverse(layer), origin.to_owned()));
        });
    }

    /// Tells of changes; the value counts them.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Loaded) -> T) -> T {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let result = change(&mut loaded);
        follow(&mut loaded);
        let mut serving = Plugins::new();
        for plugin in loaded.values() {
            if let Entry::Vacant(entry) = serving.entry(plugin.manifest().id.clone()) {
                entry.insert(Arc::clone(plugin));
            }
        }
        // Under the lock, so that changes cannot overtake each other.
        self.serving.store(Arc::new(serving));
        self.changes.send_modify(|count| *count += 1);
        result
    }
}

/// Puts what profiles made on the version of the plugin they steer that serves now.
fn follow(loaded: &mut Loaded) {
    let steers = |plugin: &&Arc<Plugin>| plugin.manifest().id == Plugin::STEERED;
    let Some(steered) = loaded.values().find(steers).cloned() else { return };
    for plugin in loaded.values_mut().filter(|plugin| plugin.profile.is_some()) {
        if !Arc::ptr_eq(&plugin.contract, &steered.contract) {
            *plugin = Arc::new(plugin.on(&steered));
        }
    }
}

/// Of two in a layer with the id of `plugin`, the second.
fn duplicate(loaded: &Loaded, layer: Layer, plugin: &Plugin) -> Option<LoadError> {
    let id = &plugin.manifest().id;
    let mut same = loaded
        .iter()
        .filter(|((of, _), other)| of.0 == layer && other.manifest().id == *id)
        .map(|(_, other)| other.origin());
    let first = same.next()?;
    let second = same.next()?;
    let origin = if plugin.origin() == first { second } else { plugin.origin() };
    Some(LoadError::Duplicate { origin: origin.into(), id: id.clone(), other: first.into() })
}
