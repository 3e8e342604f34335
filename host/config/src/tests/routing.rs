//! Routes, rules and what holds for all of them.

use std::time::Duration;

use clasp_model::policy::{
    Condition, Degrade, FallbackMode, Overflow, Parameters, Regions, Route, RouteTarget, Sticky,
    Strategy,
};
use clasp_model::{Dialect, Header};

use super::{file, read, read_as, wrong};

fn target(model: &str, weight: u32) -> RouteTarget {
    RouteTarget { model: model.into(), weight, parameters: Parameters::default() }
}

#[test]
fn a_route_has_three_forms() {
    let routing = file(
        "
models:
  default: openai/gpt-5
  opus: [anthropic/claude-opus-5, openai/gpt-5]
  Fast:
    targets:
      - {model: a/m, weight: 3, parameters: {temperature: 0, effort: HIGH}}
      - b/m
    strategy: weighted
    sticky: key
    fallback: [c/m]
    fallback_mode: strict
    parameters: {top_p: 0.5, max_output_tokens: 100, headers: {X-Team: a}}
  \"gpt-*\": {targets: local/}
aliases: {best: openai/gpt-5}
",
    )
    .routing;
    assert_eq!(routing.default, Some(Route::to("openai/gpt-5")));
    let opus = vec![target("anthropic/claude-opus-5", 1), target("openai/gpt-5", 1)];
    assert_eq!(routing.tiers["opus"].targets, opus);
    assert_eq!(routing.routes["gpt-*"], Route::to("local/"));
    assert_eq!(routing.routes["best"], Route::to("openai/gpt-5"));
    let parameters =
        Parameters { temperature: Some(0.0), effort: Some("high".into()), ..Parameters::default() };
    let fast = Route {
        targets: vec![RouteTarget { parameters, ..target("a/m", 3) }, target("b/m", 1)],
        strategy: Strategy::Weighted,
        sticky: Sticky::Key,
        fallback: vec![target("c/m", 1)],
        mode: Some(FallbackMode::Strict),
        parameters: Parameters {
            top_p: Some(0.5),
            max_output_tokens: Some(100),
            headers: vec![Header { name: "x-team".into(), value: "a".into() }],
            ..Parameters::default()
        },
    };
    assert_eq!(routing.routes["fast"], fast);
    assert_eq!(routing.routes.len(), 3);
}

#[test]
fn rules_and_what_holds_for_all() {
    let config = file(
        "
routing:
  rules:
    - name: long
      when: {tokens_above: 200000, models: [\"Claude-*\"], dialects: openai-chat, thinking: true}
      targets: [gemini/gemini-3-pro]
    - name: team
      when: {keys: ci, projects: [a, b], background: false}
      targets: cheap
      strategy: cheapest
  fallback: [a/m, {model: b/m}]
  mode: cost
  regions: {prefer: [EU], require: eu}
  overflow: {targets: big/m, trim: true}
  degrade: {message: Later., cached: true}
  hedge: {after: 800ms}
keys: [{name: ci, key: k}]
providers: {a: {region: EU-West}, b: {region: eu}}
",
    );
    let routing = config.routing;
    let [long, team] = routing.rules.as_slice() else { panic!("{:?}", routing.rules) };
    assert_eq!(long.name, "long");
    assert_eq!(
        long.when,
        Condition {
            models: vec!["claude-*".into()],
            dialects: vec![Dialect::OpenaiChat],
            tokens_above: Some(200_000),
            thinking: Some(true),
            ..Condition::default()
        }
    );
    assert_eq!((team.when.background, team.when.projects.len()), (Some(false), 2));
    assert_eq!(team.route.strategy, Strategy::Cheapest);
    assert_eq!(routing.fallback, [target("a/m", 1), target("b/m", 1)]);
    assert_eq!(routing.mode, FallbackMode::Cost);
    assert_eq!(routing.regions, Regions { prefer: vec!["eu".into()], require: vec!["eu".into()] });
    assert_eq!(routing.overflow, Overflow { targets: vec![target("big/m", 1)], trim: true });
    assert_eq!(routing.degrade, Degrade { cached: true, message: Some("Later.".into()) });
    assert_eq!(routing.provider_regions["a"], "eu-west");
    assert_eq!(config.hedge.after, Some(Duration::from_millis(800)));
}

#[test]
fn a_variable_wins_over_the_file() {
    let text = "models: {default: [a, b], fast: c}\naliases: {best: d, slow: e}";
    let set = [
        ("CLASP_MODEL", "x"),
        ("CLASP_ALIAS_FAST", "y"),
        ("CLASP_MODEL_ALIASES", "best:z,fast:no"),
    ];
    let routing = read(text, &set).unwrap().routing;
    assert_eq!(routing.default, Some(Route::to("x")));
    let to = |name: &str| routing.routes[name].targets[0].model.as_str();
    assert_eq!((to("fast"), to("best"), to("slow")), ("y", "z", "e"));
}

#[test]
fn what_could_never_work_is_told() {
    for (text, expected) in [
        ("models: {Opus: a}", "models.Opus is not models.opus; write opus"),
        ("models: {a: []}", "there is no target"),
        ("models: {a: {targets: []}}", "there is no target"),
        ("models: {a: {strategy: busy}}", "models.a has no targets"),
        ("models: {a: {targets: [{model: x, weight: 0}], strategy: weighted}}", "weight above 0"),
        ("models: {a: {targets: [{weight: 1}]}}", "models.a.targets[0] has no model"),
        ("models: {a: {targets: x, strategy: best}}", "give ordered, weighted, latency"),
        ("models: {a: b}\naliases: {A: c}", "A is there twice"),
        ("models: {a: [b, ~]}", "models.a[1] is empty"),
        ("models: {a: {targets: x, parameters: {temperature: 3}}}", "from 0 to 2"),
        ("models: {a: {targets: x, parameters: {headers: {host: x}}}}", "belong to the connection"),
        (
            "routing: {rules: [{name: a, targets: x, when: {keys: [nobody]}}]}",
            "no client key named",
        ),
        ("routing: {rules: [{targets: x}]}", "routing.rules[0] has no name"),
        (
            "routing: {rules: [{name: a, targets: x}, {name: a, targets: y}]}",
            "two rules are named a",
        ),
        ("routing: {rules: [{name: a, targets: x, when: {token_above: 1}}]}", "tokens_above?"),
        (
            "routing: {regions: {require: eu}}",
            "names \"eu\", where no provider is; give a provider of the file `region: eu`",
        ),
        (
            "providers: {a: {region: EU}}\nrouting: {regions: {require: [eu, us]}}",
            "names \"us\", where no provider is; the regions of the file's providers are: eu",
        ),
    ] {
        let found = wrong(text);
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:#?}");
    }
}

#[test]
fn what_only_chance_goes_by_is_warned_of_elsewhere() {
    for (text, expected) in [
        ("models: {a: {targets: [{model: x, weight: 9}, y]}}", "f:1: weight has no effect"),
        ("models: {a: {targets: [{model: x, weight: 1}, y], strategy: busy}}", "strategy busy"),
        (
            "models:\n  opus:\n    - {model: x, weight: 2}\n    - {model: y, weight: 0}",
            "f:3: weight",
        ),
        ("models: {a: {targets: [x, y], sticky: key}}", "f:1: sticky has no effect"),
        (
            "routing: {rules: [{name: a, targets: [{model: x, weight: 3}, y], strategy: latency}]}",
            "f:1: weight has no effect under the strategy latency",
        ),
    ] {
        let warnings = read_as("f", text, &[]).unwrap().warnings;
        assert!(warnings.len() == 1 && warnings[0].contains(expected), "{text}: {warnings:?}");
    }
    for text in [
        "models: {a: {targets: [{model: x, weight: 9}, y], strategy: Weighted, sticky: off}}",
        // Weight 0 is a fallback in every strategy.
        "models: {a: {targets: [{model: x, weight: 1}, {model: y, weight: 0}], strategy: busy}}",
        // Its targets share the weight of the one that names it.
        "models: {a: [{model: x, weight: 9}, y], b: {targets: [A, z], strategy: weighted}}",
    ] {
        let warnings = file(text).warnings;
        assert!(warnings.is_empty(), "{text}: {warnings:?}");
    }
}
