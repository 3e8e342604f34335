//! How many requests of one name run at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A place, given back when dropped.
#[derive(Debug)]
#[must_use = "the place is given back when this is dropped"]
pub struct Place {
    places: Places,
    name: String,
}

/// Requests that run, by name; a name without any has no entry.
#[derive(Clone, Debug, Default)]
pub(super) struct Places(Arc<Mutex<HashMap<String, u32>>>);

impl Places {
    pub(super) fn enter(&self, name: &str, most: u32) -> Result<Place, Full> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = running.get(name).copied().unwrap_or_default();
        if count >= most {
            return Err(Full);
        }
        running.insert(name.to_owned(), count + 1);
        drop(running);
        Ok(Place { places: self.clone(), name: name.to_owned() })
    }

    pub(super) fn running(&self, name: &str) -> u32 {
        let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(name).copied().unwrap_or_default()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut running = self.places.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(&self.name) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                running.remove(&self.name);
            }
        }
    }
}
