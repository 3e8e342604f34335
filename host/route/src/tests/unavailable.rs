//! Targets that take nothing now.

use std::time::Duration;

use clasp_model::FailureKind;
use clasp_model::policy::{Route, Routing};

use super::support::{
    ALL, Now, able, all, four, knowing, list, order, query, refused, router, to, why,
};
use crate::{Needs, Query, decide};

#[test]
fn d03_what_takes_nothing_now_is_passed_over() {
    let routing = Routing { fallback: list(&["c/m"]), ..all(to(&["a/m", "b/m"])) };
    let router = router(routing, four());
    let live = Now { down: vec![("a", Some(5)), ("b", None)], ..Now::default() };
    let plan = decide(&router, &query(), &live).unwrap();
    assert_eq!(order(&router, &query(), &live), ["c"]);
    assert_eq!(why(&plan, "a"), "It failed too often.");
}

#[test]
fn d04_when_none_is_left_each_is_named_with_its_reason_and_the_earliest_time() {
    let router = router(all(to(&["a/m", "b/m", "c/m"])), four());
    let live = Now { down: vec![("a", Some(30)), ("b", Some(7)), ("c", None)], ..Now::default() };
    let failure = refused(&router, &query(), &live);
    assert_eq!(failure.kind, FailureKind::Overloaded);
    assert_eq!(failure.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(
        failure.message,
        "no target can take the request now: a/m (It failed too often); b/m (It failed too often); \
         c/m (It failed too often)"
    );
}

#[test]
fn d04_a_time_that_nobody_knows_is_not_made_up() {
    let router = router(Routing::default(), four());
    let live = Now { down: vec![("a", None)], ..Now::default() };
    let failure = refused(&router, &query(), &live);
    assert_eq!((failure.kind, failure.retry_after()), (FailureKind::Overloaded, None));
}

#[test]
fn what_cannot_do_it_does_not_step_in_for_what_is_not_there() {
    let blind = able(clasp_model::Abilities { images: false, ..ALL });
    let router = router(all(Route { ..to(&["a/m", "b/m"]) }), knowing(&[("b", blind)]));
    let live = Now { down: vec![("a", Some(1))], ..Now::default() };
    let images = Query { needs: Needs { images: true, ..Needs::default() }, ..query() };
    let failure = refused(&router, &images, &live);
    assert_eq!(failure.kind, FailureKind::Overloaded);
    assert!(failure.message.contains("b/m (It cannot see images)"), "{failure}");
}

#[test]
fn where_none_can_do_it_the_first_that_is_there_says_so() {
    let blind = able(clasp_model::Abilities { images: false, ..ALL });
    let router = router(all(to(&["a/m", "b/m"])), knowing(&[("a", blind), ("b", blind)]));
    let images = Query { needs: Needs { images: true, ..Needs::default() }, ..query() };
    let mut live = Now { down: vec![("a", Some(3))], ..Now::default() };
    assert_eq!(order(&router, &images, &live), ["b"]);
    live.down.push(("b", Some(2)));
    let failure = refused(&router, &images, &live);
    assert_eq!(failure.retry_after(), Some(Duration::from_secs(2)));
}
