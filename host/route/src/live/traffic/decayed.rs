//! A mean in which old measures count less and less.

use std::time::{Duration, Instant};

/// After this time a measure counts half.
const HALF_LIFE: Duration = Duration::from_secs(120);

/// A mean never stands for more measures than this, so that a new one always moves it.
const MOST: f64 = 20.0;

/// With less weight than this nothing is known any more: one measure after about nine minutes.
const LEAST: f64 = 0.05;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Decayed {
    mean: f64,
    weight: f64,
    at: Option<Instant>,
}

impl Decayed {
    pub(super) fn add(&mut self, measure: f64, now: Instant) {
        let weight = self.weight(now).min(MOST - 1.0);
        self.mean = (self.mean * weight + measure) / (weight + 1.0);
        self.weight = weight + 1.0;
        self.at = Some(now);
    }

    pub(super) fn mean(&self, now: Instant) -> Option<f64> {
        (self.weight(now) >= LEAST).then_some(self.mean)
    }

    fn weight(&self, now: Instant) -> f64 {
        let Some(at) = self.at else { return 0.0 };
        let age = now.saturating_duration_since(at).as_secs_f64();
        self.weight * (-age / HALF_LIFE.as_secs_f64()).exp2()
    }
}
