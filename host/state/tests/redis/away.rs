use std::time::{Duration, Instant};

use clasp_model::policy::Rate;
use clasp_route::live::Claim;
use clasp_state::{Link, Options, State};

use crate::server::{PATIENCE, Server, until};

/// So slow that nothing comes in during a test.
const RATE: Rate = Rate { count: 100, per: Duration::from_secs(3600), burst: 100 };

/// More than the timeout of 100 ms by what a busy machine may add.
const SOON: Duration = Duration::from_secs(2);

/// Takes once; whether Redis was asked, and whether it was allowed.
async fn take(state: &State, name: &str) -> (bool, bool) {
    let start = Instant::now();
    let taken = state.take(name, RATE, 1).await;
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    (taken.shared, taken.allowed)
}

async fn allowed(state: &State, name: &str, asked: u32) -> u32 {
    let mut allowed = 0;
    for _ in 0..asked {
        allowed += u32::from(take(state, name).await.1);
    }
    allowed
}

/// Asks until Redis answers, which on a busy machine may take a few.
async fn shared(state: &State) {
    let start = Instant::now();
    while !take(state, "shared").await.0 {
        assert!(start.elapsed() < PATIENCE, "not shared");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_killed_and_comes_back() {
    let Some(mut server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    assert_eq!(allowed(&one, "a", 60).await, 60);
    assert_eq!(allowed(&other, "a", 60).await, 40);

    server.kill();
    // No call fails. Each instance goes on from what it took itself.
    assert_eq!(allowed(&one, "a", 60).await, 40);
    assert_eq!(allowed(&other, "a", 70).await, 60);
    until(&one, Link::Away).await;
    until(&other, Link::Away).await;
    let start = Instant::now();
    assert_eq!(allowed(&one, "b", 1000).await, 100);
    assert!(start.elapsed() < SOON, "nobody waits for what is away: {:?}", start.elapsed());
    one.tell(&clasp_state::Notice::Closed { target: "acme/large".into() }).await;

    server.run();
    until(&one, Link::Shared).await;
    until(&other, Link::Shared).await;
    // It lost what it knew, and was told all of it.
    assert_eq!(take(&one, "a").await, (true, false));
    assert_eq!(take(&other, "b").await, (true, false));
    assert_eq!(take(&one, "c").await, (true, true));
    assert_eq!(allowed(&one, "c", 59).await + allowed(&other, "c", 60).await, 99);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_are_a_hundred_over_a_restart() {
    let Some(mut server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    assert_eq!(allowed(&one, "a", 30).await + allowed(&other, "a", 5).await, 35);
    let mut passed = 35;
    for _ in 0..2 {
        server.kill();
        for state in [&one, &other] {
            while *state.link().borrow() == Link::Shared {
                assert!(!take(state, "away").await.0);
            }
        }
        passed += allowed(&one, "a", 3).await + allowed(&other, "a", 11).await;
        server.run();
        until(&one, Link::Shared).await;
        until(&other, Link::Shared).await;
        passed += allowed(&other, "a", 8).await;
    }
    assert_eq!(passed, 35 + 2 * 22);
    passed += allowed(&one, "a", 60).await + allowed(&other, "a", 60).await;
    assert_eq!(passed, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_passed_while_redis_hung_is_told_once() {
    let Some(server) = Server::start() else { return };
    let asked = State::connect(&server.options()).unwrap();
    until(&asked, Link::Shared).await;
    let other = server.state().await;
    assert_eq!(allowed(&other, "a", 40).await, 40);
    server.signal("STOP");
    while *asked.link().borrow() == Link::Shared {
        assert!(!take(&asked, "hangs").await.0);
    }
    assert_eq!(allowed(&asked, "a", 30).await, 30);
    let claim = |cost| [Claim { name: "a", rate: RATE, cost }];
    asked.charge(&claim(10)).await;
    asked.charge_here(&claim(5));
    asked.give_back(&claim(1)).await;
    server.signal("CONT");
    until(&asked, Link::Shared).await;
    until(&other, Link::Shared).await;
    assert_eq!(allowed(&other, "a", 60).await, 16);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_hangs() {
    let Some(server) = Server::start() else { return };
    let state = State::connect(&server.options()).unwrap();
    until(&state, Link::Shared).await;
    shared(&state).await;
    server.signal("STOP");
    let (begun, mut slow) = (Instant::now(), Vec::new());
    while *state.link().borrow() == Link::Shared {
        let start = Instant::now();
        assert!(!take(&state, "a").await.0);
        if start.elapsed() >= Duration::from_millis(100) {
            slow.push(start.elapsed());
        }
        assert!(begun.elapsed() < PATIENCE, "still shared");
        tokio::task::yield_now().await;
    }
    assert!(slow.len() >= 3, "{slow:?}: one that is slow once is not away");
    let start = Instant::now();
    assert_eq!(allowed(&state, "b", 1000).await, 100);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    server.signal("CONT");
    until(&state, Link::Shared).await;
    shared(&state).await;
}

#[tokio::test]
async fn redis_is_not_there_at_the_start() {
    let Some(mut server) = Server::start() else { return };
    server.kill();
    let state = State::connect(&server.options()).unwrap();
    assert_eq!(allowed(&state, "a", 150).await, 100);
    until(&state, Link::Away).await;
    server.run();
    until(&state, Link::Shared).await;
    shared(&state).await;
}

#[tokio::test]
async fn redis_refuses() {
    let Some(server) = Server::start() else { return };
    let state = server.state().await;
    let () = server.ask(&["CONFIG", "SET", "requirepass", "secret"]);
    // The connection that is there stays; a new one is refused.
    assert!(take(&state, "a").await.0);
    let refused = State::connect(&server.options()).unwrap();
    until(&refused, Link::Away).await;
    assert_eq!(allowed(&refused, "a", 150).await, 100);
    let url = server.options().url.replace("redis://", "redis://:secret@");
    let welcome = State::connect(&Options::new(url)).unwrap();
    until(&welcome, Link::Shared).await;
}

#[tokio::test]
async fn redis_speaks_no_tls() {
    let Some(server) = Server::start() else { return };
    let url = server.options().url.replace("redis://", "rediss://");
    let state = State::connect(&Options::new(url)).unwrap();
    until(&state, Link::Away).await;
    assert_eq!(allowed(&state, "a", 150).await, 100);
}

#[tokio::test]
async fn a_dropped_state_leaves_redis_alone() {
    let Some(server) = Server::start() else { return };
    let state = server.state().await;
    let clients = || server.ask::<String>(&["CLIENT", "LIST"]).lines().count();
    assert_eq!(clients(), 2);
    drop(state);
    let start = Instant::now();
    while clients() > 1 {
        assert!(start.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
}
