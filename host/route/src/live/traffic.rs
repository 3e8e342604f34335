//! What runs at each target, how soon it answers and how often it does.

mod decayed;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::decayed::Decayed;
use super::shards::{Idle, Shards};

/// Targets that are kept in mind; the models of an open provider are named by clients.
const MOST: usize = 16_384;

/// Running requests, times to the first token and success of all targets.
#[derive(Debug)]
pub struct Traffic(Shards<Target>);

/// A request that runs, until this is dropped.
#[derive(Debug)]
#[must_use = "a request runs until this is dropped"]
pub struct Running {
    traffic: Arc<Traffic>,
    target: String,
}

/// What is known of one target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetTraffic {
    /// Requests that run.
    pub running: u32,
    /// The time to the first token; none: not known, or too long ago.
    pub first_token: Option<Duration>,
    /// The share of requests that went well, 0 to 1; none: not known, or too long ago.
    pub success: Option<f64>,
}

#[derive(Debug, Default)]
struct Target {
    running: u32,
    first_token: Decayed,
    success: Decayed,
}

impl Default for Traffic {
    fn default() -> Self {
        Self(Shards::new(MOST))
    }
}

impl Traffic {
    /// Counts a request to `target` (`provider/model`) that begins.
    pub fn start(self: &Arc<Self>, target: &str, now: Instant) -> Running {
        self.0.with(target, now, Target::default, |entry| {
            entry.running = entry.running.saturating_add(1);
        });
        Running { traffic: self.clone(), target: target.to_owned() }
    }

    /// The requests that run at `target`.
    pub fn running(&self, target: &str) -> u32 {
        self.0.existing(target, |entry| entry.running).unwrap_or_default()
    }

    /// The mean time to the first token at `target`, recent ones counting more. None when it was
    /// not measured for about ten minutes, so that a target that was slow once is tried again.
    pub fn first_token(&self, target: &str, now: Instant) -> Option<Duration> {
        self.0.existing(target, |entry| entry.view(now).first_token).flatten()
    }

    /// The share of recent requests to `target` that went well, 0 to 1.
    pub fn success(&self, target: &str, now: Instant) -> Option<f64> {
        self.0.existing(target, |entry| entry.view(now).success).flatten()
    }

    /// Everything that is known, by target.
    pub fn targets(&self, now: Instant) -> Vec<(String, TargetTraffic)> {
        self.0.all(now, |entry| entry.view(now))
    }
}

impl Running {
    /// The first token came, so long after the request was sent.
    pub fn first_token(&self, took: Duration, now: Instant) {
        self.traffic.0.with(&self.target, now, Target::default, |entry| {
            entry.first_token.add(took.as_secs_f64(), now);
        });
    }

    /// The request went well, or the target failed. Not to be said of what says nothing of the
    /// target, such as a client's own errors.
    pub fn ended(&self, well: bool, now: Instant) {
        self.traffic.0.with(&self.target, now, Target::default, |entry| {
            entry.success.add(if well { 1.0 } else { 0.0 }, now);
        });
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.traffic.0.existing(&self.target, |entry| {
            entry.running = entry.running.saturating_sub(1);
        });
    }
}

impl Target {
    fn view(&self, now: Instant) -> TargetTraffic {
        let seconds = self.first_token.mean(now);
        TargetTraffic {
            running: self.running,
            first_token: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            success: self.success.mean(now),
        }
    }
}

impl Idle for Target {
    fn idle(&self, now: Instant) -> bool {
        let view = self.view(now);
        view.running == 0 && view.first_token.is_none() && view.success.is_none()
    }
}
