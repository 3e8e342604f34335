//! Requests that wait for a target instead of failing: bounded, fair between client keys, each with
//! a deadline.
//!
//! Whoever waits has a time at which it is worth another try; when that comes it calls whose turn
//! it is, which may be another. So one key's requests do not overtake another's, and as many go as
//! have waited long enough. An answer that begins calls one more: what was down is up.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clasp_model::policy;
use clasp_model::{Failure, FailureKind, Retry, Source};
use clasp_route::live::{Queue, Ticket};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::explain::{Step, Trace};

type Line = Queue<oneshot::Sender<()>>;

/// All requests that wait.
#[derive(Default)]
pub(crate) struct Waiting {
    line: Mutex<Option<(usize, Arc<Line>)>>,
}

/// One request's right to wait.
pub(crate) struct Patience<'a> {
    waiting: &'a Waiting,
    settings: &'a policy::Queue,
    key: &'a str,
    deadline: Instant,
    tries: u32,
}

impl Waiting {
    /// The right of a request of `key` to wait, from now on.
    pub(crate) fn patience<'a>(
        &'a self,
        settings: &'a policy::Queue,
        key: Option<&'a str>,
    ) -> Patience<'a> {
        let deadline = Instant::now() + settings.wait;
        Patience { waiting: self, settings, key: key.unwrap_or_default(), deadline, tries: 0 }
    }

    /// A target serves: one that waits may try.
    pub(crate) fn call(&self) {
        let line = self.lock().as_ref().map(|(_, line)| Arc::clone(line));
        let Some(line) = line else { return };
        let now = Instant::now().into_std();
        while let Some(next) = line.next(now) {
            if next.send(()).is_ok() {
                return;
            }
        }
    }

    /// How many wait, by client key.
    pub(crate) fn depths(&self) -> std::collections::BTreeMap<String, usize> {
        self.lock().as_ref().map(|(_, line)| line.depths()).unwrap_or_default()
    }

    /// The line of this size; a new one where the settings changed, beside which the old one goes
    /// on until it is empty.
    fn line(&self, size: usize) -> Arc<Line> {
        let mut line = self.lock();
        match &*line {
            Some((of, line)) if *of == size => Arc::clone(line),
            _ => {
                let new = Arc::new(Queue::new(size));
                *line = Some((size, Arc::clone(&new)));
                new
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(usize, Arc<Line>)>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Patience<'_> {
    /// Waits until it is this request's turn to try again.
    ///
    /// # Errors
    /// The failure itself, where waiting would not mend it, no longer may or is not wanted.
    pub(crate) async fn wait(&mut self, failure: Failure, trace: &Trace) -> Result<(), Failure> {
        self.tries += 1;
        if !self.settings.enabled || !passes(&failure) || self.tries > self.settings.retries {
            return Err(failure);
        }
        let delay = failure.retry_after().unwrap_or(self.settings.retry_delay);
        let delay = delay.max(SHORTEST);
        let now = Instant::now();
        if now + delay >= self.deadline {
            return Err(failure);
        }
        let line = self.waiting.line(self.settings.size);
        let (call, mut called) = oneshot::channel();
        let ticket: Ticket<_> = line
            .enter(self.key, self.deadline.into_std(), now.into_std(), call)
            .map_err(|_full| full(&failure, self.settings.size, delay))?;
        trace.add(Step::Queued { waiting: line.len(), why: failure.message.clone() });
        let mut timer = std::pin::pin!(tokio::time::sleep(delay));
        loop {
            tokio::select! {
                biased;
                turn = &mut called => {
                    drop(ticket);
                    // Dropped uncalled: it had to make way, or its time is over.
                    return turn.map_err(|_dropped| failure);
                }
                () = timer.as_mut() => {
                    self.waiting.call();
                    timer.as_mut().reset(Instant::now() + self.settings.retry_delay.max(SHORTEST));
                }
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
