//! Requests that wait for their turn: bounded, and fair between client keys.
//!
//! Keys take turns; within a key, who came first goes first. Each entry carries what its waiter
//! is called with, such as the sender of a channel: an entry that is dropped uncalled (its time
//! is over, or it had to make way) drops it, and so tells the waiter.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Nobody else can wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

/// Who waits, each with a `W` to be called with.
#[derive(Debug)]
pub struct Queue<W> {
    size: AtomicUsize,
    state: Mutex<State<W>>,
}

/// A place in the queue, given up when dropped.
#[derive(Debug)]
#[must_use = "the place is given up when this is dropped"]
pub struct Ticket<W> {
    queue: Arc<Queue<W>>,
    key: String,
    number: u64,
}

#[derive(Debug)]
struct State<W> {
    /// By key; no list is empty.
    waiting: HashMap<String, VecDeque<Entry<W>>>,
    /// Whose turn it is, each key once.
    turns: VecDeque<String>,
    number: u64,
}

#[derive(Debug)]
struct Entry<W> {
    number: u64,
    /// It is worth a try from then on.
    due: Instant,
    deadline: Instant,
    call: W,
}

impl<W> Queue<W> {
    /// An empty queue for `size` requests.
    pub fn new(size: usize) -> Self {
        let state = State { waiting: HashMap::new(), turns: VecDeque::new(), number: 0 };
        Self { size: AtomicUsize::new(size), state: Mutex::new(state) }
    }

    /// Takes another size; who waits goes on waiting.
    pub fn resize(&self, size: usize) {
        self.size.store(size, Ordering::Relaxed);
    }

    /// Waits as a request of `key`, not to be called before `due`, until `deadline` at most.
    ///
    /// In a full queue the last request of the key with the most makes way, if that key has at
    /// least two more than this one: one key cannot keep the others out.
    ///
    /// # Errors
    /// The queue is full, or `deadline` is over.
    pub fn enter(
        self: &Arc<Self>,
        key: &str,
        due: Instant,
        deadline: Instant,
        now: Instant,
        call: W,
    ) -> Result<Ticket<W>, QueueFull> {
        let size = self.size.load(Ordering::Relaxed);
        let mut state = self.state();
        if deadline <= now || size == 0 {
            return Err(QueueFull);
        }
        // Entries are dropped after the lock: what they call may look at the queue.
        let mut gone = Vec::new();
        if state.len() >= size {
            gone = state.expire(now);
        }
        if state.len() >= size {
            gone.push(state.make_way(key).ok_or(QueueFull)?);
        }
        state.number += 1;
        let number = state.number;
        state.push(key, Entry { number, due, deadline, call });
        drop(state);
        drop(gone);
        Ok(Ticket { queue: self.clone(), key: key.to_owned(), number })
    }

    /// Takes out whose turn it is among those that are due. If its waiter is not there any more (its
    /// channel is closed), ask again.
    pub fn next(&self, now: Instant) -> Option<W> {
        let mut state = self.state();
        let gone = state.expire(now);
        let next = state.pop(now);
        drop(state);
        drop(gone);
        next.map(|entry| entry.call)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.state().len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many wait, by key.
    pub fn depths(&self) -> BTreeMap<String, usize> {
        let state = self.state();
        state.waiting.iter().map(|(key, entries)| (key.clone(), entries.len())).collect()
    }

    fn state(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W> State<W> {
    fn len(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }

    fn push(&mut self, key: &str, entry: Entry<W>) {
        if let Some(entries) = self.waiting.get_mut(key) {
            entries.push_back(entry);
        } else {
            self.waiting.insert(key.to_owned(), VecDeque::from([entry]));
            self.turns.push_back(key.to_owned());
        }
    }

    fn pop(&mut self, now: Instant) -> Option<Entry<W>> {
        let due = |entries: &VecDeque<Entry<W>>| entries.iter().position(|entry| entry.due <= now);
        let is_due = |key: &String| self.waiting.get(key).and_then(due).is_some();
        let turn = self.turns.iter().position(is_due)?;
        let key = self.turns.remove(turn)?;
        let entries = self.waiting.get_mut(&key)?;
        let entry = due(entries).and_then(|at| entries.remove(at));
        if entries.is_empty() {
            self.waiting.remove(&key);
        } else {
            self.turns.push_back(key);
        }
        entry
    }

    fn make_way(&mut self, key: &str) -> Option<Entry<W>> {
        let mine = self.waiting.get(key).map_or(0, VecDeque::len);
        let longest = self.waiting.values_mut().max_by_key(|entries| entries.len())?;
        // It keeps at least one, so no list becomes empty.
        if longest.len() >= mine + 2 { longest.pop_back() } else { None }
    }

    fn expire(&mut self, now: Instant) -> Vec<Entry<W>> {
        let mut gone = Vec::new();
        for entries in self.waiting.values_mut() {
            let (over, left) = entries.drain(..).partition(|entry| entry.deadline <= now);
            *entries = left;
            gone.extend::<VecDeque<_>>(over);
        }
        self.tidy();
        gone
    }

    fn remove(&mut self, key: &str, number: u64) -> Option<Entry<W>> {
        let entries = self.waiting.get_mut(key)?;
        let index = entries.iter().position(|entry| entry.number == number)?;
        let entry = entries.remove(index);
        self.tidy();
        entry
    }

    fn tidy(&mut self) {
        self.waiting.retain(|_, entries| !entries.is_empty());
        self.turns.retain(|key| self.waiting.contains_key(key));
    }
}

impl<W> Drop for Ticket<W> {
    fn drop(&mut self) {
        let gone = self.queue.state().remove(&self.key, self.number);
        drop(gone);
    }
}
