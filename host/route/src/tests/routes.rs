//! Routes by name and pattern, aliases of routes, and what is set for a target.

use clasp_model::Header;
use clasp_model::policy::{Parameters, Route, RouteTarget, Routing, Strategy};

use super::support::{CLOSED, OPEN, usual};
use super::support::{catalog, four, list, model, order, query, refused, router, targets, to};
use crate::{Catalog, Mapping, NoLive, ProviderModels, Query, Router, decide};

fn routes(routes: &[(&str, Route)]) -> Routing {
    let routes = routes.iter().map(|(name, route)| ((*name).to_owned(), route.clone()));
    Routing { routes: routes.collect(), ..Routing::default() }
}

fn named<'q>(model: &'q str) -> Query<'q> {
    Query { model, ..Query::default() }
}

#[test]
fn d06_an_exact_name_wins_over_a_longer_pattern_and_that_over_a_shorter_one() {
    let routing = routes(&[
        ("claude-*", to(&["a/m"])),
        ("claude-opus-*", to(&["b/m"])),
        ("claude-opus-5", to(&["c/m"])),
        ("*mini*", to(&["d/m"])),
    ]);
    let router = router(routing, four());
    for (name, provider) in [
        ("claude-sonnet-5", "a"),
        ("Claude-Opus-4-8", "b"),
        ("claude-opus-5-20250929[1m]", "c"),
        ("CLAUDE_OPUS-5", "c"),
        ("gpt-5-mini", "d"),
        ("mini", "d"),
    ] {
        assert_eq!(order(&router, &named(name), &NoLive), [provider], "{name}");
    }
    let plan = decide(&router, &named("claude-opus-4"), &NoLive).unwrap();
    assert_eq!(plan.mapping, Mapping::Pattern("claude-opus-*".to_owned()));
}

#[test]
fn a_prefix_comes_before_a_pattern_and_a_pattern_before_a_tier() {
    let mut routing = routes(&[("*opus*", to(&["b/m"]))]);
    routing.tiers = [("opus".to_owned(), to(&["c/m"]))].into();
    let router = router(routing, four());
    assert_eq!(order(&router, &named("d/opus"), &NoLive), ["d"]);
    assert_eq!(order(&router, &named("d,opus"), &NoLive), ["d"]);
    assert_eq!(order(&router, &named("claude-opus-5"), &NoLive), ["b"]);
}

#[test]
fn an_alias_of_a_route_is_that_route() {
    let best = Route { strategy: Strategy::Cheapest, ..to(&["b/m", "c/m"]) };
    let routing = Routing {
        tiers: [("opus".to_owned(), to(&["best"]))].into(),
        ..routes(&[("best", best), ("fast", to(&["best"])), ("mixed", to(&["d/m", "best", "c/m"]))])
    };
    let router = router(routing, four());
    assert_eq!(order(&router, &named("fast"), &NoLive), ["b", "c"]);
    assert_eq!(order(&router, &named("opus"), &NoLive), ["b", "c"]);
    let line = &decide(&router, &named("mixed"), &NoLive).unwrap();
    assert_eq!(targets(line), ["d/m", "b/m", "c/m", "c/m"]);
}

#[test]
fn a_date_that_the_operator_wrote_is_meant() {
    let routing =
        routes(&[("m", to(&["b/m"])), ("fast", to(&["m-2024-08-06"])), ("f", to(&["m"]))]);
    let router = router(routing, four());
    assert_eq!(targets(&decide(&router, &named("fast"), &NoLive).unwrap()), ["a/m-2024-08-06"]);
    assert_eq!(targets(&decide(&router, &named("f"), &NoLive).unwrap()), ["b/m"]);
}

#[test]
fn a_circle_of_routes_ends() {
    let routing = routes(&[
        ("m", to(&["m", "b/m"])),
        ("p", to(&["q", "c/m"])),
        ("q", to(&["p", "d/m"])),
        ("r", to(&["r"])),
    ]);
    let router = router(routing, four());
    assert_eq!(order(&router, &named("m"), &NoLive), ["a", "b"]);
    let plan = decide(&router, &named("p"), &NoLive).unwrap();
    assert_eq!(targets(&plan), ["a/p", "d/m", "c/m"]);
    assert_eq!(targets(&decide(&router, &named("r"), &NoLive).unwrap()), ["a/r"]);
}

#[test]
fn routes_that_name_each_other_often_stay_small() {
    let double: Vec<(String, Route)> = (0..40)
        .map(|at| {
            let next = format!("r{}", at + 1);
            (format!("r{at}"), to(&[&next, &next]))
        })
        .collect();
    let double: Vec<(&str, Route)> =
        double.iter().map(|(name, route)| (name.as_str(), route.clone())).collect();
    let router = router(routes(&double), four());
    let plan = decide(&router, &named("r0"), &NoLive).unwrap();
    assert!(plan.targets.len() <= 80, "{}", plan.targets.len());
}

#[test]
fn a_provider_without_a_model_gets_the_clients_own_name() {
    let routing = Routing {
        tiers: [("haiku".to_owned(), to(&["openai/"])), ("opus".to_owned(), to(&["house,"]))]
            .into(),
        default: Some(to(&["custom/"])),
        ..Routing::default()
    };
    let router = Router::new(routing, "house".to_owned(), usual());
    let found = |name| targets(&decide(&router, &named(name), &NoLive).unwrap());
    assert_eq!(found("claude-haiku-5"), ["openai/gpt-5-mini"]);
    assert_eq!(found("claude-opus-5"), ["house/House-Large"]);
    assert_eq!(found("whatever"), ["custom/whatever"]);
    let plan = decide(&router, &named("opus-of-mine"), &NoLive).unwrap_err();
    assert!(plan.message.contains("provider house has no model"), "{plan}");
}

#[test]
fn d06_a_closed_provider_without_the_clients_model_is_passed_over() {
    let catalog = catalog(&[("a", CLOSED, &["big"]), ("b", OPEN, &[])]);
    let router = router(routes(&[("x", to(&["a/", "b/"]))]), catalog);
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(targets(&plan), ["b/x"]);
    assert_eq!(plan.passed_over[0].why, "Provider a has no such model.");
}

fn unusable() -> Catalog {
    let mut catalog = four();
    let closed = ProviderModels { usable: false, known: vec![model("m")], ..<_>::default() };
    catalog.providers.insert("off".to_owned(), closed);
    catalog
}

#[test]
fn a_name_with_a_slash_is_the_model_of_a_provider_that_has_others_models() {
    let mut catalog = unusable();
    let known = vec![model("maker/model")];
    catalog.providers.insert("a".to_owned(), ProviderModels { known, ..<_>::default() });
    let router = router(routes(&[("y", to(&["off/z"]))]), catalog);
    assert_eq!(targets(&decide(&router, &named("y"), &NoLive).unwrap()), ["a/off/z"]);
}

#[test]
fn a_provider_that_is_not_set_up_claims_what_the_operator_wrote_and_no_clients_name() {
    let router = router(routes(&[("y", to(&["off/z"])), ("z", to(&["off,z", "b/z"]))]), unusable());
    let found = |name| targets(&decide(&router, &named(name), &NoLive).unwrap());
    assert_eq!(found("off/m"), ["a/off/m"]);
    // Nothing goes to another vendor only since the one meant lacks its key.
    assert_eq!(found("y"), ["off/z"]);
    // Who names it is told by it what it lacks.
    assert_eq!(found("off,m"), ["off/m"]);
    assert_eq!(found("b/odd,name"), ["b/odd,name"]);
    assert_eq!(found("odd,name"), ["a/odd,name"]);
    // Another one serves instead.
    let plan = decide(&router, &named("z"), &NoLive).unwrap();
    assert_eq!(targets(&plan), ["b/z"]);
    assert_eq!(plan.passed_over[0].why, "Provider off is not set up.");
}

#[test]
fn d07_a_provider_that_nobody_has_is_not_replaced_by_the_default_one() {
    let router = router(routes(&[("y", to(&["gone,z"]))]), four());
    let failure = refused(&router, &named("y"), &NoLive);
    assert!(failure.message.contains("provider gone is not available"), "{failure}");
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

#[test]
fn a_targets_parameters_win_over_its_routes_and_an_aliass_over_all() {
    let target = RouteTarget {
        parameters: Parameters {
            temperature: Some(0.1),
            headers: vec![header("X-One", "target")],
            ..Parameters::default()
        },
        ..RouteTarget::from("b/m")
    };
    let route = Route {
        targets: vec![target, "c/m".into()],
        parameters: Parameters {
            temperature: Some(0.2),
            top_p: Some(0.5),
            headers: vec![header("x-one", "route"), header("x-two", "route")],
            ..Parameters::default()
        },
        fallback: list(&["d/m"]),
        ..Route::default()
    };
    let alias = Route {
        parameters: Parameters { top_p: Some(0.9), effort: Some("low".into()), ..<_>::default() },
        ..to(&["x"])
    };
    let router = router(routes(&[("x", route), ("y", alias)]), four());
    let of = |name, at: usize| {
        decide(&router, &named(name), &NoLive).unwrap().targets[at].parameters.clone()
    };
    let first = of("x", 0);
    assert_eq!((first.temperature, first.top_p), (Some(0.1), Some(0.5)));
    assert_eq!(first.headers, [header("X-One", "target"), header("x-two", "route")]);
    assert_eq!(of("x", 1).temperature, Some(0.2));
    // What is set for a route's targets may hold what no other provider is to see.
    assert_eq!(of("x", 2), Parameters::default());
    let aliased = of("y", 0);
    assert_eq!((aliased.temperature, aliased.top_p), (Some(0.1), Some(0.9)));
    assert_eq!(aliased.effort.as_deref(), Some("low"));
}

#[test]
fn the_operators_names_are_listed() {
    let mut routing = routes(&[("fast", to(&["b/m"])), ("claude-*", to(&["c/m"]))]);
    routing.default = Some(to(&["big", "c/"]));
    routing.tiers = [("haiku".to_owned(), to(&["small"]))].into();
    let router = router(routing, four());
    assert_eq!(router.names().collect::<Vec<_>>(), ["big", "small", "fast"]);
}
