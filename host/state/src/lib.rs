//! What several clasps share through Redis, so that they act as one: rates, totals, and word of
//! keys that rest and breakers that open.
//!
//! Redis may be away at any time, at the start too. Then every call is answered at once from what
//! this instance knows itself, and no request fails for it; the connection is sought again in the
//! background. While Redis answers, what passes is counted here as well, so that its going away
//! does not let a fresh burst through; and when it comes back it is told what passed meanwhile, and
//! all that counts still if it lost what it knew.
//!
//! Concurrency is not shared: a place is held for minutes, and an instance that dies would keep
//! it. [`State::limiter`] counts it for this instance.
//!
//! Redis 6.2 or newer, or what speaks its protocol (RESP3); not a cluster. All keys begin with
//! [`Options::prefix`] and expire by themselves.

mod link;
mod notice;
mod rates;
mod totals;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clasp_route::live::Limiter;
use tokio::sync::{broadcast, watch};

pub use self::link::{Link, Options, UrlFault};
pub use self::notice::{Notice, fingerprint};
pub use self::rates::Taken;

use self::link::Shared;
use self::totals::Totals;

/// Notices that a receiver may be behind before it loses some.
const NOTICES: usize = 1024;

/// What instances share, or what this one knows if it is alone.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limiter: Arc<Limiter>,
    totals: Totals,
    shared: Option<Arc<Shared>>,
    notices: broadcast::Sender<Notice>,
    /// Has heard everything since the start, for the first who asks.
    first: Mutex<Option<broadcast::Receiver<Notice>>>,
    link: watch::Receiver<Link>,
    task: Option<tokio::task::AbortHandle>,
}

impl State {
    /// Nothing is shared.
    pub fn local() -> Self {
        let (notices, first) = broadcast::channel(NOTICES);
        let (_, link) = watch::channel(Link::Alone);
        Self::new(Arc::default(), None, notices, first, link, None)
    }

    /// Shares through Redis, from when it answers. Needs a Tokio runtime; waits for nothing.
    ///
    /// # Errors
    /// The URL cannot be read.
    pub fn connect(options: &Options) -> Result<Self, UrlFault> {
        let (notices, first) = broadcast::channel(NOTICES);
        let (says, link) = watch::channel(Link::Trying);
        let limiter = Arc::<Limiter>::default();
        let shared = Arc::new(Shared::new(options, limiter.clone())?);
        let task = tokio::spawn(link::keep(shared.clone(), says, notices.clone()));
        let task = Some(task.abort_handle());
        Ok(Self::new(limiter, Some(shared), notices, first, link, task))
    }

    /// Whether things are shared now; changes can be waited for.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.0.link.clone()
    }

    /// The limits of this instance alone, for concurrency. Its rates are used while Redis is away.
    pub fn limiter(&self) -> &Limiter {
        &self.0.limiter
    }

    fn new(
        limiter: Arc<Limiter>,
        shared: Option<Arc<Shared>>,
        notices: broadcast::Sender<Notice>,
        first: broadcast::Receiver<Notice>,
        link: watch::Receiver<Link>,
        task: Option<tokio::task::AbortHandle>,
    ) -> Self {
        Self(Arc::new(Inner {
            limiter,
            totals: Totals::default(),
            shared,
            notices,
            first: Mutex::new(Some(first)),
            link,
            task,
        }))
    }
}

impl Inner {
    fn receiver(&self) -> broadcast::Receiver<Notice> {
        let first = self.first.lock().unwrap_or_else(PoisonError::into_inner).take();
        first.unwrap_or_else(|| self.notices.subscribe())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

/// The clock of the runtime, which tests can pause.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
