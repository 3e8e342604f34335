//! What each provider does at which time.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use clasp_tests::support::upstream::{Answer, Break, Point};
use tokio::time::Instant;

/// How long the storm lasts.
pub(crate) const LENGTH: Duration = Duration::from_secs(60);

/// What a good answer says.
pub(crate) const TEXT: &str = "one two three four five six";

const PHASE: Duration = Duration::from_secs(5);

/// In each phase somebody is well, and in the last two everybody is, so that all breakers close.
const PLAN: [(&str, &str); 3] = [
    ("a", "fine limited limited fine overloaded overloaded fine failing fine hanging fine fine"),
    ("b", "fine fine fine cutting fine fine hanging fine refusing fine fine fine"),
    ("c", "overloaded fine fine fine fine failing fine fine fine limited fine fine"),
];

/// The weather, which begins when everybody is there.
#[derive(Clone, Default)]
pub(crate) struct Weather(Arc<OnceLock<Instant>>);

impl Weather {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn begin(&self) -> Instant {
        *self.0.get_or_init(Instant::now)
    }

    /// What a provider does now.
    pub(crate) fn at(&self, provider: &str) -> &'static str {
        let Some(began) = self.0.get() else { return "fine" };
        let phase = (began.elapsed().as_millis() / PHASE.as_millis()) as usize;
        let (_, plan) = PLAN.iter().find(|(name, _)| *name == provider).unwrap();
        plan.split(' ').nth(phase).unwrap_or("fine")
    }

    /// When a provider takes no connections.
    pub(crate) fn refuses(provider: &str) -> Option<(Duration, Duration)> {
        let (_, plan) = PLAN.iter().find(|(name, _)| *name == provider).unwrap();
        let at = plan.split(' ').position(|word| word == "refusing")? as u32;
        Some((PHASE * at, PHASE * (at + 1)))
    }

    pub(crate) fn answer(&self, provider: &str) -> Answer {
        let error = |status, kind| Answer::error(status, "Scripted failure", kind, None);
        match self.at(provider) {
            "limited" => error(429, "rate_limit_exceeded").header("retry-after", "3"),
            "overloaded" => error(529, "overloaded_error"),
            "failing" => error(500, "server_error"),
            "hanging" => Answer::never(),
            "cutting" => Answer::text(TEXT).broken(Point::Frames(3), Break::Reset),
            _ => Answer::text(TEXT),
        }
    }
}
