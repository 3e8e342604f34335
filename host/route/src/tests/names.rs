//! What a name stands for.

use clasp_model::policy::{Route, Routing};
use clasp_model::{Failure, FailureKind};
use proptest::prelude::*;

use super::support::{OPEN, catalog, usual};
use crate::{Catalog, Mapping, NoLive, Plan, Query, Router, Tier};

/// What the operator says.
#[derive(Clone, Default)]
struct Rules {
    default_provider: String,
    routing: Routing,
}

fn on(provider: &str) -> Rules {
    Rules { default_provider: provider.into(), ..Rules::default() }
}

fn mapped() -> Rules {
    let routes = [("fast", "gpt-5-mini"), ("my_best", "best"), ("best", "house/house-large")];
    let tiers = [("opus", "openrouter/anthropic/claude-sonnet-4.5"), ("haiku", "GPT-5-mini")];
    let route = |(name, target): (&str, &str)| (name.to_owned(), Route::to(target));
    let routing = Routing {
        default: Some(Route::to("gpt-4o")),
        tiers: tiers.into_iter().map(route).collect(),
        routes: routes.into_iter().map(route).collect(),
        ..Routing::default()
    };
    Rules { routing, ..on("openai") }
}

fn decide(rules: &Rules, name: &str, catalog: &Catalog) -> Result<Plan, Failure> {
    let router =
        Router::new(rules.routing.clone(), rules.default_provider.clone(), catalog.clone());
    crate::decide(&router, &Query { model: name, ..Query::default() }, &NoLive)
}

fn first(plan: &Plan) -> &crate::Choice {
    plan.targets.first().unwrap()
}

fn check(rules: &Rules, name: &str, provider: &str, model: &str) {
    let chosen = decide(rules, name, &usual()).unwrap();
    let found: Vec<_> = chosen
        .targets
        .iter()
        .map(|choice| (choice.provider.as_str(), choice.model.as_str()))
        .collect();
    assert_eq!(found, [(provider, model)], "for {name}");
}

#[test]
fn without_a_mapping_the_clients_name_is_used_when_the_provider_has_it() {
    check(&on("openai"), "gpt-5", "openai", "gpt-5");
    check(&on("openai"), "o99-preview", "openai", "o99-preview");
    check(&on("custom"), "llama3:8b", "custom", "llama3:8b");
    check(&on("custom"), "claude-sonnet-4-5", "custom", "claude-sonnet-4-5");
}

#[test]
fn without_a_mapping_a_claude_name_becomes_the_providers_own_of_that_tier() {
    check(&on("openai"), "claude-opus-4-8", "openai", "gpt-5");
    check(&on("openai"), "claude-fable-1", "openai", "gpt-5");
    check(&on("openai"), "claude-haiku-5-5", "openai", "gpt-5-mini");
    check(&on("openai"), "haiku", "openai", "gpt-5-mini");
    check(&on("house"), "claude-haiku-5-5", "house", "house-small");
}

#[test]
fn a_provider_with_that_family_gets_its_own_spelling_or_the_newer_name() {
    let rules = on("openrouter");
    check(&rules, "claude-sonnet-4-5", "openrouter", "anthropic/claude-sonnet-4.5");
    check(&rules, "claude-sonnet-4-5-20250929", "openrouter", "anthropic/claude-sonnet-4.5");
    check(&rules, "claude-sonnet-9", "openrouter", "claude-sonnet-9");
}

#[test]
fn a_mapping_decides_for_every_name_that_nothing_else_claims() {
    check(&mapped(), "claude-sonnet-5-5", "openai", "gpt-4o");
    check(&mapped(), "gpt-5", "openai", "gpt-4o");
    check(&mapped(), "whatever", "openai", "gpt-4o");
    check(&mapped(), "claude-opus-5-5", "openrouter", "anthropic/claude-sonnet-4.5");
    check(&mapped(), "claude-haiku-5-5", "openai", "gpt-5-mini");
}

#[test]
fn an_alias_comes_first_and_may_stand_for_another() {
    check(&mapped(), "fast", "openai", "gpt-5-mini");
    check(&mapped(), "FAST[1m]", "openai", "gpt-5-mini");
    check(&mapped(), "my-best", "house", "House-Large");
    let routes = [("a".to_owned(), Route::to("b")), ("b".to_owned(), Route::to("a"))].into();
    let routing = Routing { routes, ..Routing::default() };
    let round = Rules { routing, ..on("openai") };
    assert!(decide(&round, "a", &usual()).is_ok());
}

#[test]
fn a_prefix_names_a_provider_that_is_set_up() {
    check(&mapped(), "openrouter/openai/gpt-5", "openrouter", "openai/gpt-5");
    check(&mapped(), "House/HOUSE-small", "house", "house-small");
    check(&on("openai"), "custom/claude-opus-4-8", "custom", "claude-opus-4-8");
    // Not one of the providers: the name goes on as it is.
    check(&on("openai"), "mistral/large", "openai", "mistral/large");
    check(&on("openai"), "custom/", "openai", "custom/");
    // The default provider's own model begins with another provider's name.
    check(&on("openrouter"), "openai/gpt-5", "openrouter", "openai/gpt-5");
}

#[test]
fn a_model_that_one_other_provider_has_goes_there() {
    check(&on("openai"), "qwen/qwen3", "openrouter", "qwen/qwen3");
    check(&on("house"), "gpt-4o", "openai", "gpt-4o");
    // Of the names that clients send by themselves this is not true.
    let bystander = catalog(&[("a", OPEN, &["m"]), ("b", OPEN, &["claude-opus-5"])]);
    let chosen = decide(&on("a"), "claude-opus-5", &bystander).unwrap();
    assert_eq!(first(&chosen).provider, "a");
    let two = catalog(&[("a", OPEN, &["x"]), ("b", OPEN, &["x"]), ("c", OPEN, &[])]);
    let chosen = decide(&on("c"), "x", &two).unwrap();
    assert_eq!(first(&chosen).provider, "c");
}

#[test]
fn d06_case_long_context_and_dates_do_not_break_routing() {
    check(&on("openai"), "GPT-5", "openai", "gpt-5");
    check(&on("openai"), "gpt-5[1m]", "openai", "gpt-5");
    check(&on("openai"), " gpt-5[1M] ", "openai", "gpt-5");
    check(&on("house"), "house-large-20250929", "house", "House-Large");
    check(&on("house"), "house-large@20250929", "house", "House-Large");
    check(&on("house"), "house-small-2025-09-29", "house", "house-small");
    // The vendor may well have this dated model.
    check(&on("openai"), "gpt-4o-2024-08-06", "openai", "gpt-4o-2024-08-06");
    check(&mapped(), "claude-opus-4-5-20251101[1m]", "openrouter", "anthropic/claude-sonnet-4.5");
    check(&on("openai"), "odd[name]", "openai", "odd[name]");
}

#[test]
fn d06_an_unknown_model_of_a_closed_provider_is_not_found_with_near_matches() {
    let failure = decide(&on("house"), "house-larg", &usual()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert!(failure.message.contains("did you mean House-Large"), "{failure}");
    assert!(failure.message.contains("house-small"), "{failure}");
    let prefixed = decide(&mapped(), "house/zebra", &usual()).unwrap_err();
    assert_eq!(prefixed.kind, FailureKind::NotFound);
    assert!(prefixed.message.contains("gpt-4o"), "{prefixed}");
}

#[test]
fn what_named_it_is_told() {
    let mapping = |rules: &Rules, name: &str| decide(rules, name, &usual()).unwrap().mapping;
    assert_eq!(mapping(&mapped(), "fast"), Mapping::Route("fast".into()));
    assert_eq!(mapping(&mapped(), "custom/x"), Mapping::Prefix);
    assert_eq!(mapping(&mapped(), "claude-haiku-5"), Mapping::Tier(Tier::Haiku));
    assert_eq!(mapping(&mapped(), "x"), Mapping::Default);
    assert_eq!(mapping(&on("openai"), "gpt-5"), Mapping::Known);
    assert_eq!(mapping(&on("openai"), "opus"), Mapping::TierDefault(Tier::Opus));
    assert_eq!(mapping(&on("openai"), "x"), Mapping::Passed);
}

#[test]
fn no_provider_and_no_name_are_failures() {
    let none = decide(&Rules::default(), "x", &Catalog::default()).unwrap_err();
    assert!(none.message.contains("PROVIDER"), "{none}");
    let gone = decide(&on("gone"), "x", &usual()).unwrap_err();
    assert!(gone.message.contains("gone"), "{gone}");
    let empty = decide(&on("openai"), " [1m]", &usual()).unwrap_err();
    assert_eq!(empty.kind, FailureKind::InvalidRequest);
}

proptest! {
    #[test]
    fn any_name_gives_a_choice_or_a_failure(name in "\\PC{0,40}", tail in "[-@/\\[\\]0-9mé]{0,14}") {
        let name = format!("{name}{tail}");
        for rules in [on("openai"), on("house"), on("gone"), mapped()] {
            if let Ok(chosen) = decide(&rules, &name, &usual()) {
                prop_assert!(!chosen.targets.is_empty());
                prop_assert!(chosen.targets.iter().all(|choice| !choice.model.is_empty()));
            }
        }
    }

    #[test]
    fn what_a_client_adds_never_changes_the_provider(
        name in prop::sample::select(vec!["gpt-5", "house-small", "qwen/qwen3", "claude-opus-5", "zebra"]),
        date in prop::sample::select(vec!["", "-20250929"]),
        size in prop::sample::select(vec!["", "[1m]", "[1M]", "[200k]"]),
        upper in any::<bool>(),
    ) {
        let plain = decide(&on("openai"), name, &usual()).unwrap();
        let dressed = format!("{name}{date}{size}");
        let dressed = if upper { dressed.to_uppercase() } else { dressed };
        let chosen = decide(&on("openai"), &dressed, &usual()).unwrap();
        prop_assert_eq!(&first(&plain).provider, &first(&chosen).provider);
    }
}

#[test]
fn d06_a_picked_model_goes_to_its_provider() {
    let rules = mapped();
    check(&rules, "claude/openrouter/qwen/qwen3", "openrouter", "qwen/qwen3");
    check(&rules, "Claude/custom/some-model[1m]", "custom", "some-model");
    check(&rules, "claude/nobody/x", "openai", "gpt-4o");
    check(&rules, "claude/", "openai", "gpt-4o");
    // A provider of the operator's own may have the name.
    let own = catalog(&[("claude", OPEN, &[]), ("openai", OPEN, &[])]);
    assert_eq!(first(&decide(&rules, "claude/openai/x", &own).unwrap()).provider, "claude");
}
