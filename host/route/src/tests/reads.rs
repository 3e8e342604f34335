//! When a request must be read before it is decided where it goes (rule C15).

use clasp_model::Header;
use clasp_model::policy::{Condition, Overflow, Parameters, Route, Routing, Rule};

use super::support::{all, four, list, query, router, to};
use crate::Query;

fn reads(routing: Routing, query: &Query<'_>) -> bool {
    router(routing, four()).reads_requests(query)
}

fn rule(when: Condition, targets: &[&str]) -> Rule {
    Rule { name: String::new(), when, route: to(targets) }
}

#[test]
fn c15_what_one_target_serves_is_not_read() {
    assert!(!reads(Routing::default(), &query()));
    assert!(!reads(all(to(&["b/m"])), &query()));
    let headers = vec![Header { name: "x".into(), value: "y".into() }];
    let parameters = Parameters { headers, ..Parameters::default() };
    assert!(!reads(all(Route { parameters, ..to(&["b/m"]) }), &query()));
}

#[test]
fn c15_several_targets_parameters_and_overflow_are_reasons_to_read() {
    assert!(reads(all(to(&["b/m", "c/m"])), &query()));
    assert!(reads(all(Route { fallback: list(&["c/m"]), ..to(&["b/m"]) }), &query()));
    assert!(reads(Routing { fallback: list(&["c/m"]), ..Routing::default() }, &query()));
    let parameters = Parameters { temperature: Some(0.0), ..Parameters::default() };
    assert!(reads(all(Route { parameters, ..to(&["b/m"]) }), &query()));
    let overflow = Overflow { trim: true, ..Overflow::default() };
    assert!(reads(Routing { overflow, ..Routing::default() }, &query()));
}

#[test]
fn c15_only_rules_that_may_hold_and_look_inside_are_reasons_to_read() {
    let inside = Condition { images: Some(true), ..Condition::default() };
    let projects = vec!["p".to_owned()];
    let outside = Condition { projects: projects.clone(), ..Condition::default() };
    let both = Condition { projects, ..inside.clone() };
    let with = |rules: Vec<Rule>| Routing { rules, ..Routing::default() };
    assert!(reads(with(vec![rule(inside.clone(), &["b/m"])]), &query()));
    assert!(!reads(with(vec![rule(both.clone(), &["b/m"])]), &query()));
    let mine = Query { project: Some("p"), ..query() };
    assert!(reads(with(vec![rule(both, &["b/m"])]), &mine));
    // A rule before it decides already.
    let after = with(vec![rule(outside.clone(), &["b/m"]), rule(inside, &["c/m"])]);
    assert!(!reads(after, &mine));
    assert!(reads(with(vec![rule(outside, &["b/m", "c/m"])]), &mine));
}

#[test]
fn c15_another_names_route_is_no_reason() {
    let routes = [("y".to_owned(), to(&["b/m", "c/m"]))].into();
    let routing = Routing { routes, ..Routing::default() };
    assert!(!reads(routing.clone(), &query()));
    assert!(reads(routing, &Query { model: "Y", ..query() }));
}
