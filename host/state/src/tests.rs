#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::time::Duration;

use clasp_model::policy::Rate;
use clasp_route::live::Claim;
use tokio::sync::broadcast::error::TryRecvError;

use super::{Link, Notice, Options, State, UrlFault, fingerprint};

const RATE: Rate = Rate { count: 60, per: Duration::from_secs(60), burst: 10 };

#[tokio::test(start_paused = true)]
async fn alone_it_limits_by_itself() {
    let state = State::local();
    for _ in 0..10 {
        let taken = state.take("a", RATE, 1).await;
        assert!(taken.allowed && !taken.shared && taken.refused().is_none());
    }
    let refused = state.take("a", RATE, 1).await;
    assert_eq!((refused.allowed, refused.wait), (false, Duration::from_secs(1)));
    assert_eq!(refused.refused().unwrap().retry_after(), 1);
    tokio::time::advance(refused.wait).await;
    assert!(state.take("a", RATE, 1).await.allowed);
    let claim = |cost| Claim { name: "a", rate: RATE, cost };
    state.charge(&[claim(20)]).await;
    assert_eq!(state.take("a", RATE, 1).await.wait, Duration::from_secs(21));
    state.give_back(&[claim(21)]).await;
    assert!(state.take("a", RATE, 1).await.allowed);
    assert!(state.take_all(&[]).await.allowed);
}

#[tokio::test]
async fn alone_there_is_nobody_to_tell() {
    let state = State::local();
    let mut notices = state.notices();
    state.tell(&Notice::Closed { target: "acme/large".into() }).await;
    assert_eq!(notices.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(*state.link().borrow(), Link::Alone);
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_told_without_its_password() {
    for url in
        ["", "localhost", "http://localhost", "redis://:hunter2@host:port", "redis://:hunter2"]
    {
        let options = Options::new(url);
        assert_eq!(State::connect(&options).err(), Some(UrlFault), "{url}");
        assert!(!format!("{options:?}").contains("hunter2"));
    }
    assert!(!UrlFault.to_string().contains("hunter2"));
    for url in ["redis://localhost", "redis://:hunter2@localhost:6379/1", "rediss://localhost"] {
        let state = State::connect(&Options::new(url)).unwrap();
        assert!(!format!("{state:?}").contains("hunter2"), "{state:?}");
    }
}

#[test]
fn a_fingerprint_is_short_and_steady() {
    assert_eq!(fingerprint("sk-1"), fingerprint("sk-1"));
    assert_ne!(fingerprint("sk-1"), fingerprint("sk-2"));
    assert_eq!(fingerprint("").len(), 12);
}
