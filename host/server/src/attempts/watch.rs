//! What is told of a target while it answers, and when it is over.

use std::sync::Arc;

use clasp_model::Failure;
use clasp_route::live::{Outcome, Permit, Running};
use tokio::time::Instant;

use crate::app::App;
use crate::live;

/// A target that is answering. Dropped without an end, as when the client leaves, it says nothing
/// of the target.
pub(crate) struct Watch {
    pub(super) app: Arc<App>,
    pub(super) target: Arc<str>,
    pub(super) permit: Permit,
    pub(super) timed: Timed,
}

/// A running request. One that is let go before its first content, since another was quicker, was
/// at least as slow as that.
pub(super) struct Timed {
    pub(super) running: Running,
    pub(super) began: Instant,
    pub(super) over: bool,
}

impl Drop for Timed {
    fn drop(&mut self) {
        if !self.over {
            self.running.first_token(self.began.elapsed(), live::now());
        }
    }
}

impl Watch {
    /// The answer is whole.
    pub(crate) fn finished(self) {
        self.timed.running.ended(true, live::now());
        self.app.live().ended(&self.target, self.permit, Outcome::Good);
    }

    /// The answer broke off.
    pub(crate) fn failed(self, failure: &Failure) {
        let outcome = Outcome::of(failure);
        if outcome == Outcome::Failed {
            self.timed.running.ended(false, live::now());
        }
        self.app.live().ended(&self.target, self.permit, outcome);
    }
}
