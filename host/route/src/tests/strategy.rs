//! In which order a route's targets are tried.

use std::collections::HashMap;

use clasp_model::policy::{Route, RouteTarget, Sticky, Strategy};
use proptest::prelude::*;

use super::support::{Now, all, four, knowing, order, price, query, router, to};
use crate::{Live, NoLive, Query, Reason, Role, Router, decide};

fn weighted(weights: &[(&str, u32)], sticky: Sticky) -> Router {
    let targets = weights
        .iter()
        .map(|(model, weight)| RouteTarget { weight: *weight, ..RouteTarget::from(*model) });
    let targets = targets.collect();
    router(all(Route { targets, strategy: Strategy::Weighted, sticky, ..Route::default() }), four())
}

fn by(strategy: Strategy) -> Route {
    Route { strategy, ..to(&["a/m", "b/m", "c/m", "d/m"]) }
}

fn sessions(count: u32) -> impl Iterator<Item = String> {
    (0..count).map(|at| format!("session-{at}"))
}

/// How often each provider comes first for many conversations.
fn shares(router: &Router) -> HashMap<String, f64> {
    let mut shares = HashMap::new();
    for session in sessions(4000) {
        let query = Query { session: Some(&session), ..query() };
        let first = order(router, &query, &NoLive).remove(0);
        *shares.entry(first).or_default() += 1.0 / 4000.0;
    }
    shares
}

#[test]
fn ordered_is_as_written() {
    let router = router(all(by(Strategy::Ordered)), four());
    assert_eq!(order(&router, &query(), &NoLive), ["a", "b", "c", "d"]);
}

#[test]
fn weights_are_the_shares_of_conversations() {
    let shares = shares(&weighted(&[("a/m", 7), ("b/m", 2), ("c/m", 1)], Sticky::Session));
    for (provider, share) in [("a", 0.7), ("b", 0.2), ("c", 0.1)] {
        let found = shares[provider];
        assert!((found - share).abs() < 0.03, "{provider} has {found} instead of {share}");
    }
}

#[test]
fn another_target_takes_only_its_own_share() {
    let before = weighted(&[("a/m", 1), ("b/m", 1)], Sticky::Session);
    let after = weighted(&[("a/m", 1), ("b/m", 1), ("c/m", 1)], Sticky::Session);
    let mut moved = 0;
    for session in sessions(1000) {
        let query = Query { session: Some(&session), ..query() };
        let old = order(&before, &query, &NoLive);
        let new = order(&after, &query, &NoLive);
        let rest: Vec<_> = new.iter().filter(|provider| *provider != "c").cloned().collect();
        assert_eq!(rest, old, "{session}");
        moved += usize::from(new[0] == "c");
    }
    assert!((250..420).contains(&moved), "{moved} of 1000 moved");
}

#[test]
fn a_conversation_or_a_key_keeps_to_its_target_whatever_chance_says() {
    let session = Query { session: Some("s"), key: Some("k"), ..query() };
    for (sticky, kept) in [(Sticky::Session, true), (Sticky::Key, true), (Sticky::Off, false)] {
        let router = weighted(&[("a/m", 1), ("b/m", 1), ("c/m", 1)], sticky);
        let mut seen: Vec<_> = (0..50)
            .map(|at| {
                let random = f64::from(at) / 50.0;
                order(&router, &Query { random, ..session }, &NoLive)
            })
            .collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len() == 1, kept, "{sticky:?}: {seen:?}");
    }
    let by_key = weighted(&[("a/m", 1), ("b/m", 1)], Sticky::Key);
    let plan = decide(&by_key, &session, &NoLive).unwrap();
    assert_eq!(plan.targets[0].reason, Reason::Kept);
    let nameless = decide(&by_key, &query(), &NoLive).unwrap();
    assert_eq!(nameless.targets[0].reason, Reason::Drawn);
}

#[test]
fn a_conversation_keeps_to_its_target_in_every_version() {
    // Were it another in a new version, every prompt cache would start anew.
    let router = weighted(&[("a/m", 1), ("b/m", 1), ("c/m", 1), ("d/m", 1)], Sticky::Session);
    let found: Vec<String> = sessions(6)
        .map(|session| {
            order(&router, &Query { session: Some(&session), ..query() }, &NoLive).concat()
        })
        .collect();
    assert_eq!(found, ["dabc", "bacd", "bdac", "acbd", "cbda", "dcba"]);
}

#[test]
fn weight_0_is_only_a_fallback() {
    let router = weighted(&[("a/m", 0), ("b/m", 1), ("c/m", 1)], Sticky::Session);
    assert!(!shares(&router).contains_key("a"));
    let plan = decide(&router, &query(), &NoLive).unwrap();
    let last = plan.targets.last().unwrap();
    assert_eq!((last.provider.as_str(), last.role), ("a", Role::Fallback));
    assert_eq!(last.reason, Reason::Weightless);
    // Where all have it, it says nothing.
    let none = weighted(&[("a/m", 0), ("b/m", 0)], Sticky::Session);
    assert!(shares(&none).values().all(|share| (0.4..0.6).contains(share)));
}

#[test]
fn the_quickest_comes_first_once_all_are_measured() {
    let router = router(all(by(Strategy::Latency)), four());
    let live =
        Now { times: vec![("a", 900), ("b", 300), ("c", 300), ("d", 100)], ..Now::default() };
    assert_eq!(order(&router, &query(), &live), ["d", "b", "c", "a"]);
    let plan = decide(&router, &query(), &live).unwrap();
    assert_eq!(plan.targets[0].reason.to_string(), "its first token takes 100 ms");
}

#[test]
fn what_is_not_measured_and_idle_is_tried_first_one_at_a_time() {
    let router = router(all(by(Strategy::Latency)), four());
    let mut live = Now { times: vec![("b", 300), ("d", 100)], ..Now::default() };
    let at = |random| Query { random, ..query() };
    assert_eq!(order(&router, &at(0.0), &live), ["a", "d", "b", "c"]);
    assert_eq!(order(&router, &at(0.99), &live), ["c", "d", "b", "a"]);
    live.running = vec![("a", 2)];
    assert_eq!(order(&router, &at(0.0), &live), ["c", "d", "b", "a"]);
    live.running = vec![("a", 2), ("c", 1)];
    assert_eq!(order(&router, &at(0.0), &live), ["d", "b", "c", "a"]);
    // One that cannot serve is not explored.
    live.running.clear();
    live.down = vec![("a", None)];
    assert_eq!(order(&router, &at(0.0), &live), ["c", "d", "b"]);
}

#[test]
fn the_cheapest_is_told_by_three_tokens_of_input_to_one_of_output() {
    let catalog =
        knowing(&[("a", price(3.0, 3.0)), ("b", price(1.0, 8.0)), ("d", price(1.0, 10.0))]);
    let router = router(all(by(Strategy::Cheapest)), catalog);
    assert_eq!(order(&router, &query(), &NoLive), ["b", "a", "d", "c"]);
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(plan.targets[0].reason, Reason::Price(2.75));
    assert_eq!(plan.targets[3].reason, Reason::Unpriced);
}

#[test]
fn the_least_busy_comes_first_and_ties_keep_their_place() {
    let router = router(all(by(Strategy::Busy)), four());
    let live = Now { running: vec![("a", 3), ("b", 1), ("d", 1)], ..Now::default() };
    assert_eq!(order(&router, &query(), &live), ["c", "b", "d", "a"]);
}

proptest! {
    #[test]
    fn any_strategy_tries_every_target_once(
        strategy in prop::sample::select(vec![
            Strategy::Ordered, Strategy::Weighted, Strategy::Latency, Strategy::Cheapest, Strategy::Busy,
        ]),
        weights in prop::collection::vec(0_u32..4, 4),
        times in prop::collection::vec(0_u64..5, 0..4),
        random in 0.0..1.0_f64,
    ) {
        let mut route = by(strategy);
        for (target, weight) in route.targets.iter_mut().zip(&weights) {
            target.weight = *weight;
        }
        let router = router(all(route), four());
        let live = Now { times: ["a", "b", "c", "d"].into_iter().zip(times).collect(), ..Now::default() };
        let live: &dyn Live = &live;
        let mut found = order(&router, &Query { random, ..query() }, live);
        prop_assert_eq!(&found, &order(&router, &Query { random, ..query() }, live));
        found.sort();
        prop_assert_eq!(found, ["a", "b", "c", "d"]);
    }
}
