//! A map by name that many requests use at a time and that forgets what is idle.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

const SHARDS: usize = 16;

/// At least so many new names come between two searches for idle entries.
const FEW: usize = 64;

/// What may be forgotten.
pub(super) trait Idle {
    /// Forgetting it would change nothing.
    fn idle(&self, now: Instant) -> bool;
}

/// Values by name.
#[derive(Debug)]
pub(super) struct Shards<V> {
    shards: [Mutex<Shard<V>>; SHARDS],
    hasher: RandomState,
    /// Most entries of one shard.
    most: usize,
}

#[derive(Debug)]
struct Shard<V> {
    entries: HashMap<String, V>,
    /// New names until the idle entries are looked for: as many as there were entries, so that
    /// the search costs a name little, however many come.
    until_sweep: usize,
}

impl<V: Idle> Shards<V> {
    /// An empty map that keeps about `most` entries; a name beyond them is served and forgotten.
    pub(super) fn new(most: usize) -> Self {
        let shard = |_| Mutex::new(Shard { entries: HashMap::new(), until_sweep: FEW });
        let most = most.div_ceil(SHARDS);
        Self { shards: std::array::from_fn(shard), hasher: RandomState::new(), most }
    }

    /// Uses the entry of `name`, a new one if there is none.
    pub(super) fn with<R>(
        &self,
        name: &str,
        now: Instant,
        new: impl FnOnce() -> V,
        using: impl FnOnce(&mut V) -> R,
    ) -> R {
        let mut shard = self.shard(name);
        if let Some(entry) = shard.entries.get_mut(name) {
            return using(entry);
        }
        if shard.until_sweep == 0 {
            shard.entries.retain(|_, entry| !entry.idle(now));
            shard.until_sweep = FEW.max(shard.entries.len());
        }
        shard.until_sweep -= 1;
        let mut entry = new();
        let answer = using(&mut entry);
        if shard.entries.len() < self.most {
            shard.entries.insert(name.to_owned(), entry);
        }
        answer
    }

    /// Uses the entry of `name`, if there is one.
    pub(super) fn existing<R>(&self, name: &str, using: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.shard(name).entries.get_mut(name).map(using)
    }

    /// What `view` makes of every entry that is not idle, by name.
    pub(super) fn all<R>(&self, now: Instant, view: impl Fn(&V) -> R) -> Vec<(String, R)> {
        let mut all = Vec::new();
        for shard in &self.shards {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            let busy = shard.entries.iter().filter(|(_, entry)| !entry.idle(now));
            all.extend(busy.map(|(name, entry)| (name.clone(), view(entry))));
        }
        all.sort_by(|one, other| one.0.cmp(&other.0));
        all
    }

    /// Takes all entries out.
    pub(super) fn drain(&self) -> Vec<(String, V)> {
        self.each(|entries| entries.drain().collect())
    }

    /// Copies of all entries.
    pub(super) fn copies(&self) -> Vec<(String, V)>
    where
        V: Clone,
    {
        let copy = |(name, entry): (&String, &V)| (name.clone(), entry.clone());
        self.each(|entries| entries.iter().map(copy).collect())
    }

    fn each<R>(&self, take: impl Fn(&mut HashMap<String, V>) -> Vec<R>) -> Vec<R> {
        let one = |shard: &Mutex<Shard<V>>| {
            take(&mut shard.lock().unwrap_or_else(PoisonError::into_inner).entries)
        };
        self.shards.iter().flat_map(one).collect()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        let count = |shard: &Mutex<Shard<V>>| {
            shard.lock().unwrap_or_else(PoisonError::into_inner).entries.len()
        };
        self.shards.iter().map(count).sum()
    }

    fn shard(&self, name: &str) -> MutexGuard<'_, Shard<V>> {
        let hash = self.hasher.hash_one(name);
        let index = usize::try_from(hash % SHARDS as u64).unwrap_or_default();
        #[allow(clippy::indexing_slicing, reason = "the index is below the array's length")]
        let shard = &self.shards[index];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
