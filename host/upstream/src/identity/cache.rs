//! A pass that is kept: fetched once for all that wait, and again before it expires.
//!
//! A fetch goes on when the request that began it is gone; who waits gets its outcome, good or bad.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Source};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::time::Instant;

use super::{Fresh, Pass};

/// A pass is fetched anew this long before it expires, or in the last fifth of its life.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// A pass is not used any more this long before it expires: the request has yet to arrive.
const TOO_LATE: Duration = Duration::from_secs(20);

/// After a failed fetch ahead of time, and after a renewal that did not help: no other for so long.
const PAUSE: Duration = Duration::from_secs(30);

/// No expiry is further away: clocks have an end.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 3600);

type Flight = Shared<BoxFuture<'static, Result<Granted, Failure>>>;

/// A place for one pass.
#[derive(Default)]
pub(crate) struct Slot {
    state: Mutex<State>,
}

/// A pass that was granted.
#[derive(Clone, Debug)]
pub(crate) struct Granted {
    pub(crate) pass: Arc<Pass>,
    /// It was there before the request: it may have been revoked since.
    pub(crate) kept: bool,
    renewable: bool,
    serial: u64,
    stale: Option<Instant>,
    dead: Option<Instant>,
}

#[derive(Default)]
struct State {
    granted: Option<Granted>,
    /// The one before, which an answer may still show.
    before: Option<Arc<Pass>>,
    flight: Option<Flight>,
    serial: u64,
    no_refresh: Option<Instant>,
    no_renewal: Option<Instant>,
}

impl Slot {
    /// The pass that is kept, or the outcome of fetching one.
    pub(crate) async fn get<F>(
        self: &Arc<Self>,
        fetch: impl FnOnce() -> F,
    ) -> Result<Granted, Failure>
    where
        F: Future<Output = Result<Fresh, Failure>> + Send + 'static,
    {
        let now = Instant::now();
        let flight = {
            let mut state = self.lock();
            let kept = state.granted.clone().filter(|granted| !granted.is_dead(now));
            if let Some(granted) = kept {
                let paused = state.no_refresh.is_some_and(|until| now < until);
                if granted.is_stale(now) && state.flight.is_none() && !paused {
                    drop(self.begin(&mut state, fetch()));
                }
                return Ok(Granted { kept: true, ..granted });
            }
            match &state.flight {
                Some(flight) => flight.clone(),
                None => self.begin(&mut state, fetch()),
            }
        };
        flight.await
    }

    /// Another pass than `refused`, unless asking for one is useless.
    pub(crate) async fn renew<F>(
        self: &Arc<Self>,
        refused: &Granted,
        fetch: impl FnOnce() -> F,
    ) -> Option<Granted>
    where
        F: Future<Output = Result<Fresh, Failure>> + Send + 'static,
    {
        if !refused.kept || !refused.renewable {
            return None;
        }
        let now = Instant::now();
        {
            let mut state = self.lock();
            let same = state.granted.as_ref().is_some_and(|now| now.serial == refused.serial);
            if same && state.no_renewal.is_some_and(|until| now < until) {
                return None;
            }
            if same {
                state.granted = None;
            }
        }
        match self.get(fetch).await {
            Ok(granted) => Some(granted),
            Err(failure) => {
                tracing::warn!("a token was refused, and no other can be had: {failure}");
                None
            }
        }
    }

    /// A renewed pass was refused as well.
    pub(crate) fn renewal_was_useless(&self) {
        self.lock().no_renewal = Some(Instant::now() + PAUSE);
    }

    /// The passes that an answer may show.
    pub(crate) fn passes(&self) -> Vec<Arc<Pass>> {
        let state = self.lock();
        let now = state.granted.as_ref().map(|granted| Arc::clone(&granted.pass));
        now.into_iter().chain(state.before.clone()).collect()
    }

    fn begin<F>(self: &Arc<Self>, state: &mut State, fetch: F) -> Flight
    where
        F: Future<Output = Result<Fresh, Failure>> + Send + 'static,
    {
        let slot = Arc::clone(self);
        let task = tokio::spawn(async move {
            let outcome = fetch.await;
            slot.land(outcome)
        });
        let flight = task.map(|ended| match ended {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::new(
                FailureKind::Authentication,
                Source::Host,
                "fetching a token ended early",
            )),
        });
        let flight = flight.boxed().shared();
        state.flight = Some(flight.clone());
        flight
    }

    fn land(&self, outcome: Result<Fresh, Failure>) -> Result<Granted, Failure> {
        let now = Instant::now();
        let mut state = self.lock();
        state.flight = None;
        match outcome {
            Ok(fresh) => {
                state.serial += 1;
                let granted = Granted::new(fresh, state.serial, now);
                let before = state.granted.replace(granted.clone());
                if let Some(before) = before {
                    state.before = Some(before.pass);
                }
                state.no_refresh = None;
                Ok(granted)
            }
            Err(failure) => {
                if state.granted.is_some() {
                    tracing::warn!("a token was not renewed ahead of time: {failure}");
                }
                state.no_refresh = Some(now + PAUSE);
                Err(failure)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Granted {
    fn new(fresh: Fresh, serial: u64, now: Instant) -> Self {
        let lifetime = fresh.lifetime.map(|lifetime| lifetime.min(LONGEST));
        let before_end = |early: Duration, share: u32| {
            lifetime.map(|lifetime| now + lifetime.saturating_sub(early.min(lifetime / share)))
        };
        Self {
            pass: Arc::new(fresh.pass),
            kept: false,
            renewable: fresh.renewable,
            serial,
            stale: before_end(EARLY, 5),
            dead: before_end(TOO_LATE, 10),
        }
    }

    fn is_stale(&self, now: Instant) -> bool {
        self.stale.is_some_and(|stale| now >= stale)
    }

    fn is_dead(&self, now: Instant) -> bool {
        self.dead.is_some_and(|dead| now >= dead)
    }
}

#[cfg(test)]
mod tests;
