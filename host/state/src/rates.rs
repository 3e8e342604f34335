//! Rates that hold for all instances together.

mod script;
mod untold;

use std::time::Duration;

use clasp_model::policy::Rate;
use clasp_route::live::{Claim, Limiter, Wait};

pub(crate) use self::script::probe;
pub(crate) use self::untold::{Counted, Telling};

use self::script::Mode;
use crate::{State, now};

/// Whether a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// It may.
    pub allowed: bool,
    /// If not: who comes back after this time, and is the first, gets in.
    pub wait: Duration,
    /// Redis said so; else this instance did by itself.
    pub shared: bool,
}

impl State {
    /// Takes `cost` from the limit `name`, or says how long to wait.
    pub async fn take(&self, name: &str, rate: Rate, cost: u64) -> Taken {
        self.take_all(&[Claim { name, rate, cost }]).await
    }

    /// Takes all of `claims`, whose names differ, or nothing.
    pub async fn take_all(&self, claims: &[Claim<'_>]) -> Taken {
        if let Some(wait) = self.run(claims, Mode::Take).await {
            let wait = Duration::from_micros(wait);
            let allowed = wait.is_zero();
            if allowed {
                charge(self.limiter(), claims);
            }
            return Taken { allowed, wait, shared: true };
        }
        let taken = self.limiter().take_all(claims, now());
        if taken.is_ok() {
            self.untold(|untold| charge(untold, claims));
        }
        let wait = taken.err().map_or(Duration::ZERO, |Wait(wait)| wait);
        Taken { allowed: taken.is_ok(), wait, shared: false }
    }

    /// Takes costs that are only known now, enough or not: those who come next wait for them.
    pub async fn charge(&self, claims: &[Claim<'_>]) {
        charge(self.limiter(), claims);
        if self.run(claims, Mode::Charge).await.is_none() {
            self.untold(|untold| charge(untold, claims));
        }
    }

    /// As [`Self::charge`], but Redis is told later: for when it is away, and waiting for it would
    /// let the next ones in.
    pub fn charge_here(&self, claims: &[Claim<'_>]) {
        charge(self.limiter(), claims);
        self.untold(|untold| charge(untold, claims));
    }

    /// Gives back what was taken and not used.
    pub async fn give_back(&self, claims: &[Claim<'_>]) {
        give_back(self.limiter(), claims);
        if self.run(claims, Mode::GiveBack).await.is_none() {
            self.untold(|untold| give_back(untold, claims));
        }
    }

    /// Notes what Redis has to be told when it answers again.
    fn untold(&self, note: impl FnOnce(&Limiter)) {
        if let Some(shared) = &self.0.shared {
            note(&shared.counted.untold);
        }
    }

    /// The time to wait in microseconds; none if Redis does not say it.
    async fn run(&self, claims: &[Claim<'_>], mode: Mode) -> Option<u64> {
        let shared = self.0.shared.as_ref().filter(|_| !claims.is_empty())?;
        shared.run(&script::claims(&shared.prefix, claims, mode)).await
    }
}

impl Taken {
    /// How long to wait, if the request may not go.
    pub fn refused(self) -> Option<Wait> {
        (!self.allowed).then_some(Wait(self.wait))
    }
}

fn charge(limiter: &Limiter, claims: &[Claim<'_>]) {
    for claim in claims {
        limiter.charge(claim.name, claim.rate, claim.cost, now());
    }
}

fn give_back(limiter: &Limiter, claims: &[Claim<'_>]) {
    for claim in claims {
        limiter.give_back(claim.name, claim.rate, claim.cost, now());
    }
}
