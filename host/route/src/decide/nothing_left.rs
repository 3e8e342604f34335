//! What is done when every target was passed over.

use std::time::Duration;

use clasp_model::{Failure, FailureKind, Retry, Source};

use super::{Candidate, Fault, Scene, names};
use crate::plan::{Reason, Role};

impl<'r> Scene<'r> {
    /// Frees the target that is to be tried all the same.
    ///
    /// # Errors
    /// Why nothing can be tried.
    pub(super) fn nothing_left(&self, targets: &mut [Candidate<'r>]) -> Result<(), Failure> {
        if targets.iter().any(|target| matches!(target.fault, Some(Fault::Unavailable(_)))) {
            return Err(self.overloaded(targets));
        }
        let is_barred = |target: &&Candidate<'_>| {
            matches!(target.fault, Some(Fault::Region(_) | Fault::Lesser(_)))
        };
        let is_there = |target: &&Candidate<'_>| {
            !matches!(target.fault, Some(Fault::Nowhere)) && !is_barred(target)
        };
        match targets.iter().find(is_there).map(|first| &first.fault) {
            None => Err(match targets.iter().find(|target| !is_barred(target)) {
                Some(gone) if !targets.iter().any(|target| is_barred(&target)) => {
                    names::no_provider(gone.provider)
                }
                _ => self.out_of_region(targets),
            }),
            Some(Some(Fault::Unknown(failure))) => Err((**failure).clone()),
            Some(_) => self.free_one(targets),
        }
    }

    /// The first target stays that only cannot do what is needed, is too small or is not set up: its
    /// provider or its plugin says what is missing. A count made here refuses nothing.
    fn free_one(&self, targets: &mut [Candidate<'_>]) -> Result<(), Failure> {
        for target in targets.iter_mut() {
            match target.fault {
                Some(Fault::NotSetUp) => {}
                Some(Fault::Unable(_) | Fault::TooLong(_)) => {
                    target.fault = self.unavailable(target);
                }
                _ => continue,
            }
            if !matches!(target.fault, Some(Fault::Unavailable(_))) {
                target.fault = None;
                return Ok(());
            }
        }
        Err(self.overloaded(targets))
    }

    /// Adds larger targets where the input, as counted, is too long for one that was looked at.
    pub(super) fn add_larger(&self, targets: &mut Vec<Candidate<'r>>) {
        let tokens = self.query.tokens.unwrap_or(0);
        let is_too_small = |target: &Candidate<'_>| match target.fault {
            Some(Fault::TooLong(window) | Fault::Tight(window)) => tokens > u64::from(window),
            _ => false,
        };
        if targets.iter().any(is_too_small) {
            targets.extend(self.larger(targets));
        }
    }

    /// The targets for what is too long elsewhere, but for those that were looked at already.
    pub(crate) fn larger(&self, targets: &[Candidate<'_>]) -> Vec<Candidate<'r>> {
        let written = self.router.larger.iter();
        written
            .map(|placed| self.candidate(placed, Role::Larger, Reason::Larger))
            .filter(|one| !targets.iter().any(|other| other.is_for(one.provider, one.model)))
            .collect()
    }

    fn overloaded(&self, targets: &[Candidate<'_>]) -> Failure {
        let until = targets.iter().filter_map(|target| match &target.fault {
            Some(Fault::Unavailable(unavailable)) => unavailable.until,
            _ => None,
        });
        let mut kinds = targets.iter().filter_map(|target| match &target.fault {
            Some(Fault::Unavailable(unavailable)) => Some(unavailable.kind),
            _ => None,
        });
        let first = kinds.next().unwrap_or(FailureKind::Overloaded);
        let kind = if kinds.all(|kind| kind == first) { first } else { FailureKind::Overloaded };
        let retry = match until.min() {
            _ if kind == FailureKind::Authentication => Retry::Elsewhere,
            Some(wait) => Retry::After(milliseconds(wait)),
            None => Retry::Again,
        };
        let message = format!("no target can take the request now: {}", listed(targets));
        Failure::new(kind, Source::Host, message).with_retry(retry)
    }

    fn out_of_region(&self, targets: &[Candidate<'_>]) -> Failure {
        let allowed = self.router.routing.regions.require.join(", ");
        let message = format!(
            "model {:?} has no target in an allowed region ({allowed}): {}",
            self.query.model,
            listed(targets)
        );
        Failure::new(FailureKind::Permission, Source::Host, message).with_retry(Retry::Never)
    }
}

/// `openai/gpt-5 (why); …`.
fn listed(targets: &[Candidate<'_>]) -> String {
    let each = targets.iter().map(|target| {
        let why = target.why();
        format!("{}/{} ({})", target.provider, target.model, why.trim_end_matches('.'))
    });
    each.collect::<Vec<_>>().join("; ")
}

/// Rounded up, so that nobody comes too early.
fn milliseconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
}
