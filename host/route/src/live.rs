//! What is known of targets, keys and clients while clasp runs.
//!
//! Plain structures over a clock: whoever calls says what time it is, nothing here waits, spawns
//! or does I/O. All of them are shared between requests; what is idle is forgotten, so that they
//! do not grow with the names that clients make up.

mod breaker;
mod keys;
mod limits;
mod queue;
mod shards;
mod traffic;

use std::time::{Duration, Instant};

pub use self::breaker::{Admission, Breakers, CircuitState, CircuitStatus, Outcome, Permit};
pub use self::keys::{KeyState, KeyStatus, NoKey, Picked, Pool, exhausted};
pub use self::limits::{Bucket, Claim, Full, Limiter, Passed, Place, Wait};
pub use self::queue::{Queue, QueueFull, Ticket};
pub use self::traffic::{Running, TargetTraffic, Traffic};

/// The longest that a header or another instance can put anything to rest.
pub const LONGEST_REST: Duration = Duration::from_secs(3600);

/// `now` and `wait` later, [`LONGEST_REST`] at most.
fn later(now: Instant, wait: Duration) -> Instant {
    now.checked_add(wait.min(LONGEST_REST)).unwrap_or(now)
}
