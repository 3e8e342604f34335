//! The circuit of one target.

use std::time::{Duration, Instant};

use clasp_model::policy::Breaker;

use super::PROBING;
use crate::live::later;
use crate::live::shards::Idle;

/// The time that is looked back is counted in so many parts.
const SLOTS: usize = 10;

/// A circuit of which nothing was heard for so long is forgotten.
const FORGOTTEN: Duration = Duration::from_secs(3600);

/// The state of a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircuitState {
    /// Requests go through.
    Closed,
    /// One probe at a time goes through.
    HalfOpen,
    /// Nothing goes through.
    Open {
        /// Then a probe may go.
        until: Instant,
    },
}

/// A circuit for people to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitStatus {
    /// Its state.
    pub state: CircuitState,
    /// Failures in a row.
    pub in_a_row: u32,
    /// Requests that ended within the time looked back.
    pub requests: u32,
    /// Those among them that failed.
    pub failed: u32,
}

#[derive(Debug)]
pub(super) struct Circuit {
    phase: Phase,
    /// Grows with every change of phase. What entered before a change says nothing after it.
    generation: u64,
    in_a_row: u32,
    window: Window,
    touched: Instant,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open { until: Instant },
    HalfOpen { probing: bool, good: u32 },
}

/// How a request entered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub(super) generation: u64,
    pub(super) probe: bool,
}

/// What an outcome led to.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) changed: Option<CircuitState>,
    pub(super) generation: u64,
}

/// Requests and failures of the last while.
#[derive(Debug)]
struct Window {
    length: Duration,
    start: Instant,
    slots: [Slot; SLOTS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    index: u128,
    requests: u32,
    failed: u32,
}

impl Circuit {
    pub(super) fn new(window: Duration, now: Instant) -> Self {
        let window = Window { length: window, start: now, slots: Default::default() };
        Self { phase: Phase::Closed, generation: 0, in_a_row: 0, window, touched: now }
    }

    pub(super) fn enter(&mut self, now: Instant) -> Result<Entry, Instant> {
        match &mut self.phase {
            Phase::Closed => return Ok(Entry { generation: self.generation, probe: false }),
            Phase::Open { until } if now < *until => return Err(*until),
            Phase::HalfOpen { probing: true, .. } => return Err(later(now, PROBING)),
            Phase::HalfOpen { probing, .. } => *probing = true,
            Phase::Open { .. } => self.change(Phase::HalfOpen { probing: true, good: 0 }),
        }
        Ok(Entry { generation: self.generation, probe: true })
    }

    pub(super) fn closed_until(&self, now: Instant) -> Option<Instant> {
        match self.phase {
            Phase::Open { until } if now < until => Some(until),
            Phase::HalfOpen { probing: true, .. } => Some(later(now, PROBING)),
            _ => None,
        }
    }

    /// A probe went without an outcome.
    pub(super) fn leave(&mut self, entry: Entry) {
        if let Phase::HalfOpen { probing, .. } = &mut self.phase
            && entry.generation == self.generation
        {
            *probing = false;
        }
    }

    pub(super) fn judge(
        &mut self,
        settings: &Breaker,
        entry: Entry,
        good: bool,
        now: Instant,
    ) -> Judged {
        let before = self.generation;
        if entry.generation == before {
            self.touched = now;
            match &mut self.phase {
                Phase::Closed => self.count(settings, good, now),
                Phase::HalfOpen { .. } if !good => self.open(settings, now),
                Phase::HalfOpen { probing, good } if entry.probe => {
                    *probing = false;
                    *good += 1;
                    if *good >= settings.recovery {
                        self.close(settings, now);
                    }
                }
                Phase::HalfOpen { .. } | Phase::Open { .. } => {}
            }
        }
        let changed = (before != self.generation).then(|| self.state(now));
        Judged { changed, generation: self.generation }
    }

    pub(super) fn force(&mut self, state: CircuitState, now: Instant) {
        self.touched = now;
        match (state, self.phase) {
            (CircuitState::Closed, Phase::Closed) => {}
            (CircuitState::Closed, _) => {
                self.in_a_row = 0;
                self.window.clear();
                self.change(Phase::Closed);
            }
            (CircuitState::HalfOpen, _) => self.change(Phase::Open { until: now }),
            (CircuitState::Open { until }, _) => {
                let until = later(now, until.saturating_duration_since(now));
                self.change(Phase::Open { until });
            }
        }
    }

    pub(super) fn status(&self, now: Instant) -> CircuitStatus {
        let (requests, failed) = self.window.counts(now);
        CircuitStatus { state: self.state(now), in_a_row: self.in_a_row, requests, failed }
    }

    fn state(&self, now: Instant) -> CircuitState {
        match self.phase {
            Phase::Closed => CircuitState::Closed,
            Phase::Open { until } if now < until => CircuitState::Open { until },
            Phase::Open { .. } | Phase::HalfOpen { .. } => CircuitState::HalfOpen,
        }
    }

    fn count(&mut self, settings: &Breaker, good: bool, now: Instant) {
        if self.window.length != settings.window {
            self.window.length = settings.window;
            self.window.clear();
        }
        self.window.add(good, now);
        self.in_a_row = if good { 0 } else { self.in_a_row.saturating_add(1) };
        let (requests, failed) = self.window.counts(now);
        let share = f64::from(failed) / f64::from(requests.max(1));
        let often = requests >= settings.minimum && share >= settings.failure_rate;
        if !good && (self.in_a_row >= settings.threshold || often) {
            self.open(settings, now);
        }
    }

    fn open(&mut self, settings: &Breaker, now: Instant) {
        let until = now.checked_add(settings.timeout).unwrap_or_else(|| later(now, FORGOTTEN));
        self.change(Phase::Open { until });
    }

    fn close(&mut self, settings: &Breaker, now: Instant) {
        self.in_a_row = 0;
        self.window = Window { length: settings.window, start: now, slots: Default::default() };
        self.change(Phase::Closed);
    }

    fn change(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
    }
}

impl Idle for Circuit {
    fn idle(&self, now: Instant) -> bool {
        let quiet = self.in_a_row == 0 && self.window.counts(now).0 == 0;
        let old = now.saturating_duration_since(self.touched) > FORGOTTEN;
        match self.phase {
            Phase::Closed => quiet || old,
            Phase::Open { until } => old && now >= until,
            Phase::HalfOpen { .. } => old,
        }
    }
}

impl Window {
    fn add(&mut self, good: bool, now: Instant) {
        let index = self.index(now);
        let place = usize::try_from(index % SLOTS as u128).unwrap_or_default();
        let Some(slot) = self.slots.get_mut(place) else { return };
        if slot.index != index {
            *slot = Slot { index, ..Slot::default() };
        }
        slot.requests = slot.requests.saturating_add(1);
        slot.failed = slot.failed.saturating_add(u32::from(!good));
    }

    fn counts(&self, now: Instant) -> (u32, u32) {
        let index = self.index(now);
        let recent = self.slots.iter().filter(|slot| slot.index + SLOTS as u128 > index);
        recent.fold((0, 0), |(requests, failed), slot| {
            (slot.requests.saturating_add(requests), slot.failed.saturating_add(failed))
        })
    }

    fn clear(&mut self) {
        self.slots = Default::default();
    }

    fn index(&self, now: Instant) -> u128 {
        let slot = self.length.as_nanos().div_ceil(SLOTS as u128).max(1);
        now.saturating_duration_since(self.start).as_nanos() / slot
    }
}
