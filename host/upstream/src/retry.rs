//! Whether and when to try again, and what to say when nothing helped.
//!
//! Pure decisions: only what may succeed is tried again, after a random wait that grows, never
//! before the provider allows it, and never so often that an outage is made worse (rule D3).

mod after;
mod budget;

use std::time::Duration;

use clasp_model::{Failure, FailureKind, Retry, Source};

pub use self::after::retry_after;
pub use self::budget::Budget;

/// How often and how long to wait for another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Most tries, the first included.
    pub attempts: u32,
    /// The first wait is at most this long, each further one twice as long.
    pub base: Duration,
    /// No wait is longer than this, but for one that the provider asks for.
    pub cap: Duration,
    /// A provider that asks for a longer wait is not waited for: the client is told.
    pub retry_after_limit: Duration,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again after this time.
    Wait(Duration),
    /// Do not try again here.
    GiveUp,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: 3,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
            retry_after_limit: Duration::from_secs(5),
        }
    }
}

impl Policy {
    /// Decides after the try number `tries` (from 1) failed. `random` is in 0 to 1. Takes from
    /// the budget when the decision is to wait.
    pub fn next(&self, tries: u32, failure: &Failure, budget: &Budget, random: f64) -> Decision {
        if tries >= self.attempts {
            return Decision::GiveUp;
        }
        let at_least = match failure.retry {
            Retry::Never | Retry::Elsewhere => return Decision::GiveUp,
            Retry::Again => Duration::ZERO,
            Retry::After(milliseconds) => Duration::from_millis(milliseconds),
        };
        if at_least > self.retry_after_limit || !budget.withdraw() {
            return Decision::GiveUp;
        }
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        let longest = self.base.saturating_mul(doubled).min(self.cap);
        let random = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        Decision::Wait(at_least.saturating_add(longest.mul_f64(random)))
    }
}

/// The failure that helps the client most (rule D4): what it can mend itself, then what the
/// operator can or what passes, then a provider's or plugin's fault. Among equals the first.
pub fn most_useful(failures: Vec<Failure>) -> Option<Failure> {
    failures.into_iter().min_by_key(rank)
}

fn rank(failure: &Failure) -> u8 {
    match failure.kind {
        FailureKind::InvalidRequest
        | FailureKind::ContextTooLong
        | FailureKind::RequestTooLarge
        | FailureKind::ContentFiltered => 0,
        FailureKind::RateLimited
        | FailureKind::Overloaded
        | FailureKind::Unsupported
        | FailureKind::Authentication
        | FailureKind::Permission
        | FailureKind::Billing
        | FailureKind::NotFound => 1,
        FailureKind::Timeout | FailureKind::ProviderError => 2,
        FailureKind::Protocol if failure.source == Source::Plugin => 4,
        FailureKind::Protocol => 3,
    }
}

#[cfg(test)]
mod tests;
