//! Spreads requests over several connection pools.
//!
//! All HTTP/2 requests of a pool to one host share one connection, and servers allow about a
//! hundred streams on it; a stream lasts minutes here, so those beyond would wait that long.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Number of pools.
pub(crate) const LANES: usize = 8;

/// A pool takes this many requests to one host before the next pool is used.
const PER_LANE: u32 = 64;

/// How many requests each pool has open, by host and port.
#[derive(Clone, Default)]
pub(crate) struct Lanes(Arc<Mutex<HashMap<String, [u32; LANES]>>>);

/// A place in a pool, given back when dropped.
pub(crate) struct Place {
    lanes: Lanes,
    authority: String,
    index: usize,
}

impl Lanes {
    /// Takes a place: in the first pool that has room, else in the emptiest.
    pub(crate) fn take(&self, authority: &str) -> Place {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = match open.get_mut(authority) {
            Some(counts) => counts,
            None => open.entry(authority.to_owned()).or_default(),
        };
        let room = counts.iter().position(|count| *count < PER_LANE);
        let emptiest = || counts.iter().enumerate().min_by_key(|(_, count)| **count);
        let index = room.or_else(|| emptiest().map(|(index, _)| index)).unwrap_or_default();
        if let Some(count) = counts.get_mut(index) {
            *count += 1;
        }
        drop(open);
        Place { lanes: self.clone(), authority: authority.to_owned(), index }
    }
}

impl Place {
    /// Which pool.
    pub(crate) fn index(&self) -> usize {
        self.index
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.lanes.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(counts) = open.get_mut(&self.authority) else { return };
        if let Some(count) = counts.get_mut(self.index) {
            *count = count.saturating_sub(1);
        }
        if counts.iter().all(|count| *count == 0) {
            open.remove(&self.authority);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_one_lane_after_the_other_and_frees_places() {
        let lanes = Lanes::default();
        let mut places: Vec<Place> = (0..64).map(|_| lanes.take("a:443")).collect();
        assert!(places.iter().all(|place| place.index() == 0));
        assert_eq!(lanes.take("b:443").index(), 0, "another host has places of its own");
        let next = lanes.take("a:443");
        assert_eq!(next.index(), 1);
        places.pop();
        assert_eq!(lanes.take("a:443").index(), 0);
        drop((places, next));
        assert!(lanes.0.lock().is_ok_and(|open| open.is_empty()), "nothing is left behind");
    }

    #[test]
    fn beyond_all_lanes_the_emptiest_is_taken() {
        let lanes = Lanes::default();
        let mut places: Vec<Place> =
            (0..LANES as u32 * PER_LANE).map(|_| lanes.take("a")).collect();
        places.remove(3 * PER_LANE as usize);
        places.push(lanes.take("a"));
        places.swap_remove(5 * PER_LANE as usize);
        places.push(lanes.take("a"));
        let counts = lanes.0.lock().map(|open| open.get("a").copied());
        assert_eq!(counts.ok().flatten(), Some([PER_LANE; LANES]));
        assert_eq!(lanes.take("a").index(), 0);
    }
}
