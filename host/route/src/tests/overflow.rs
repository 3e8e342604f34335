//! Where a context goes that is too long.

use clasp_model::policy::{Overflow, Routing};
use clasp_model::{Abilities, ContextSize};

use super::support::{ALL, Now, able, all, four, knowing, list, order, query, router, to, window};
use crate::{Choice, Needs, NoLive, Plan, Query, Role, Router, after_overflow, decide};

fn routing(targets: &[&str], larger: &[&str]) -> Routing {
    let overflow = Overflow { targets: list(larger), trim: false };
    Routing { overflow, ..all(to(targets)) }
}

fn long(tokens: u64) -> Query<'static> {
    Query { tokens: Some(tokens), ..query() }
}

#[test]
fn what_is_too_long_goes_to_the_larger_targets() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(1500)), ("c", window(9000))]);
    let router = router(routing(&["a/m"], &["b/m", "c/m", "d/m"]), catalog);
    assert_eq!(order(&router, &long(900), &NoLive), ["a"]);
    let plan = decide(&router, &long(5000), &NoLive).unwrap();
    let found: Vec<_> = plan.targets.iter().map(|one| (one.provider.as_str(), one.role)).collect();
    assert_eq!(found, [("c", Role::Larger), ("d", Role::Larger)]);
    assert_eq!(plan.passed_over.len(), 2);
}

#[test]
fn what_seems_too_long_goes_to_the_larger_targets_where_they_fit() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(1100)), ("c", window(9000))]);
    let larger = router(routing(&["a/m"], &["b/m", "c/m"]), catalog.clone());
    assert_eq!(order(&larger, &long(1200), &NoLive), ["c"]);
    // Room for the answer alone is no reason.
    let full = Query { output: Some(500), ..long(900) };
    assert_eq!(order(&larger, &full, &NoLive), ["a"]);
    // Without one that fits, the count may be wrong.
    let none = router(routing(&["a/m"], &["b/m"]), catalog);
    assert_eq!(order(&none, &long(1200), &NoLive), ["a", "b"]);
}

#[test]
fn what_may_be_trimmed_is_not_refused() {
    let mut trims = routing(&["a/m", "b/m"], &[]);
    trims.overflow.trim = true;
    let catalog = knowing(&[("a", window(1000)), ("b", window(2000))]);
    let router = router(trims, catalog);
    assert_eq!(order(&router, &long(5000), &NoLive), ["a"]);
    let live = Now { down: vec![("a", None)], ..Now::default() };
    assert_eq!(order(&router, &long(5000), &live), ["b"]);
}

#[test]
fn d02_what_is_too_long_for_the_larger_ones_too_is_the_providers_to_refuse() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(2000))]);
    let router = router(routing(&["a/m"], &["b/m"]), catalog);
    assert_eq!(order(&router, &long(5000), &NoLive), ["a"]);
}

fn after(router: &Router, query: &Query<'_>, at: usize, told: ContextSize) -> Vec<String> {
    let plan = decide(router, query, &NoLive).unwrap();
    names(after_overflow(router, query, &plan, &plan.targets[..=at], told, &NoLive))
}

fn names(choices: Vec<Choice>) -> Vec<String> {
    choices.into_iter().map(|choice| choice.provider).collect()
}

#[test]
fn after_a_refusal_only_larger_or_unknown_windows_are_tried() {
    let catalog = knowing(&[("a", window(1000)), ("b", window(1000)), ("c", window(2000))]);
    let router = router(routing(&["a/m", "b/m", "d/m"], &["c/m"]), catalog);
    assert_eq!(after(&router, &query(), 0, ContextSize::default()), ["c", "d"]);
    assert_eq!(after(&router, &query(), 2, ContextSize::default()), ["c"]);
    // What the provider says of the sizes is better than what was known.
    let told = ContextSize { tokens: Some(2500), limit: Some(1100) };
    assert_eq!(after(&router, &query(), 0, told), ["d"]);
}

#[test]
fn after_a_refusal_a_target_of_no_known_window_leaves_all_others() {
    let catalog = knowing(&[("c", window(2000))]);
    let router = router(routing(&["a/m"], &["c/m", "a/m"]), catalog);
    assert_eq!(after(&router, &query(), 0, ContextSize::default()), ["c"]);
    let told = ContextSize { tokens: None, limit: Some(2000) };
    assert!(after(&router, &query(), 0, told).is_empty());
}

#[test]
fn a_larger_target_that_cannot_do_it_or_is_not_there_is_not_tried() {
    let blind = able(Abilities { images: false, ..ALL });
    let router = router(routing(&["a/m"], &["b/m", "c/m", "d/m"]), knowing(&[("b", blind)]));
    let query = Query { needs: Needs { images: true, ..Needs::default() }, ..query() };
    let plan: Plan = decide(&router, &query, &NoLive).unwrap();
    let live = Now { down: vec![("c", None)], ..Now::default() };
    let choices =
        after_overflow(&router, &query, &plan, &plan.targets, ContextSize::default(), &live);
    assert_eq!(names(choices), ["d"]);
}

#[test]
fn what_was_tried_is_not_tried_again() {
    let router = router(routing(&["a/m"], &["b/m", "c/m"]), four());
    let plan = decide(&router, &query(), &NoLive).unwrap();
    let mut tried = plan.targets.clone();
    let mut found = Vec::new();
    let told = ContextSize::default();
    while let Some(next) =
        after_overflow(&router, &query(), &plan, &tried, told, &NoLive).into_iter().next()
    {
        found.push(next.provider.clone());
        tried.push(next);
    }
    assert_eq!(found, ["b", "c"]);
}

#[test]
fn without_larger_targets_nothing_is_left_after_a_refusal() {
    let router = router(all(to(&["a/m"])), four());
    assert!(after(&router, &query(), 0, ContextSize::default()).is_empty());
}
