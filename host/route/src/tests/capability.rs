//! What models cannot do is not asked of them, where another can.

use clasp_model::Abilities;
use clasp_model::policy::Route;

use super::support::{ALL, Now, able, all, four, knowing, order, query, router, to, why, window};
use crate::{Needs, NoLive, Query, decide};

fn two() -> Route {
    to(&["a/m", "b/m"])
}

fn of(needs: Needs) -> Query<'static> {
    Query { needs, ..query() }
}

#[test]
fn a_model_that_cannot_do_it_is_passed_over() {
    let none = Needs::default();
    let table = [
        (Needs { tools: true, ..none }, Abilities { tools: false, ..ALL }, "call tools"),
        (Needs { images: true, ..none }, Abilities { images: false, ..ALL }, "see images"),
        (
            Needs { documents: true, ..none },
            Abilities { documents: false, ..ALL },
            "read documents",
        ),
        (Needs { audio: true, ..none }, Abilities { audio: false, ..ALL }, "hear sound"),
        (
            Needs { output_schema: true, ..none },
            Abilities { output_schema: false, ..ALL },
            "keep to an output schema",
        ),
    ];
    for (needs, abilities, what) in table {
        let router = router(all(two()), knowing(&[("a", able(abilities))]));
        let plan = decide(&router, &of(needs), &NoLive).unwrap();
        assert_eq!(plan.targets[0].provider, "b");
        assert_eq!(why(&plan, "a"), format!("It cannot {what}."));
        assert_eq!(order(&router, &of(none), &NoLive), ["a", "b"], "{what} is not needed");
    }
}

#[test]
fn what_is_not_known_rules_nothing_out() {
    let needs = Needs { tools: true, images: true, documents: true, ..Needs::default() };
    let router = router(all(two()), four());
    let query = Query { tokens: Some(u64::MAX), ..of(needs) };
    assert_eq!(order(&router, &query, &NoLive), ["a", "b"]);
}

#[test]
fn a_model_that_does_not_think_is_asked_all_the_same() {
    let catalog = knowing(&[("a", able(Abilities { thinking: false, ..ALL }))]);
    let router = router(all(two()), catalog);
    let needs = Needs { thinking: true, ..Needs::default() };
    assert_eq!(order(&router, &of(needs), &NoLive), ["a", "b"]);
}

#[test]
fn where_none_can_the_first_stays_and_says_so_itself() {
    let blind = able(Abilities { images: false, ..ALL });
    let router = router(all(two()), knowing(&[("a", blind), ("b", blind)]));
    let plan = decide(&router, &of(Needs { images: true, ..Needs::default() }), &NoLive).unwrap();
    assert_eq!(plan.targets[0].provider, "a");
    assert_eq!(plan.targets.len(), 1);
    assert_eq!(why(&plan, "b"), "It cannot see images.");
}

#[test]
fn a_window_that_is_too_small_is_passed_over() {
    let router = router(all(two()), knowing(&[("a", window(1000)), ("b", window(4000))]));
    let tokens = |tokens| Query { tokens: Some(tokens), ..query() };
    assert_eq!(order(&router, &tokens(1000), &NoLive), ["a", "b"]);
    let plan = decide(&router, &tokens(3000), &NoLive).unwrap();
    assert_eq!(plan.targets[0].provider, "b");
    assert_eq!(why(&plan, "a"), "The input is larger than its context window of 1000 tokens.");
    assert_eq!(order(&router, &tokens(1001), &NoLive), ["b"]);
}

#[test]
fn room_for_the_answer_counts_up_to_a_quarter_of_the_window() {
    let mut catalog = knowing(&[("a", window(1000))]);
    let query = |tokens, output| Query { tokens: Some(tokens), output: Some(output), ..query() };
    let small = router(all(two()), catalog.clone());
    assert_eq!(order(&small, &query(800, 100), &NoLive), ["a", "b"]);
    assert_eq!(order(&small, &query(950, 100), &NoLive), ["b"]);
    // Clients ask for far more than they use.
    assert_eq!(order(&small, &query(700, 128_000), &NoLive), ["a", "b"]);
    assert_eq!(order(&small, &query(800, 128_000), &NoLive), ["b"]);
    // A model that makes no more needs no more room.
    catalog.providers.get_mut("a").unwrap().known[0].max_output_tokens = Some(50);
    let brief = router(all(two()), catalog);
    assert_eq!(order(&brief, &query(950, 128_000), &NoLive), ["a", "b"]);
}

#[test]
fn what_is_only_tight_serves_where_nothing_larger_does() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(1000))]);
    let tight = Query { tokens: Some(900), output: Some(500), ..query() };
    assert_eq!(order(&router(all(two()), catalog), &tight, &NoLive), ["a", "b"]);
    // Also where what has room is not there.
    let router = router(all(two()), knowing(&[("a", window(1000))]));
    let live = Now { down: vec![("b", Some(5))], ..Now::default() };
    assert_eq!(order(&router, &tight, &live), ["a"]);
}

#[test]
fn d02_what_fits_nowhere_is_the_providers_to_refuse() {
    let router = router(all(two()), knowing(&[("a", window(1000)), ("b", window(2000))]));
    assert_eq!(order(&router, &Query { tokens: Some(5000), ..query() }, &NoLive), ["a"]);
}

#[test]
fn a_count_that_may_be_wrong_refuses_nothing() {
    let router = router(all(to(&["a/m"])), knowing(&[("a", window(1000))]));
    for tokens in [2000, 2001, 5_000_000] {
        assert_eq!(order(&router, &Query { tokens: Some(tokens), ..query() }, &NoLive), ["a"]);
    }
}

#[test]
fn what_a_provider_lists_of_a_model_counts_where_nobody_else_knows() {
    let router = router(all(to(&["a/new", "b/m"])), knowing(&[("b", window(9000))]));
    let live = Now { listed: vec![("a", 1000), ("b", 10)], ..Now::default() };
    let query = Query { tokens: Some(5000), ..query() };
    assert_eq!(order(&router, &query, &live), ["b"]);
    assert_eq!(order(&router, &query, &NoLive), ["a", "b"]);
}
