//! How much clients may ask for: rates and concurrency, by name.
//!
//! A rate is kept twice over. No time of `per` lets more than `count` through: what was let
//! through is remembered for so long (a sliding window). And within it the generic cell rate
//! algorithm keeps an even pace: a bucket of `burst` drains evenly, `count` in `per`. What does
//! not fit has to wait, for the longer of both; with a burst of `count` that is the window alone.

mod bucket;
mod places;
mod window;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use clasp_model::policy::Rate;

pub use self::bucket::Bucket;
pub use self::places::{Full, Place};

use self::places::Places;
use super::shards::Shards;

/// Come back after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait(pub Duration);

/// What a request asks of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// The limit's name, e.g. `key/alice/requests`.
    pub name: &'a str,
    /// The limit.
    pub rate: Rate,
    /// How much, in requests or tokens.
    pub cost: u64,
}

/// What a limit let through and still counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// The limit's name.
    pub name: String,
    /// The limit.
    pub rate: Rate,
    /// When, to a sixtieth of the rate's time, and how much; oldest first, not empty.
    pub amounts: Vec<(Instant, u64)>,
}

/// All limits by name. The names are those of the operator's keys, so they are few.
#[derive(Debug)]
pub struct Limiter {
    buckets: Shards<Bucket>,
    places: Places,
}

impl Default for Limiter {
    fn default() -> Self {
        Self { buckets: Shards::new(usize::MAX), places: Places::default() }
    }
}

impl Limiter {
    /// Takes `cost` from the limit `name`, or says how long to wait.
    ///
    /// A cost above `burst` is let through when the even pace is caught up with, and paid for
    /// afterwards; one above `count` only when nothing was let through for `per`.
    ///
    /// # Errors
    /// What has to be waited for; nothing is taken then.
    pub fn take(&self, name: &str, rate: Rate, cost: u64, now: Instant) -> Result<(), Wait> {
        self.buckets.with(name, now, || Bucket::new(now), |bucket| bucket.take(rate, cost, now))
    }

    /// Takes all of `claims`, or nothing.
    ///
    /// # Errors
    /// The longest wait of those that have not enough.
    pub fn take_all(&self, claims: &[Claim<'_>], now: Instant) -> Result<(), Wait> {
        let taken = |claim: &Claim<'_>| self.take(claim.name, claim.rate, claim.cost, now);
        let results: Vec<_> = claims.iter().map(taken).collect();
        let Some(wait) = results.iter().filter_map(|result| result.err()).max_by_key(|wait| wait.0)
        else {
            return Ok(());
        };
        for (claim, _) in claims.iter().zip(&results).filter(|(_, result)| result.is_ok()) {
            self.give_back(claim.name, claim.rate, claim.cost, now);
        }
        Err(wait)
    }

    /// Takes a cost that is only known now, whether or not the limit has it: what is lacking
    /// is waited for by those who come next.
    pub fn charge(&self, name: &str, rate: Rate, cost: u64, now: Instant) {
        self.buckets.with(name, now, || Bucket::new(now), |bucket| bucket.charge(rate, cost, now));
    }

    /// Gives back what was taken and not used, of what was taken last.
    pub fn give_back(&self, name: &str, rate: Rate, cost: u64, now: Instant) {
        self.buckets.existing(name, |bucket| bucket.give_back(rate, cost, now));
    }

    /// What all limits let through and still counts.
    pub fn passed(&self, now: Instant) -> Vec<Passed> {
        passed(self.buckets.copies(), now)
    }

    /// As [`Self::passed`], and forgets it.
    pub fn drain(&self, now: Instant) -> Vec<Passed> {
        passed(self.buckets.drain(), now)
    }

    /// Takes a place among the `most` requests of `name` that may run at a time.
    ///
    /// # Errors
    /// All places are taken.
    pub fn enter(&self, name: &str, most: u32) -> Result<Place, Full> {
        self.places.enter(name, most)
    }

    /// The requests of `name` that run.
    pub fn running(&self, name: &str) -> u32 {
        self.places.running(name)
    }
}

fn passed(buckets: Vec<(String, Bucket)>, now: Instant) -> Vec<Passed> {
    let passed = |(name, mut bucket): (String, Bucket)| {
        let (rate, amounts) = bucket.passed(now)?;
        (!amounts.is_empty()).then_some(Passed { name, rate, amounts })
    };
    buckets.into_iter().filter_map(passed).collect()
}

impl Wait {
    /// Whole seconds for `retry-after`, rounded up, at least 1: who waits so long gets in.
    pub fn retry_after(self) -> u64 {
        self.0.as_secs().saturating_add(u64::from(self.0.subsec_nanos() > 0)).max(1)
    }
}
