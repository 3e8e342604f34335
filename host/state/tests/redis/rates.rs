use std::time::{Duration, Instant};

use clasp_model::policy::Rate;
use clasp_route::live::Claim;
use clasp_state::State;

use crate::server::Server;

const fn rate(count: u64, seconds: u64, burst: u64) -> Rate {
    Rate { count, per: Duration::from_secs(seconds), burst }
}

/// Asks from several tasks of each of `states` while `more` says so; how many were allowed.
async fn hammer(
    states: &[State],
    name: &'static str,
    rate: Rate,
    more: fn(Duration, u32) -> bool,
) -> u64 {
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for state in states {
        for _ in 0..4 {
            let state = state.clone();
            tasks.spawn(async move {
                let mut allowed = 0;
                let mut asked = 0;
                while more(start.elapsed(), asked) {
                    let taken = state.take(name, rate, 1).await;
                    assert!(taken.shared, "Redis answers");
                    allowed += u64::from(taken.allowed);
                    asked += 1;
                }
                allowed
            });
        }
    }
    tasks.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_let_a_hundred_a_minute_through() {
    let Some(server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    let minute = rate(100, 60, 100);
    let all = |_, asked| asked < 100;
    let evenly = hammer(&[one.clone(), other.clone()], "evenly", minute, all).await;
    let seven: Vec<State> =
        [&one, &one, &one, &other, &one, &one, &one, &one].map(State::clone).into();
    let unevenly = hammer(&seven, "unevenly", minute, all).await;
    let alone = hammer(&[other], "alone", minute, all).await;
    println!("allowed {evenly} evenly, {unevenly} unevenly, {alone} alone");
    assert_eq!([evenly, unevenly, alone], [100; 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_hold_one_rate_over_time() {
    let Some(server) = Server::start() else { return };
    let states = [server.state().await, server.state().await];
    for (name, burst) in [("paced", 50), ("at once", 500)] {
        let start = Instant::now();
        let rate = rate(500, 1, burst);
        let allowed = hammer(&states, name, rate, |elapsed, _| elapsed.as_millis() < 2500).await;
        let took = start.elapsed().as_secs_f64();
        let most = (burst as f64 + took * 500.0 + 1.0).min(took.ceil() * 500.0);
        println!("{name}: allowed {allowed} of {most:.0} in {took:.3} s");
        assert!(allowed as f64 <= most, "{allowed} of {most}");
        assert!(allowed > 500, "{allowed}: what is free again is given");
    }
}

#[tokio::test]
async fn who_waits_as_told_gets_in_on_either_instance() {
    let Some(server) = Server::start() else { return };
    let (one, other) = (server.state().await, server.state().await);
    let rate = rate(7, 2, 1);
    assert!(one.take("a", rate, 1).await.allowed);
    let told = other.take("a", rate, 1).await;
    assert!(!told.allowed && told.shared);
    let wait = told.refused().unwrap();
    assert!(Duration::from_millis(100) < wait.0 && wait.0 <= Duration::from_micros(285_715));
    let due = Instant::now() + wait.0;
    let mut asks = 0;
    loop {
        let at = Instant::now();
        let taken = one.take("a", rate, 1).await;
        if taken.allowed {
            break;
        }
        assert!(at < due, "it waited as told");
        asks += 1;
    }
    assert!(asks > 0, "and nobody gets in before");
}

#[tokio::test]
async fn all_limits_or_none_and_costs_afterwards() {
    let Some(server) = Server::start() else { return };
    let state = server.state().await;
    let claim = |name, rate, cost| Claim { name, rate, cost };
    let (own, all) = (claim("own", rate(5, 300, 5), 1), claim("all", rate(2, 120, 2), 1));
    assert!(state.take_all(&[own, all]).await.allowed);
    assert!(state.take_all(&[own, all]).await.allowed);
    let refused = state.take_all(&[own, all]).await;
    assert!(!refused.allowed && refused.wait > Duration::from_secs(50));
    assert!(state.take("own", own.rate, 3).await.allowed, "the refused one took nothing");
    assert!(!state.take("own", own.rate, 1).await.allowed);
    state.give_back(&[claim("own", own.rate, 2)]).await;
    assert!(state.take("own", own.rate, 2).await.allowed);

    let tokens = rate(1000, 60, 1000);
    assert!(state.take("tokens", tokens, 1).await.allowed);
    state.charge(&[claim("tokens", tokens, 2999)]).await;
    let wait = state.take("tokens", tokens, 1).await.wait.as_secs_f64();
    assert!((90.0..=120.1).contains(&wait), "{wait} s until 2,001 are paid off");
    assert!(state.take("large", tokens, 5000).await.allowed, "nothing else was taken");
    assert!(!state.take("large", tokens, 1).await.allowed);
}

#[tokio::test]
async fn nothing_stays_in_redis() {
    let Some(server) = Server::start() else { return };
    let state = server.state().await;
    let rate = rate(60, 3600, 10);
    state.take("a", rate, 5).await;
    state.charge(&[Claim { name: "b", rate, cost: 100 }]).await;
    state.add("c", 5, Duration::from_secs(60)).await;
    state.give_back(&[Claim { name: "d", rate, cost: 5 }]).await;
    let mut keys: Vec<String> = server.ask(&["KEYS", "*"]);
    keys.sort();
    assert_eq!(keys, ["clasp:limit:a", "clasp:limit:b", "clasp:memory", "clasp:total:c"]);
    for key in keys {
        let left: i64 = server.ask(&["PTTL", &key]);
        let most = if key == "clasp:memory" { 315_360_000_000 } else { 6_001_000 };
        assert!((1000..=most).contains(&left), "{key}: {left} ms");
    }
}
