//! One rate: its even pace in whole numbers, so that nothing is lost to rounding, and beside it
//! the window that it holds in.

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;

use super::Wait;
use super::window::Window;
use crate::live::shards::Idle;

/// What was taken: that has not drained yet, and that counts still.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// In units of which one request is `per` nanoseconds, and `count` drain in a nanosecond.
    level: u128,
    rate: Option<Rate>,
    at: Instant,
    window: Window,
}

impl Bucket {
    /// An untouched one.
    pub fn new(now: Instant) -> Self {
        Self { level: 0, rate: None, at: now, window: Window::new(now) }
    }

    /// Takes `cost`.
    ///
    /// # Errors
    /// There is not enough: how long to wait for it. Nothing is taken.
    pub fn take(&mut self, rate: Rate, cost: u64, now: Instant) -> Result<(), Wait> {
        self.drain(rate, now);
        // What never fits has to find nothing that counts.
        let most = rate.count.max(1).saturating_sub(cost);
        let wait = self.pace(rate, cost).max(self.window.wait(most, rate.per, self.at));
        if wait.is_zero() {
            self.put(rate, cost);
            return Ok(());
        }
        Err(Wait(wait.saturating_add(self.at.saturating_duration_since(now))))
    }

    /// Takes `cost`, enough or not.
    pub fn charge(&mut self, rate: Rate, cost: u64, now: Instant) {
        self.drain(rate, now);
        self.put(rate, cost);
    }

    /// Gives `cost` back, of what was taken last.
    pub fn give_back(&mut self, rate: Rate, cost: u64, now: Instant) {
        self.drain(rate, now);
        self.level = self.level.saturating_sub(units(rate, cost));
        self.window.give_back(cost);
    }

    /// Its rate, if it has one, and what counts at `now` with its times, oldest first.
    pub(super) fn passed(&mut self, now: Instant) -> Option<(Rate, Vec<(Instant, u64)>)> {
        let rate = self.rate?;
        self.drain(rate, now);
        Some((rate, self.window.amounts()))
    }

    /// How long the even pace makes `cost` wait.
    fn pace(&self, rate: Rate, cost: u64) -> Duration {
        // What never fits has to find the bucket empty.
        let most = units(rate, rate.burst.max(1)).saturating_sub(units(rate, cost));
        let over = self.level.saturating_sub(most);
        let nanoseconds = over.div_ceil(u128::from(rate.count.max(1)));
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }

    fn put(&mut self, rate: Rate, cost: u64) {
        self.level = self.level.saturating_add(units(rate, cost));
        self.window.add(cost, rate.per, self.at);
    }

    fn drain(&mut self, rate: Rate, now: Instant) {
        self.level = self.level_at(now);
        self.at = self.at.max(now);
        if let Some(before) = self.rate.replace(rate)
            && before.per != rate.per
        {
            let one = units(before, 1);
            self.level = (self.level / one).saturating_mul(units(rate, 1));
        }
        self.window.forget(rate.per, self.at);
    }

    fn level_at(&self, now: Instant) -> u128 {
        let count = self.rate.map_or(0, |rate| u128::from(rate.count.max(1)));
        let drained = now.saturating_duration_since(self.at).as_nanos().saturating_mul(count);
        self.level.saturating_sub(drained)
    }
}

impl Idle for Bucket {
    fn idle(&self, now: Instant) -> bool {
        let is_over = |rate: Rate| self.window.is_over(rate.per, now);
        self.level_at(now) == 0 && self.rate.is_none_or(is_over)
    }
}

fn units(rate: Rate, cost: u64) -> u128 {
    u128::from(cost).saturating_mul(rate.per.as_nanos().max(1))
}
