//! What holds whatever the operator says and whatever is going on.

use clasp_model::policy::{
    FallbackMode, Overflow, Regions, Route, RouteTarget, Routing, Strategy as Order,
};
use clasp_model::{Abilities, FailureKind};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::support::{ALL, Known, Now, knowing, list, router};
use crate::{Needs, Plan, Query, Role, decide};

const PROVIDERS: [&str; 4] = ["a", "b", "c", "d"];

fn written() -> impl Strategy<Value = Vec<RouteTarget>> {
    let target = (select(vec!["a/m", "b/m", "c/", "d,m", "m", "gone,m", "best"]), 0_u32..3);
    let target = target.prop_map(|(model, weight)| RouteTarget { weight, ..model.into() });
    prop::collection::vec(target, 1..5)
}

fn route() -> impl Strategy<Value = Route> {
    let orders =
        vec![Order::Ordered, Order::Weighted, Order::Latency, Order::Cheapest, Order::Busy];
    let fallback = subsequence(vec!["a/m", "b/m", "c/m", "best"], 0..3);
    (written(), select(orders), fallback).prop_map(|(targets, strategy, fallback)| Route {
        targets,
        strategy,
        fallback: list(&fallback),
        ..Route::default()
    })
}

fn routing() -> impl Strategy<Value = Routing> {
    let modes = select(vec![FallbackMode::Balanced, FallbackMode::Strict, FallbackMode::Cost]);
    let required = prop::bool::weighted(0.2);
    let larger = subsequence(vec!["c/m", "d/m"], 0..2);
    (route(), route(), route(), modes, required, larger).prop_map(
        |(default, best, pattern, mode, required, larger)| {
            let regions = [("a", "us"), ("b", "eu"), ("c", "eu")];
            Routing {
                default: Some(default),
                routes: [("best".to_owned(), best), ("claude*".to_owned(), pattern)].into(),
                fallback: list(&["d/m"]),
                mode,
                regions: Regions {
                    prefer: vec!["us".to_owned()],
                    require: if required { vec!["eu".to_owned()] } else { Vec::new() },
                },
                overflow: Overflow { targets: list(&larger), trim: false },
                provider_regions: regions
                    .map(|(name, region)| (name.to_owned(), region.to_owned()))
                    .into(),
                ..Routing::default()
            }
        },
    )
}

fn known() -> impl Strategy<Value = Known> {
    let abilities = any::<bool>().prop_map(|images| Abilities { images, ..ALL });
    let price = (0.0..9.0_f64, 0.0..9.0_f64);
    (
        prop::option::of(select(vec![1000_u32, 2000, 9000])),
        prop::option::of(abilities),
        prop::option::of(price),
    )
}

fn now() -> impl Strategy<Value = Now> {
    let of = |value: u64| PROVIDERS.map(|name| (name, value)).to_vec();
    (
        subsequence(of(0), 0..=4),
        subsequence(of(200), 0..=4),
        prop::option::of(1_u64..90),
        subsequence(PROVIDERS.to_vec(), 0..=4),
    )
        .prop_map(|(down, times, until, busy)| Now {
            down: down.into_iter().map(|(name, _)| (name, until)).collect(),
            times,
            running: busy.into_iter().map(|name| (name, 1)).collect(),
            listed: Vec::new(),
        })
}

fn names(plan: &Plan) -> Vec<(&str, &str)> {
    plan.targets.iter().map(|one| (one.provider.as_str(), one.model.as_str())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn whatever_is_decided_may_be_tried(
        routing in routing(),
        facts in prop::collection::vec(known(), 4),
        live in now(),
        images in any::<bool>(),
        tokens in prop::option::of(0_u64..12_000),
        model in select(vec!["x", "best", "claude-opus-5", "b/m", "best[1m]"]),
        random in 0.0..1.0_f64,
    ) {
        let facts: Vec<_> = PROVIDERS.into_iter().zip(facts).collect();
        let router = router(routing.clone(), knowing(&facts));
        let needs = Needs { images, ..Needs::default() };
        let query = Query { model, tokens, needs, random, session: Some("s"), ..Query::default() };
        let decided = decide(&router, &query, &live);
        prop_assert_eq!(&decided, &decide(&router, &query, &live));
        let is_down = |provider: &str| live.down.iter().any(|(name, _)| *name == provider);
        let plan = match decided {
            Ok(plan) => plan,
            Err(failure) => {
                let kinds = [
                    FailureKind::Overloaded,
                    FailureKind::Permission,
                    FailureKind::ContextTooLong,
                    FailureKind::ProviderError,
                ];
                prop_assert!(kinds.contains(&failure.kind), "{:?}", failure);
                let has_sizes = failure.context.is_some_and(|context| context.limit.is_some());
                prop_assert_eq!(has_sizes, failure.kind == FailureKind::ContextTooLong);
                return Ok(());
            }
        };
        prop_assert!(!plan.targets.is_empty());
        let required = &routing.regions.require;
        for (provider, model) in names(&plan) {
            prop_assert!(!model.is_empty() && provider != "gone");
            prop_assert!(!is_down(provider), "{} is down", provider);
            let region = routing.provider_regions.get(provider);
            let is_allowed =
                required.is_empty() || region.is_some_and(|region| required.contains(region));
            prop_assert!(is_allowed, "{} is in {:?}", provider, region);
        }
        // Roles come in their order, and a fallback is no target that was there before.
        let roles: Vec<u8> = plan.targets.iter().map(|one| one.role as u8).collect();
        prop_assert!(roles.is_sorted(), "{:?}", roles);
        let found = names(&plan);
        for (at, choice) in plan.targets.iter().enumerate() {
            let is_again = found[..at].contains(&found[at]);
            let is_written = choice.reason.to_string().starts_with("has weight 0");
            prop_assert!(choice.role == Role::Primary || is_written || !is_again, "{:?}", found);
        }
        for passed in &plan.passed_over {
            prop_assert!(passed.why.ends_with('.') && passed.why.len() < 120, "{:?}", passed);
        }
    }
}
