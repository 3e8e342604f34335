//! Rules: the first whose condition holds decides.

use clasp_model::Dialect;
use clasp_model::policy::{Condition, Routing, Rule};

use super::support::{four, order, query, router, to};
use crate::{Mapping, Needs, NoLive, Query, decide};

fn rule(name: &str, when: Condition, target: &str) -> Rule {
    Rule { name: name.to_owned(), when, route: to(&[target]) }
}

/// Whether a request goes where a rule with this condition says.
fn holds(when: &Condition, query: &Query<'_>) -> bool {
    let rules = vec![rule("r", when.clone(), "d/m")];
    let router = router(Routing { rules, ..Routing::default() }, four());
    order(&router, query, &NoLive) == ["d"]
}

fn of(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn each_member_of_a_condition_is_looked_at() {
    let none = Condition::default;
    let plain = query();
    let tools = Needs { tools: true, ..Needs::default() };
    let images = Needs { images: true, ..Needs::default() };
    let documents = Needs { documents: true, ..Needs::default() };
    let thinking = Needs { thinking: true, ..Needs::default() };
    let large = Query { tokens: Some(1000), ..plain };
    let small = Query { tokens: Some(10), ..plain };
    let by = |needs: Needs| Query { needs, ..plain };
    let opus = Query { model: "Claude-Opus-4-8-20250929[1m]", ..plain };
    let table: Vec<(Condition, Query<'_>, Query<'_>)> = vec![
        (Condition { models: of(&["claude-opus-*"]), ..none() }, opus, plain),
        (Condition { models: of(&["y", "claude-opus-4-8"]), ..none() }, opus, plain),
        (
            Condition { projects: of(&["p"]), ..none() },
            Query { project: Some("p"), ..plain },
            Query { project: Some("q"), ..plain },
        ),
        (Condition { keys: of(&["k", "l"]), ..none() }, Query { key: Some("l"), ..plain }, plain),
        (
            Condition { dialects: vec![Dialect::OpenaiChat], ..none() },
            Query { dialect: Dialect::OpenaiChat, ..plain },
            plain,
        ),
        (Condition { tokens_above: Some(999), ..none() }, large, small),
        (
            Condition { tokens_above: Some(1000), ..none() },
            Query { tokens: Some(1001), ..plain },
            large,
        ),
        (Condition { tokens_up_to: Some(10), ..none() }, small, large),
        (Condition { thinking: Some(true), ..none() }, by(thinking), plain),
        (Condition { thinking: Some(false), ..none() }, plain, by(thinking)),
        (Condition { images: Some(true), ..none() }, by(images), plain),
        (Condition { documents: Some(true), ..none() }, by(documents), plain),
        (Condition { tools: Some(false), ..none() }, plain, by(tools)),
        (
            Condition { background: Some(true), ..none() },
            Query { background: Some(true), ..plain },
            Query { background: Some(false), ..plain },
        ),
        (Condition { stream: Some(true), ..none() }, Query { stream: true, ..plain }, plain),
    ];
    for (when, yes, no) in table {
        assert!(holds(&when, &yes), "{when:?} holds for {yes:?}");
        assert!(!holds(&when, &no), "{when:?} does not hold for {no:?}");
    }
    assert!(holds(&none(), &plain));
}

#[test]
fn what_is_not_known_holds_for_nothing() {
    for when in [
        Condition { tokens_above: Some(0), ..Condition::default() },
        Condition { tokens_up_to: Some(u64::MAX), ..Condition::default() },
        Condition { background: Some(false), ..Condition::default() },
        Condition { projects: of(&["p"]), ..Condition::default() },
    ] {
        assert!(!holds(&when, &query()), "{when:?}");
    }
}

#[test]
fn all_members_must_hold() {
    let when = Condition { tools: Some(true), stream: Some(true), ..Condition::default() };
    let tools = Query { needs: Needs { tools: true, ..Needs::default() }, ..query() };
    assert!(!holds(&when, &tools));
    assert!(holds(&when, &Query { stream: true, ..tools }));
}

#[test]
fn the_first_rule_that_holds_wins_over_every_name() {
    let streams = Condition { stream: Some(true), ..Condition::default() };
    let routing = Routing {
        rules: vec![rule("never", streams, "b/m"), rule("always", Condition::default(), "c/m")],
        routes: [("x".to_owned(), to(&["d/m"]))].into(),
        ..Routing::default()
    };
    let router = router(routing, four());
    let plan = decide(&router, &query(), &NoLive).unwrap();
    assert_eq!(plan.rule.as_deref(), Some("always"));
    assert_eq!(plan.mapping, Mapping::Rule);
    assert_eq!(plan.targets[0].provider, "c");
    assert_eq!(order(&router, &Query { stream: true, ..query() }, &NoLive), ["b"]);
}
