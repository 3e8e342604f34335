//! Running totals, of what a key spent in a month for example.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Script;

use crate::{State, milliseconds, now};

/// Scripts count with floating point numbers: up to here they are exact.
const MOST: u64 = 1 << 53;

/// What this instance knows of totals.
#[derive(Debug, Default)]
pub(crate) struct Totals(Mutex<HashMap<String, Total>>);

#[derive(Debug)]
struct Total {
    /// What Redis said last, and what was added here since.
    sum: u64,
    /// What Redis was not told yet.
    untold: u64,
    ends: Instant,
}

impl State {
    /// Adds to the total of `name`, which is forgotten `ttl` after its first amount; the total of
    /// all instances, or while Redis is away what this instance knows of it. What is added then is
    /// told with the next amount. If Redis gave no answer in time an amount may count twice. Exact
    /// up to 2^53.
    pub async fn add(&self, name: &str, amount: u64, ttl: Duration) -> u64 {
        let (here, untold) = self.0.totals.add(name, amount, ttl, now());
        let Some(shared) = &self.0.shared else { return here };
        let mut telling = Telling { totals: &self.0.totals, name, untold };
        let script = Script::new(include_str!("totals/add.lua"));
        let mut invocation = script.key(format!("{}total:{name}", shared.prefix));
        invocation.arg(untold.min(MOST)).arg(milliseconds(ttl).clamp(1, MOST));
        match shared.run(&invocation).await {
            Some(sum) => {
                telling.told(sum);
                sum
            }
            None => here,
        }
    }
}

/// An amount on its way to Redis. Unless it arrives it is told with the next one.
struct Telling<'a> {
    totals: &'a Totals,
    name: &'a str,
    untold: u64,
}

impl Telling<'_> {
    fn told(&mut self, sum: u64) {
        self.untold = 0;
        self.totals.change(self.name, |total| {
            total.sum = total.sum.max(sum.saturating_add(total.untold));
        });
    }
}

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if self.untold > 0 {
            self.totals.change(self.name, |total| {
                total.untold = total.untold.saturating_add(self.untold);
            });
        }
    }
}

impl Totals {
    /// The total here, and what is to be told to Redis by this caller alone.
    fn add(&self, name: &str, amount: u64, ttl: Duration, now: Instant) -> (u64, u64) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        totals.retain(|_, total| total.ends > now);
        let ends = || now.checked_add(ttl).unwrap_or(now);
        let total = totals.entry(name.to_owned()).or_insert_with(|| Total {
            sum: 0,
            untold: 0,
            ends: ends(),
        });
        total.sum = total.sum.saturating_add(amount);
        (total.sum, std::mem::take(&mut total.untold).saturating_add(amount))
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Total)) {
        let mut totals = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(total) = totals.get_mut(name) {
            change(total);
        }
    }
}
