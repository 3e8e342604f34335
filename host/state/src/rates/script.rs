//! Limits in Redis: what is asked of it, and how.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use clasp_model::policy::Rate;
use clasp_route::live::{Claim, Passed};
use redis::aio::MultiplexedConnection;
use redis::{RedisResult, Script, ScriptInvocation};

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("take.lua")));

#[derive(Clone, Copy)]
pub(super) enum Mode {
    Take,
    Charge,
    GiveBack,
}

/// Finds out whether the server takes the script.
pub(crate) async fn probe(prefix: &str, connection: &mut MultiplexedConnection) -> RedisResult<()> {
    let rate = Rate { count: 1, per: Duration::from_secs(1), burst: 1 };
    let claim = Claim { name: "probe", rate, cost: 0 };
    let _: u64 = claims(prefix, &[claim], Mode::Take).invoke_async(connection).await?;
    Ok(())
}

/// Takes, charges or gives back now. Answers the microseconds to wait.
pub(super) fn claims(prefix: &str, claims: &[Claim<'_>], mode: Mode) -> ScriptInvocation<'static> {
    let mut invocation = SCRIPT.prepare_invoke();
    invocation.arg(match mode {
        Mode::Take => "take",
        Mode::Charge | Mode::GiveBack => "charge",
    });
    for Claim { name, rate, cost } in claims {
        limit(&mut invocation, prefix, name, *rate);
        let cost = *cost as f64 * if matches!(mode, Mode::GiveBack) { -1.0 } else { 1.0 };
        invocation.arg(1).arg(0).arg(cost);
    }
    invocation
}

/// Charges what was let through before.
pub(super) fn passed(prefix: &str, passed: &Passed, now: Instant) -> ScriptInvocation<'static> {
    let mut invocation = SCRIPT.prepare_invoke();
    invocation.arg("charge");
    limit(&mut invocation, prefix, &passed.name, passed.rate);
    invocation.arg(passed.amounts.len());
    for (at, amount) in &passed.amounts {
        invocation.arg(microseconds(now.saturating_duration_since(*at))).arg(*amount);
    }
    invocation
}

fn limit(invocation: &mut ScriptInvocation<'_>, prefix: &str, name: &str, rate: Rate) {
    invocation.key(format!("{prefix}limit:{name}"));
    invocation.arg(rate.count.max(1)).arg(microseconds(rate.per).max(1)).arg(rate.burst.max(1));
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
