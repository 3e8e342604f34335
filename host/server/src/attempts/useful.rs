//! What a client is told when nobody could serve.

use clasp_model::{Failure, FailureKind, Retry, Source};
use clasp_upstream::retry;

use crate::lane::Refused;

/// The failure that helps the client most, with the provider's own words for it (rule D4). Where
/// waiting helps, it is told the time of the target that is back first.
pub(super) fn most_useful(refused: Vec<Refused>) -> Refused {
    let failures: Vec<Failure> = refused.iter().map(|refused| refused.failure.clone()).collect();
    let first_back = failures.iter().filter(|failure| passes(failure));
    let first_back = first_back.filter_map(Failure::retry_after).min();
    let Some(failure) = retry::most_useful(failures) else {
        let message = "no provider is configured";
        return Failure::new(FailureKind::NotFound, Source::Host, message).into();
    };
    let answer = refused.into_iter().find(|refused| refused.failure == failure);
    let mut answer = answer.and_then(|refused| refused.answer);
    let sooner = first_back.filter(|_| passes(&failure));
    let sooner = sooner.filter(|sooner| failure.retry_after().is_some_and(|own| *sooner < own));
    let failure = match sooner {
        Some(sooner) => {
            answer = None;
            failure.with_retry(Retry::After(sooner.as_millis() as u64))
        }
        None => failure,
    };
    Refused { failure, answer }
}

fn passes(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::RateLimited | FailureKind::Overloaded)
}
