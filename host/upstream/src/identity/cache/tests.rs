#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Source};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tokio::time::advance;

use super::{Fresh, Granted, Pass, Slot};

/// Counts fetches; each gives `token-<number>`, once it is let through.
#[derive(Clone)]
struct Endpoint {
    fetches: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
    lifetime: Option<Duration>,
    fails: bool,
}

impl Endpoint {
    fn new(lifetime: Option<Duration>) -> Self {
        let gate = Arc::new(Semaphore::new(1000));
        Self { fetches: Arc::default(), gate, lifetime, fails: false }
    }

    fn count(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    fn fetch(&self) -> impl Future<Output = Result<Fresh, Failure>> + Send + 'static {
        let Self { fetches, gate, lifetime, fails } = self.clone();
        async move {
            let number = fetches.fetch_add(1, Ordering::SeqCst) + 1;
            gate.acquire().await.unwrap().forget();
            if fails {
                let failure = Failure::new(FailureKind::Authentication, Source::Host, "no");
                return Err(failure);
            }
            let pass = Pass::Token(SecretString::from(format!("token-{number}")));
            Ok(Fresh { pass, lifetime, renewable: true })
        }
    }

    async fn get(&self, slot: &Arc<Slot>) -> Result<Granted, Failure> {
        slot.get(|| self.fetch()).await
    }
}

fn token(granted: &Granted) -> &str {
    match &*granted.pass {
        Pass::Token(token) => token.expose_secret(),
        Pass::Aws(_) => panic!("a token"),
    }
}

const HOUR: Option<Duration> = Some(Duration::from_secs(3600));

#[tokio::test(start_paused = true)]
async fn a_token_is_kept_and_renewed_in_the_background_before_it_expires() {
    let (slot, endpoint) = (Arc::new(Slot::default()), Endpoint::new(HOUR));
    assert_eq!(token(&endpoint.get(&slot).await.unwrap()), "token-1");
    advance(Duration::from_secs(54 * 60)).await;
    let kept = endpoint.get(&slot).await.unwrap();
    assert_eq!((token(&kept), kept.kept, endpoint.count()), ("token-1", true, 1));

    advance(Duration::from_secs(2 * 60)).await;
    let stale = endpoint.get(&slot).await.unwrap();
    assert_eq!(token(&stale), "token-1", "nobody waits for a renewal ahead of time");
    tokio::task::yield_now().await;
    assert_eq!(endpoint.count(), 2);
    assert_eq!(token(&endpoint.get(&slot).await.unwrap()), "token-2");
    assert_eq!(endpoint.count(), 2);
    assert_eq!(slot.passes().len(), 2, "the one before is masked, too");

    advance(Duration::from_secs(3600)).await;
    let new = endpoint.get(&slot).await.unwrap();
    assert_eq!((token(&new), new.kept), ("token-3", false), "an expired one is never used");
}

#[tokio::test(start_paused = true)]
async fn many_wait_for_one_fetch_and_get_its_outcome() {
    for fails in [false, true] {
        let slot = Arc::new(Slot::default());
        let gate = Arc::new(Semaphore::new(0));
        let endpoint = Endpoint { gate, fails, ..Endpoint::new(HOUR) };
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let (slot, endpoint) = (Arc::clone(&slot), endpoint.clone());
                tokio::spawn(async move { endpoint.get(&slot).await.is_ok() })
            })
            .collect();
        tokio::task::yield_now().await;
        endpoint.gate.add_permits(1);
        for task in waiting {
            assert_eq!(task.await.unwrap(), !fails);
        }
        assert_eq!(endpoint.count(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_fetch_goes_on_when_who_began_it_is_gone() {
    let slot = Arc::new(Slot::default());
    let endpoint = Endpoint { gate: Arc::new(Semaphore::new(0)), ..Endpoint::new(HOUR) };
    let first = {
        let (slot, endpoint) = (Arc::clone(&slot), endpoint.clone());
        tokio::spawn(async move { endpoint.get(&slot).await.is_ok() })
    };
    tokio::task::yield_now().await;
    first.abort();
    endpoint.gate.add_permits(1);
    assert_eq!(token(&endpoint.get(&slot).await.unwrap()), "token-1");
    assert_eq!(endpoint.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_renewal_ahead_of_time_is_not_tried_with_every_request() {
    let (slot, endpoint) = (Arc::new(Slot::default()), Endpoint::new(HOUR));
    endpoint.get(&slot).await.unwrap();
    let broken = Endpoint { fails: true, ..endpoint.clone() };
    advance(Duration::from_secs(56 * 60)).await;
    for _ in 0..5 {
        assert_eq!(token(&broken.get(&slot).await.unwrap()), "token-1");
        tokio::task::yield_now().await;
    }
    assert_eq!(endpoint.count(), 2);
    advance(Duration::from_secs(31)).await;
    broken.get(&slot).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(endpoint.count(), 3);
    advance(Duration::from_secs(300)).await;
    assert!(broken.get(&slot).await.is_err());
    assert_eq!(token(&endpoint.get(&slot).await.unwrap()), "token-5", "a fetch may work again");
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all() {
    let (slot, endpoint) = (Arc::new(Slot::default()), Endpoint::new(HOUR));
    let fetched = endpoint.get(&slot).await.unwrap();
    assert!(slot.renew(&fetched, || endpoint.fetch()).await.is_none(), "it is as new as can be");
    let kept = endpoint.get(&slot).await.unwrap();
    let one = slot.renew(&kept, || endpoint.fetch()).await.unwrap();
    let other = slot.renew(&kept, || endpoint.fetch()).await.unwrap();
    assert_eq!((token(&one), token(&other), endpoint.count()), ("token-2", "token-2", 2));

    slot.renewal_was_useless();
    let kept = endpoint.get(&slot).await.unwrap();
    assert!(slot.renew(&kept, || endpoint.fetch()).await.is_none());
    advance(Duration::from_secs(31)).await;
    assert_eq!(token(&slot.renew(&kept, || endpoint.fetch()).await.unwrap()), "token-3");
}

#[tokio::test(start_paused = true)]
async fn short_lives_are_used_for_the_most_part() {
    let (slot, endpoint) =
        (Arc::new(Slot::default()), Endpoint::new(Some(Duration::from_secs(100))));
    endpoint.get(&slot).await.unwrap();
    advance(Duration::from_secs(79)).await;
    endpoint.get(&slot).await.unwrap();
    tokio::task::yield_now().await;
    assert_eq!(endpoint.count(), 1);
    advance(Duration::from_secs(12)).await;
    assert_eq!(token(&endpoint.get(&slot).await.unwrap()), "token-2");
    let forever = Arc::new(Slot::default());
    let endpoint = Endpoint::new(None);
    endpoint.get(&forever).await.unwrap();
    advance(Duration::from_secs(1_000_000)).await;
    assert_eq!(token(&endpoint.get(&forever).await.unwrap()), "token-1");
}
