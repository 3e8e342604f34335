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
async fn two_instances_hold_one_rate() {
    let Some(server) = Server::start() else { return };
    let states = [server.state().await, server.state().await];

    let start = Instant::now();
    let minute = rate(100, 60, 100);
    let allowed = hammer(&states, "minute", minute, |_, asked| asked < 100).await;
    let came = (start.elapsed().as_secs_f64() / 0.6).ceil();
    assert!(allowed >= 100, "{allowed} of 100");
    assert!(allowed as f64 <= 100.0 + came, "{allowed} with {came} that came in meanwhile");

    // Over some time: the burst, and what comes in.
    let start = Instant::now();
    let quick = rate(1000, 1, 100);
    let allowed = hammer(&states, "quick", quick, |elapsed, _| elapsed.as_millis() < 1500).await;
    let most = 100.0 + start.elapsed().as_secs_f64() * 1000.0;
    println!("allowed {allowed} of {most:.0}");
    assert!(allowed as f64 <= most + 1.0, "{allowed} of {most}");
    assert!(allowed > 100, "something came in");
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
    let (own, all) = (claim("own", rate(1, 60, 5), 1), claim("all", rate(1, 60, 2), 1));
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
    assert_eq!(keys, ["clasp:rate:a", "clasp:rate:b", "clasp:total:c"]);
    for key in keys {
        let left: i64 = server.ask(&["PTTL", &key]);
        assert!((1000..=6_001_000).contains(&left), "{key}: {left} ms");
    }
}
