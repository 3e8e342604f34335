//! How much clients may ask for: rates and concurrency, by name.
//!
//! A rate is kept by the generic cell rate algorithm: a bucket of `burst` drains evenly, `count`
//! in `per`; what does not fit has to wait. So no span of `per` lets through more than
//! `count + burst`, and after a pause `burst` go at once.

mod bucket;
mod places;

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
    /// A cost above `burst` is let through by an untouched limit, and paid for afterwards.
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

    /// Gives back what was taken and not used.
    pub fn give_back(&self, name: &str, rate: Rate, cost: u64, now: Instant) {
        self.buckets.existing(name, |bucket| bucket.give_back(rate, cost, now));
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

impl Wait {
    /// Whole seconds for `retry-after`, rounded up, at least 1: who waits so long gets in.
    pub fn retry_after(self) -> u64 {
        self.0.as_secs().saturating_add(u64::from(self.0.subsec_nanos() > 0)).max(1)
    }
}
