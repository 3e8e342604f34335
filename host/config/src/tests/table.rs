//! Every setting acts: by flag, by each variable, by key; and each wins over the next.

mod rows;

use self::rows::{ROWS, Row};
use crate::kind::Kind;
use crate::{Config, Definition, Environment, Flags, Origin, Sources, settings, show};

/// `a.b` with a value, as YAML; a text in quotes where it is one.
fn yaml(definition: &Definition, row: &Row) -> String {
    let value = match row.in_file {
        Some(value) => value.to_owned(),
        None if definition.kind.is_text() => format!("{:?}", row.value),
        None => row.value.to_owned(),
    };
    let steps: Vec<&str> = row.key.split('.').collect();
    let mut text = String::new();
    for (depth, step) in steps.iter().enumerate() {
        let end = if depth + 1 == steps.len() { format!(" {value}") } else { String::new() };
        text.push_str(&format!("{}{step}:{end}\n", "  ".repeat(depth)));
    }
    text
}

/// A value that is right and not the row's.
fn other(definition: &Definition) -> &'static str {
    match (definition.default, definition.kind) {
        ("", _) if definition.key == "state.redis" => "redis://other:1",
        ("", Kind::Url) => "http://other",
        ("", Kind::Rate) => "99/h",
        ("", Kind::Whole(..) | Kind::Duration) => "99",
        ("", Kind::Aliases) => "fast:other",
        ("", _) => "other",
        (default, _) => default,
    }
}

fn load(flags: Flags, variables: &[(&str, &str)], text: &str) -> Config {
    let environment = Environment::from_variables(variables.iter().copied());
    // A region has to be some provider's.
    let text = format!("{text}\nproviders: {{a: {{region: eu}}, b: {{region: other}}}}");
    Config::load(flags, environment, Sources::from_text("f", text.clone()))
        .unwrap_or_else(|faults| panic!("{variables:?} {text}: {faults:#?}"))
}

fn check(row: &Row, definition: &Definition, config: &Config, from: &str) {
    let typed = (row.typed)(config);
    let fits = if row.expected == "has no effect" {
        typed.contains(row.expected)
    } else {
        typed == row.expected
    };
    assert!(fits, "{} by {from}: {typed}, not {}", row.key, row.expected);
    let shown: Vec<_> =
        show(config).into_iter().filter(|shown| shown.key.starts_with(row.key)).collect();
    let value = if definition.is_secret() { "(set)" } else { row.value };
    let found = shown.iter().find(|shown| shown.value == value || row.in_file.is_some());
    let found = found.unwrap_or_else(|| panic!("{} by {from}: {shown:?}", row.key));
    assert_eq!(found.origin.to_string().split(':').next(), Some(from), "{}", row.key);
}

#[test]
fn every_setting_acts_by_flag_by_variable_and_by_key() {
    for definition in settings() {
        let row = ROWS.iter().find(|row| row.key == definition.key);
        let row = row.unwrap_or_else(|| panic!("{} has no row here", definition.key));
        let before = load(Flags::default(), row.with, "");
        let shown = show(&before).into_iter().find(|shown| shown.key == row.key);
        assert!(shown.is_some_and(|shown| shown.origin == Origin::Default), "{}", row.key);

        let text = yaml(definition, row);
        check(row, definition, &load(Flags::default(), row.with, &text), "f");
        for variable in definition.variables {
            let set = [row.with, &[(*variable, row.value)]].concat();
            check(row, definition, &load(Flags::default(), &set, ""), variable);
        }
        if let Some(flag) = definition.flag {
            let flags = Flags::default().with(flag, row.value);
            check(row, definition, &load(flags, row.with, ""), &format!("--{flag}"));
        }
    }
    assert_eq!(ROWS.len(), settings().count(), "a row has no setting");
}

#[test]
fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
    for definition in settings() {
        let row = ROWS.iter().find(|row| row.key == definition.key).unwrap();
        let lower = other(definition);
        let in_file = match definition.kind {
            Kind::Words => Some("[other]"),
            Kind::Aliases => Some("{fast: other}"),
            _ => None,
        };
        let text = yaml(definition, &Row { value: lower, in_file, ..*row });
        for variable in definition.variables {
            let set = [row.with, &[(*variable, row.value)]].concat();
            check(row, definition, &load(Flags::default(), &set, &text), variable);
        }
        if let (Some(flag), [variable, ..]) = (definition.flag, definition.variables) {
            let flags = Flags::default().with(flag, row.value);
            let set = [row.with, &[(*variable, lower)]].concat();
            check(row, definition, &load(flags, &set, &text), &format!("--{flag}"));
        }
    }
}
