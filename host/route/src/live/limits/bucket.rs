//! One rate, in whole numbers: nothing is lost to rounding.

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;

use super::Wait;
use crate::live::shards::Idle;

/// What was taken and has not drained yet.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// In units of which one request is `per` nanoseconds, and `count` drain in a nanosecond.
    level: u128,
    rate: Option<Rate>,
    at: Instant,
}

impl Bucket {
    /// An untouched one.
    pub fn new(now: Instant) -> Self {
        Self { level: 0, rate: None, at: now }
    }

    /// Takes `cost`.
    ///
    /// # Errors
    /// There is not enough: how long to wait for it. Nothing is taken.
    pub fn take(&mut self, rate: Rate, cost: u64, now: Instant) -> Result<(), Wait> {
        self.drain(rate, now);
        let burst = units(rate, rate.burst.max(1));
        let wanted = units(rate, cost);
        // What never fits has to find the bucket empty.
        let most = burst.saturating_sub(wanted);
        if self.level <= most {
            self.level = self.level.saturating_add(wanted);
            return Ok(());
        }
        let nanoseconds = (self.level - most).div_ceil(u128::from(rate.count.max(1)));
        let wait = Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        Err(Wait(wait.saturating_add(self.at.saturating_duration_since(now))))
    }

    /// Takes `cost`, enough or not.
    pub fn charge(&mut self, rate: Rate, cost: u64, now: Instant) {
        self.drain(rate, now);
        self.level = self.level.saturating_add(units(rate, cost));
    }

    /// Gives `cost` back.
    pub fn give_back(&mut self, rate: Rate, cost: u64, now: Instant) {
        self.drain(rate, now);
        self.level = self.level.saturating_sub(units(rate, cost));
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
    }

    fn level_at(&self, now: Instant) -> u128 {
        let count = self.rate.map_or(0, |rate| u128::from(rate.count.max(1)));
        let drained = now.saturating_duration_since(self.at).as_nanos().saturating_mul(count);
        self.level.saturating_sub(drained)
    }
}

impl Idle for Bucket {
    fn idle(&self, now: Instant) -> bool {
        self.level_at(now) == 0
    }
}

fn units(rate: Rate, cost: u64) -> u128 {
    u128::from(cost).saturating_mul(rate.per.as_nanos().max(1))
}
