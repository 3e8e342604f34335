//! Requests that wait for a target instead of failing: bounded, fair between client keys, each with
//! a deadline.
//!
//! Whoever waits has a time from which it is worth another try, as the provider or the settings say.
//! When that comes it calls whose turn it is among those whose time has come: so one key's requests
//! do not overtake another's, and nobody goes before its time.

use std::sync::Arc;
use std::time::Duration;

use clasp_model::policy;
use clasp_model::{Failure, FailureKind, Retry, Source};
use clasp_route::live::Queue;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::explain::{Step, Trace};

type Line = Queue<oneshot::Sender<()>>;

/// All requests that wait.
pub(crate) struct Waiting(Arc<Line>);

/// One request's right to wait.
pub(crate) struct Patience<'a> {
    line: &'a Arc<Line>,
    settings: &'a policy::Queue,
    key: &'a str,
    deadline: Instant,
    tries: u32,
}

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(Queue::new(0)))
    }
}

impl Waiting {
    /// Takes other settings; who waits goes on waiting.
    pub(crate) fn configure(&self, settings: &policy::Queue) {
        self.0.resize(settings.size);
    }

    /// The right of a request of `key` to wait, from now on.
    pub(crate) fn patience<'a>(
        &'a self,
        settings: &'a policy::Queue,
        key: Option<&'a str>,
    ) -> Patience<'a> {
        let deadline = Instant::now() + settings.wait;
        Patience { line: &self.0, settings, key: key.unwrap_or_default(), deadline, tries: 0 }
    }

    /// How many wait, by client key.
    pub(crate) fn depths(&self) -> std::collections::BTreeMap<String, usize> {
        self.0.depths()
    }
}

impl Patience<'_> {
    /// Waits until it is this request's turn to try again. `asked`: a provider was asked since the
    /// last wait, which makes it a try.
    ///
    /// # Errors
    /// The failure itself, where waiting would not mend it, no longer may or is not wanted.
    pub(crate) async fn wait(
        &mut self,
        failure: Failure,
        asked: bool,
        trace: &Trace,
    ) -> Result<(), Failure> {
        self.tries += u32::from(asked);
        if !self.settings.enabled || !passes(&failure) || self.tries > self.settings.retries {
            return Err(failure);
        }
        let delay = failure.retry_after().unwrap_or(self.settings.retry_delay).max(SHORTEST);
        let now = Instant::now();
        let due = now + delay;
        if due >= self.deadline {
            return Err(failure);
        }
        let (call, mut called) = oneshot::channel();
        let deadline = self.deadline.into_std();
        let ticket = self.line.enter(self.key, due.into_std(), deadline, now.into_std(), call);
        let ticket = ticket.map_err(|_full| full(&failure, self.line.len(), delay))?;
        trace.add(Step::Queued { waiting: self.line.len(), why: failure.message.clone() });
        let mut timer = std::pin::pin!(tokio::time::sleep_until(due));
        loop {
            tokio::select! {
                biased;
                turn = &mut called => {
                    drop(ticket);
                    // Dropped uncalled: it had to make way, or its time is over.
                    return turn.map_err(|_dropped| failure);
                }
                () = timer.as_mut() => {
                    if Instant::now() >= self.deadline {
                        return Err(failure);
                    }
                    self.call();
                    timer.as_mut().reset((Instant::now() + SHORTEST).min(self.deadline));
                }
            }
        }
    }

    /// Calls whose turn it is.
    fn call(&self) {
        let now = Instant::now().into_std();
        while let Some(next) = self.line.next(now) {
            if next.send(()).is_ok() {
                return;
            }
        }
    }
}

/// A zero delay must not spin.
const SHORTEST: Duration = Duration::from_millis(10);

/// Whether a failure is one that passes by itself.
fn passes(failure: &Failure) -> bool {
    use FailureKind::{Overloaded, ProviderError, RateLimited, Timeout};
    let kind = matches!(failure.kind, Overloaded | ProviderError | RateLimited | Timeout);
    let again = matches!(failure.retry, Retry::Again | Retry::After(_));
    // A client's own limit is for the client to wait for.
    kind && again && failure.source != Source::Client
}

fn full(failure: &Failure, size: usize, delay: Duration) -> Failure {
    let message = format!("{}; {size} requests wait already, and no more may", failure.message);
    Failure::new(FailureKind::Overloaded, Source::Host, message)
        .with_retry(Retry::After(delay.as_millis() as u64))
}
