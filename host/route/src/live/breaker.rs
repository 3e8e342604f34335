//! Circuit breakers, one per target: a target that fails is left alone for a while.
//!
//! A circuit is closed (requests go through), open (none do), or half-open: one probe at a time
//! finds out whether the target is back. What counts is said by [`Outcome::of`].

mod circuit;

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use clasp_model::policy::Breaker;
use clasp_model::{Failure, FailureKind, Source};

pub use self::circuit::{CircuitState, CircuitStatus};

use self::circuit::{Circuit, Entry, Judged};
use super::shards::Shards;

/// Targets that are kept in mind; the models of an open provider are named by clients.
const MOST: usize = 16_384;

/// While a probe runs, others are told to come back after this time.
const PROBING: Duration = Duration::from_secs(1);

/// How a request to a target ended, for its breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The target answered to the end.
    Good,
    /// The target failed, be it in the middle of a stream.
    Failed,
    /// It says nothing of the target.
    Neither,
}

/// Whether a request may go to a target.
#[derive(Debug)]
pub enum Admission {
    /// It may.
    Closed(Permit),
    /// It may, and it decides whether others may.
    Probe(Permit),
    /// It may not.
    Open {
        /// Ask again then.
        until: Instant,
    },
}

/// The breakers of all targets.
#[derive(Debug)]
pub struct Breakers {
    settings: RwLock<Breaker>,
    circuits: Shards<Circuit>,
}

/// A running request. Dropped without an outcome, as when the client leaves, it says nothing of
/// the target, and a probe makes way for another.
#[derive(Debug)]
#[must_use = "a permit without an outcome says nothing"]
pub struct Permit {
    breakers: Arc<Breakers>,
    target: String,
    entry: Option<Entry>,
}

impl Breakers {
    /// Closed circuits for all targets.
    pub fn new(settings: Breaker) -> Self {
        Self { settings: RwLock::new(settings), circuits: Shards::new(MOST) }
    }

    /// Takes other settings; what was learned stays.
    pub fn configure(&self, settings: Breaker) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }

    /// Asks to send a request to `target` (`provider/model`).
    pub fn admit(self: &Arc<Self>, target: &str, now: Instant) -> Admission {
        let permit = |entry| Permit { breakers: self.clone(), target: target.to_owned(), entry };
        if !self.settings().enabled {
            return Admission::Closed(permit(None));
        }
        let entered = self.circuits.existing(target, |circuit| circuit.enter(now));
        match entered.unwrap_or(Ok(Entry::default())) {
            Ok(entry) if entry.probe => Admission::Probe(permit(Some(entry))),
            Ok(entry) => Admission::Closed(permit(Some(entry))),
            Err(until) => Admission::Open { until },
        }
    }

    /// Until when `target` takes no request, if it takes none; no probe is taken.
    pub fn peek(&self, target: &str, now: Instant) -> Option<Instant> {
        if !self.settings().enabled {
            return None;
        }
        self.circuits.existing(target, |circuit| circuit.closed_until(now)).flatten()
    }

    /// Takes over what another instance found out. An open circuit stays open for an hour at most.
    pub fn force(&self, target: &str, state: CircuitState, now: Instant) {
        let settings = self.settings();
        if settings.enabled {
            let new = || Circuit::new(settings.window, now);
            self.circuits.with(target, now, new, |circuit| circuit.force(state, now));
        }
    }

    /// Every target that something is known of, by name.
    pub fn states(&self, now: Instant) -> Vec<(String, CircuitStatus)> {
        self.circuits.all(now, |circuit| circuit.status(now))
    }

    fn settings(&self) -> Breaker {
        self.settings.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn judge(&self, target: &str, entry: Entry, good: bool, now: Instant) -> Judged {
        let settings = self.settings();
        let new = || Circuit::new(settings.window, now);
        self.circuits.with(target, now, new, |circuit| circuit.judge(&settings, entry, good, now))
    }

    fn leave(&self, target: &str, entry: Entry) {
        if entry.probe {
            self.circuits.existing(target, |circuit| circuit.leave(entry));
        }
    }
}

impl Permit {
    /// The first content came. It ends a probe as a good one, for a stream may last minutes; the
    /// rest of the request counts like any other. The circuit's new state, if it changed.
    pub fn answered(&mut self, now: Instant) -> Option<CircuitState> {
        let entry = self.entry.filter(|entry| entry.probe)?;
        let judged = self.breakers.judge(&self.target, entry, true, now);
        self.entry = Some(Entry { probe: false, generation: judged.generation });
        judged.changed
    }

    /// The request is over. The circuit's new state, if it changed.
    pub fn end(mut self, outcome: Outcome, now: Instant) -> Option<CircuitState> {
        let good = match outcome {
            Outcome::Good => true,
            Outcome::Failed => false,
            Outcome::Neither => return None,
        };
        let entry = self.entry.take()?;
        self.breakers.judge(&self.target, entry, good, now).changed
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.breakers.leave(&self.target, entry);
        }
    }
}

impl Outcome {
    /// What a failure says of the target.
    ///
    /// A failure when the provider has no capacity, gives no answer in time, fails on its side or
    /// says what cannot be read. Nothing when the client's request was at fault, or when it is the
    /// key's matter: too many requests, no credit, a wrong key (the key rests instead, and other
    /// keys may do). Nor when a plugin failed: a request made for it could else shut out others.
    pub fn of(failure: &Failure) -> Self {
        match (failure.kind, failure.source) {
            (_, Source::Client | Source::Host | Source::Plugin) => Self::Neither,
            (
                FailureKind::Overloaded
                | FailureKind::Timeout
                | FailureKind::ProviderError
                | FailureKind::Protocol,
                Source::Vendor,
            ) => Self::Failed,
            (_, Source::Vendor) => Self::Neither,
        }
    }
}
