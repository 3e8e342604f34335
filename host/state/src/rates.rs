//! Rates that hold for all instances together.

use std::time::Duration;

use clasp_model::policy::Rate;
use clasp_route::live::{Claim, Wait};
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Script, ScriptInvocation};

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
                self.charge_here(claims);
            }
            return Taken { allowed, wait, shared: true };
        }
        let taken = self.0.limiter.take_all(claims, now());
        let wait = taken.err().map_or(Duration::ZERO, |Wait(wait)| wait);
        Taken { allowed: taken.is_ok(), wait, shared: false }
    }

    /// Takes costs that are only known now, enough or not: those who come next wait for them.
    pub async fn charge(&self, claims: &[Claim<'_>]) {
        self.charge_here(claims);
        self.run(claims, Mode::Charge).await;
    }

    /// Gives back what was taken and not used.
    pub async fn give_back(&self, claims: &[Claim<'_>]) {
        for claim in claims {
            self.0.limiter.give_back(claim.name, claim.rate, claim.cost, now());
        }
        self.run(claims, Mode::GiveBack).await;
    }

    fn charge_here(&self, claims: &[Claim<'_>]) {
        for claim in claims {
            self.0.limiter.charge(claim.name, claim.rate, claim.cost, now());
        }
    }

    /// The time to wait in microseconds; none if Redis does not say it.
    async fn run(&self, claims: &[Claim<'_>], mode: Mode) -> Option<u64> {
        let shared = self.0.shared.as_ref().filter(|_| !claims.is_empty())?;
        let script = script();
        shared.run(&invocation(&script, &shared.prefix, claims, mode)).await
    }
}

impl Taken {
    /// How long to wait, if the request may not go.
    pub fn refused(self) -> Option<Wait> {
        (!self.allowed).then_some(Wait(self.wait))
    }
}

#[derive(Clone, Copy)]
enum Mode {
    Take,
    Charge,
    GiveBack,
}

/// Finds out whether the server takes the script.
pub(crate) async fn probe(prefix: &str, connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let rate = Rate { count: 1, per: Duration::from_secs(1), burst: 1 };
    let claim = Claim { name: "probe", rate, cost: 0 };
    let script = script();
    let _: u64 = invocation(&script, prefix, &[claim], Mode::Take).invoke_async(connection).await?;
    Ok(())
}

fn script() -> Script {
    Script::new(include_str!("rates/take.lua"))
}

fn invocation<'a>(
    script: &'a Script,
    prefix: &str,
    claims: &[Claim<'_>],
    mode: Mode,
) -> ScriptInvocation<'a> {
    let mut invocation = script.prepare_invoke();
    invocation.arg(match mode {
        Mode::Take => "take",
        Mode::Charge | Mode::GiveBack => "charge",
    });
    for Claim { name, rate, cost } in claims {
        // The microseconds that one request or token stands for.
        let unit = rate.per.as_secs_f64() * 1e6 / rate.count.max(1) as f64;
        let cost = *cost as f64 * if matches!(mode, Mode::GiveBack) { -1.0 } else { 1.0 };
        invocation.key(format!("{prefix}rate:{name}"));
        invocation.arg(unit).arg(rate.burst.max(1)).arg(cost);
    }
    invocation
}
