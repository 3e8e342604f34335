//! A budget for retries: a share of the requests, and a few more over time.
//!
//! While a provider is down, every request fails; without a budget the retries would multiply
//! the load just when it can least be borne (rule D3).

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// Tokens for retries. Each retry takes one; each request adds a part of one.
#[derive(Debug)]
pub struct Budget {
    share: f64,
    per_second: f64,
    most: f64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    at: Instant,
}

impl Default for Budget {
    /// One retry per ten requests, one every four seconds beside, at most ten at once.
    fn default() -> Self {
        Self::new(0.1, 0.25, 10.0)
    }
}

impl Budget {
    /// A full budget: `share` retries per request and `per_second` retries per second come in,
    /// and no more than `most` are kept.
    pub fn new(share: f64, per_second: f64, most: f64) -> Self {
        let state = Mutex::new(State { tokens: most, at: Instant::now() });
        Self { share, per_second, most, state }
    }

    /// Counts a request (not a retry).
    pub fn deposit(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.tokens = (state.tokens + self.share).min(self.most);
    }

    /// Takes a retry, if there is one.
    pub fn withdraw(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let since = now.saturating_duration_since(state.at).as_secs_f64();
        state.at = now;
        state.tokens = (state.tokens + since * self.per_second).min(self.most);
        let enough = state.tokens >= 1.0;
        if enough {
            state.tokens -= 1.0;
        }
        enough
    }
}
