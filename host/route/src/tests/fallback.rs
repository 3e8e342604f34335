//! What is tried behind a route's own targets.

use clasp_model::Abilities;
use clasp_model::policy::{FallbackMode, Route, Routing};

use super::support::{
    ALL, Now, able, all, four, knowing, list, order, price, query, refused, router, targets, to,
    why, window,
};
use crate::{NoLive, Query, Reason, Role, Router, decide};

fn mode(mode: FallbackMode) -> Routing {
    Routing { fallback: list(&["b/m", "c/m", "d/m"]), mode, ..all(to(&["a/m"])) }
}

#[test]
fn a_routes_come_before_its_tiers_and_those_before_all_others_each_once() {
    let opus = Route { fallback: list(&["c/m", "a/m"]), ..to(&["b/other"]) };
    let own = Route { fallback: list(&["b/m"]), ..to(&["a/m"]) };
    let routing = Routing {
        routes: [("*opus*".to_owned(), own)].into(),
        tiers: [("opus".to_owned(), opus)].into(),
        fallback: list(&["d/m", "b/m"]),
        ..Routing::default()
    };
    let router = router(routing, four());
    let plan = decide(&router, &Query { model: "opus", ..query() }, &NoLive).unwrap();
    let found: Vec<_> = plan
        .targets
        .iter()
        .map(|one| (one.provider.as_str(), one.role, one.reason.clone()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", Role::Primary, Reason::Written),
            ("b", Role::Fallback, Reason::RouteFallback),
            ("c", Role::Fallback, Reason::TierFallback),
            ("d", Role::Fallback, Reason::Fallback),
        ]
    );
    // A name of no tier has no tier's fallback; what no route claims has everybody's.
    assert_eq!(order(&router, &Query { model: "m", ..query() }, &NoLive), ["a", "d", "b"]);
}

#[test]
fn a_tier_that_a_name_goes_by_has_its_fallback_once() {
    let route = Route { fallback: list(&["c/m"]), ..to(&["b/m"]) };
    let routing = Routing { tiers: [("haiku".to_owned(), route)].into(), ..Routing::default() };
    let plan = decide(&router(routing, four()), &Query { model: "haiku", ..query() }, &NoLive);
    let reasons: Vec<_> = plan.unwrap().targets.into_iter().map(|one| one.reason).collect();
    assert_eq!(reasons, [Reason::Written, Reason::RouteFallback]);
}

#[test]
fn d04_a_fallback_serves_where_the_default_provider_is_not_there() {
    let routing = Routing { fallback: list(&["b/m"]), ..Routing::default() };
    let router = Router::new(routing, "gone".to_owned(), four());
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(targets(&plan), ["b/m"]);
    assert_eq!(why(&plan, "gone"), "Provider gone is not available.");
}

#[test]
fn balanced_is_as_written() {
    let catalog = knowing(&[("d", price(1.0, 1.0))]);
    let router = router(mode(FallbackMode::Balanced), catalog);
    assert_eq!(order(&router, &query(), &NoLive), ["a", "b", "c", "d"]);
}

#[test]
fn cost_is_the_cheapest_first() {
    let catalog =
        knowing(&[("a", price(9.0, 9.0)), ("d", price(1.0, 1.0)), ("c", price(2.0, 2.0))]);
    let router = router(mode(FallbackMode::Cost), catalog);
    assert_eq!(order(&router, &query(), &NoLive), ["a", "d", "c", "b"]);
}

#[test]
fn strict_takes_only_what_has_all_that_the_first_has() {
    let first = (Some(1000), Some(Abilities { audio: false, ..ALL }), None);
    let lesser = (Some(2000), Some(Abilities { images: false, ..ALL }), None);
    let same = (Some(1000), Some(Abilities { audio: false, ..ALL }), None);
    let router = router(
        mode(FallbackMode::Strict),
        knowing(&[("a", first), ("b", lesser), ("c", same), ("d", able(ALL))]),
    );
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(order(&router, &query(), &NoLive), ["a", "c"]);
    assert_eq!(why(&plan, "b"), "It lacks what the first target has: images.");
    assert_eq!(
        why(&plan, "d"),
        "It lacks what the first target has: a context window of 1000 tokens (not known)."
    );
}

#[test]
fn strict_lets_nothing_lesser_in_for_want_of_others() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(900))]);
    let routing =
        Routing { fallback: list(&["b/m"]), mode: FallbackMode::Strict, ..all(to(&["a/m"])) };
    let router = router(routing, catalog);
    let tight = Query { tokens: Some(850), output: Some(100), ..query() };
    let live = Now { down: vec![("a", None)], ..Now::default() };
    let failure = refused(&router, &tight, &live);
    assert!(failure.message.contains("1000 tokens (has 900)"), "{failure}");
}

#[test]
fn strict_asks_for_nothing_that_is_not_known_of_the_first() {
    let router = router(mode(FallbackMode::Strict), knowing(&[("b", window(10))]));
    assert_eq!(order(&router, &query(), &NoLive), ["a", "b", "c", "d"]);
}

#[test]
fn a_routes_own_mode_wins() {
    let catalog = knowing(&[("d", price(1.0, 1.0))]);
    let mut routing = mode(FallbackMode::Balanced);
    routing.default = Some(Route { mode: Some(FallbackMode::Cost), ..to(&["a/m"]) });
    assert_eq!(order(&router(routing, catalog), &query(), &NoLive), ["a", "d", "b", "c"]);
}
