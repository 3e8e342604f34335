//! The keys of one provider: which one a request takes, and which ones rest.
//!
//! A key rests when the provider says so (429): then it is not used. Beside that, providers tell
//! in the headers of good answers what is left of a key's limits; a key with nothing left is
//! passed over while another one is free, before it earns a 429. That alone never makes a pool
//! refuse: vendors give the time at which a limit is *fully* replenished, and some of it is back
//! much sooner, so with one key, or with all keys in that state, the one that is back first is
//! used and the provider has the last word.
//!
//! A wrong key (401, 403) is out until the settings change, which makes a new pool. Only if every
//! key is out, one is tried once a minute: a vendor's slip does not last, and its answer tells the
//! client more than ours.

mod choose;
mod headers;
mod time;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use clasp_model::Header;

pub use self::headers::exhausted;

use self::choose::{smooth, sticky};
use super::{LONGEST_REST, later};

/// The first rest when the provider tells no time; each further one is twice as long.
const FIRST_REST: Duration = Duration::from_secs(1);

/// The longest rest when the provider tells no time.
const LONGEST_GUESS: Duration = Duration::from_secs(60);

/// How often a wrong key is tried when there are no others.
const TRY_WRONG: Duration = Duration::from_secs(60);

/// A provider's keys, by their place in the settings.
#[derive(Debug)]
pub struct Pool(Mutex<Vec<Key>>);

/// The key that a request takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picked {
    /// Its place in the settings.
    pub index: usize,
}

/// No key can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoKey {
    /// The first one is back then; none: there are no keys.
    pub until: Option<Instant>,
}

/// Whether a key can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It can.
    Free,
    /// The provider's headers say that nothing is left: others come first.
    Low {
        /// All is back then.
        until: Instant,
    },
    /// The provider refused it for a while.
    Resting {
        /// It is used again then.
        until: Instant,
    },
    /// It is wrong.
    Bad {
        /// What the provider said.
        why: String,
    },
}

/// A key for people to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyStatus {
    /// Its share of the requests.
    pub weight: u32,
    /// Whether it can be used.
    pub state: KeyState,
}

#[derive(Debug, Default)]
struct Key {
    weight: u32,
    /// For the smooth choice.
    credit: i64,
    resting: Option<Instant>,
    low: Option<Instant>,
    /// Rests in a row of which the provider told no time.
    guesses: u32,
    bad: Option<Bad>,
}

#[derive(Debug)]
struct Bad {
    why: String,
    again: Instant,
}

impl Pool {
    /// Keys by their weights. One with weight 0 is used when no other can be.
    pub fn new(weights: impl IntoIterator<Item = u32>) -> Self {
        let key = |weight| Key { weight, ..Key::default() };
        Self(Mutex::new(weights.into_iter().map(key).collect()))
    }

    /// The key for a request: in turn, as the weights say; with `prefer` (a hash, of a session for
    /// example) the same one as long as it can be used, for vendors cache prompts by key.
    ///
    /// # Errors
    /// No key can be used.
    pub fn pick(&self, now: Instant, prefer: Option<u64>) -> Result<Picked, NoKey> {
        let mut keys = self.keys();
        let free: Vec<usize> = indices(&keys, |key| key.usable(now) && key.low(now).is_none());
        let weighted: Vec<usize> = filtered(&keys, &free, |key| key.weight > 0);
        let among = if weighted.is_empty() { free } else { weighted };
        let chosen = match prefer {
            Some(hash) => sticky(&keys, &among, hash),
            None => smooth(&mut keys, &among),
        };
        let soonest = || {
            let low = indices(&keys, |key| key.usable(now));
            low.into_iter().min_by_key(|index| keys.get(*index).and_then(|key| key.low(now)))
        };
        if let Some(index) = chosen.or_else(soonest) {
            return Ok(Picked { index });
        }
        if let Some(index) = try_wrong(&mut keys, now) {
            return Ok(Picked { index });
        }
        Err(NoKey { until: first_back(&keys) })
    }

    /// Until when no key can be used, if none can; takes nothing. `Some(None)`: there are no keys.
    pub fn peek(&self, now: Instant) -> Option<Option<Instant>> {
        let keys = self.keys();
        let until = first_back(&keys).filter(|until| *until > now);
        let usable = keys.iter().any(|key| key.usable(now));
        (!usable && (keys.is_empty() || until.is_some())).then_some(until)
    }

    /// The provider refused the key for now (429, quota); `told` is the time that it gave. Without
    /// one the rest doubles from a second to a minute, until the key works again. Until when it
    /// rests.
    pub fn rest(&self, index: usize, told: Option<Duration>, now: Instant) -> Instant {
        let mut keys = self.keys();
        let Some(key) = keys.get_mut(index) else { return now };
        let wait = match told.filter(|told| !told.is_zero()) {
            Some(told) => told,
            // Requests that ran together are refused together: that is one refusal.
            None if key.resting.is_some_and(|until| until > now) => Duration::ZERO,
            None => {
                let doubled = 2_u32.saturating_pow(key.guesses);
                key.guesses = key.guesses.saturating_add(1);
                FIRST_REST.saturating_mul(doubled).min(LONGEST_GUESS)
            }
        };
        let until = later(now, wait).max(key.resting.unwrap_or(now));
        key.resting = Some(until);
        until
    }

    /// The provider says that the key is wrong (401, 403). True if that is news.
    pub fn bad(&self, index: usize, why: &str, now: Instant) -> bool {
        let mut keys = self.keys();
        let Some(key) = keys.get_mut(index) else { return false };
        let bad = Bad { why: why.to_owned(), again: later(now, TRY_WRONG) };
        key.bad.replace(bad).is_none()
    }

    /// A request with the key went well.
    pub fn good(&self, index: usize) {
        if let Some(key) = self.keys().get_mut(index) {
            key.guesses = 0;
            key.bad = None;
        }
    }

    /// Learns from an answer's headers (names in lower case; `wall` is the time of day) what is
    /// left of the key's limits. Until when others come first, if nothing is left.
    pub fn learn(
        &self,
        index: usize,
        headers: &[Header],
        wall: SystemTime,
        now: Instant,
    ) -> Option<Instant> {
        let left = exhausted(headers, wall)?;
        let mut keys = self.keys();
        let key = keys.get_mut(index)?;
        key.low = left.filter(|wait| !wait.is_zero()).map(|wait| later(now, wait));
        key.low
    }

    /// All keys, in the order of the settings.
    pub fn status(&self, now: Instant) -> Vec<KeyStatus> {
        let status = |key: &Key| KeyStatus { weight: key.weight, state: key.state(now) };
        self.keys().iter().map(status).collect()
    }

    fn keys(&self) -> MutexGuard<'_, Vec<Key>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn usable(&self, now: Instant) -> bool {
        self.bad.is_none() && self.resting.is_none_or(|until| until <= now)
    }

    fn low(&self, now: Instant) -> Option<Instant> {
        self.low.filter(|until| *until > now)
    }

    fn state(&self, now: Instant) -> KeyState {
        if let Some(bad) = &self.bad {
            return KeyState::Bad { why: bad.why.clone() };
        }
        match (self.resting.filter(|until| *until > now), self.low(now)) {
            (Some(until), _) => KeyState::Resting { until },
            (None, Some(until)) => KeyState::Low { until },
            (None, None) => KeyState::Free,
        }
    }
}

/// If all keys are wrong: the one whose turn it is to be tried.
fn try_wrong(keys: &mut [Key], now: Instant) -> Option<usize> {
    let bad = keys.iter_mut().map(|key| key.bad.as_mut()).collect::<Option<Vec<_>>>()?;
    let (index, bad) = bad.into_iter().enumerate().min_by_key(|(_, bad)| bad.again)?;
    if bad.again > now {
        return None;
    }
    bad.again = later(now, TRY_WRONG);
    Some(index)
}

/// When the first key is back: one that rests, or, if all are wrong, the one that is tried next.
fn first_back(keys: &[Key]) -> Option<Instant> {
    let resting = keys.iter().filter(|key| key.bad.is_none()).filter_map(|key| key.resting).min();
    resting.or_else(|| keys.iter().filter_map(|key| Some(key.bad.as_ref()?.again)).min())
}

fn indices(keys: &[Key], holds: impl Fn(&Key) -> bool) -> Vec<usize> {
    keys.iter().enumerate().filter(|(_, key)| holds(key)).map(|(index, _)| index).collect()
}

fn filtered(keys: &[Key], among: &[usize], holds: impl Fn(&Key) -> bool) -> Vec<usize> {
    let holds = |index: &usize| keys.get(*index).is_some_and(&holds);
    among.iter().copied().filter(holds).collect()
}
