//! Where answers may come from.

use clasp_model::FailureKind;
use clasp_model::policy::{Regions, Route, Routing, Strategy};

use super::support::{Now, all, four, list, order, query, refused, router, to, why};
use crate::{NoLive, decide};

fn routing(route: Route, prefer: &[&str], require: &[&str]) -> Routing {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let of = [("a", "us"), ("b", "eu"), ("c", "eu")];
    Routing {
        regions: Regions { prefer: words(prefer), require: words(require) },
        provider_regions: of.map(|(name, region)| (name.to_owned(), region.to_owned())).into(),
        ..all(route)
    }
}

fn every() -> Route {
    to(&["a/m", "b/m", "c/m", "d/m"])
}

#[test]
fn a_preferred_region_comes_first_and_nothing_is_left_out() {
    assert_eq!(
        order(&router(routing(every(), &["eu"], &[]), four()), &query(), &NoLive),
        ["b", "c", "a", "d"]
    );
    let two = router(routing(every(), &["us", "eu"], &[]), four());
    assert_eq!(order(&two, &query(), &NoLive), ["a", "b", "c", "d"]);
}

#[test]
fn the_strategy_decides_within_a_region() {
    let route = Route { strategy: Strategy::Busy, ..every() };
    let live = Now { running: vec![("b", 2), ("a", 1)], ..Now::default() };
    let router = router(routing(route, &["eu"], &[]), four());
    assert_eq!(order(&router, &query(), &live), ["c", "b", "d", "a"]);
}

#[test]
fn fallbacks_stay_behind_and_are_sorted_by_themselves() {
    let route = Route { fallback: list(&["d/m", "b/m"]), ..to(&["a/m"]) };
    let router = router(routing(route, &["eu"], &[]), four());
    assert_eq!(order(&router, &query(), &NoLive), ["a", "b", "d"]);
}

#[test]
fn nothing_else_than_a_required_region_is_used() {
    let router = router(routing(every(), &[], &["eu"]), four());
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(order(&router, &query(), &NoLive), ["b", "c"]);
    assert_eq!(why(&plan, "a"), "Provider a is in region us; allowed is eu.");
    assert_eq!(why(&plan, "d"), "Provider d has no region; allowed is eu.");
}

#[test]
fn where_none_is_in_a_required_region_the_failure_says_which_are() {
    let router = router(routing(to(&["a/m", "d/m"]), &[], &["eu", "ch"]), four());
    let failure = refused(&router, &query(), &NoLive);
    assert_eq!(failure.kind, FailureKind::Permission);
    assert_eq!(
        failure.message,
        "model \"x\" has no target in an allowed region (eu, ch): a/m (Provider a is in region us; \
         allowed is eu, ch); d/m (Provider d has no region; allowed is eu, ch)"
    );
}

#[test]
fn a_required_region_holds_for_names_that_no_route_has_too() {
    let mut routing = routing(every(), &[], &["eu"]);
    routing.default = None;
    let router = router(routing, four());
    assert_eq!(refused(&router, &query(), &NoLive).kind, FailureKind::Permission);
}
