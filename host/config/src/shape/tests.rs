//! What is made of the shape is in step with it: the JSON Schema, the reference, the example.
//!
//! `UPDATE_DOCS=1 cargo test -p clasp-config` writes the first two anew.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{Shape, reference, root, schema};
use crate::file::node::{Data, Node, Type};
use crate::{Config, Environment, Fault, Flags, Sources};

const BEGIN: &str = "<!-- generated from host/config/src/definition.rs and shape/root.rs -->\n";
const END: &str = "<!-- end -->";

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn in_step(name: &str, made: &str) {
    let path = path(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, made).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "{name} is not in step: UPDATE_DOCS=1 cargo test -p clasp-config");
}

#[test]
fn the_published_schema_is_in_step() {
    in_step("docs/clasp.schema.json", &schema());
}

#[test]
fn the_reference_is_in_step() {
    let name = "docs/configuration.md";
    let text = fs::read_to_string(path(name)).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("where it begins");
    let (_, after) = rest.split_once(END).expect("where it ends");
    in_step(name, &format!("{before}{BEGIN}\n{}\n{END}{after}", reference()));
}

#[test]
fn descriptions_begin_with_a_letter() {
    let text = schema();
    let descriptions =
        text.lines().filter_map(|line| line.trim().strip_prefix("\"description\": \""));
    let mut descriptions = descriptions.peekable();
    assert!(descriptions.peek().is_some());
    assert!(descriptions.all(|text| !text.starts_with(' ')));
}

fn example() -> (String, Config) {
    let text = fs::read_to_string(path("clasp.example.yaml")).unwrap();
    let set = [
        ("OPENAI_KEY_1", "sk-1"),
        ("OPENROUTER_API_KEY", "sk-2"),
        ("CI_KEY", "a-key-for-ci"),
        ("REDIS_PASSWORD", "pw"),
    ];
    let environment = Environment::from_variables(set);
    let sources = Sources::from_text("clasp.example.yaml", text.clone());
    let config = Config::load(Flags::default(), environment, sources).unwrap_or_else(|faults| {
        panic!("{}", faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n"))
    });
    (text, config)
}

#[test]
fn the_example_loads_and_has_every_section() {
    let (text, config) = example();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    let Shape::Object(root) = root() else { panic!("the root is a mapping") };
    for member in root.members {
        if !matches!(member.shape, Shape::Later(_)) {
            let begins = |line: &str| {
                line.trim_start_matches(['#', ' ']).starts_with(&format!("{}:", member.key))
            };
            assert!(text.lines().any(begins), "the example does not show {}", member.key);
        }
    }
}

#[test]
fn what_the_example_shows_in_comments_loads_too() {
    let (text, _) = example();
    // A line `#key: …` is a setting that is off; `# words` are words.
    let on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|next: char| next.is_ascii_lowercase()) => rest.to_owned(),
        Some(rest) if rest.starts_with("  ") => rest.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = text.lines().map(on).collect();
    let set = ["OPENAI_KEY_1", "OPENROUTER_API_KEY", "CI_KEY", "REDIS_PASSWORD", "CLASP_KEY"];
    let environment = Environment::from_variables(set.map(|name| (name, name)));
    let sources = Sources::from_text("all", all.join("\n"));
    let config = Config::load(Flags::default(), environment, sources);
    assert!(config.is_ok(), "{:#?}", config.unwrap_err());
    assert!(all.len() == text.lines().count() && all.join("\n") != text.trim_end());
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Text(text) => match text.type_of() {
            Type::Boolean | Type::Number => serde_json::from_str(&text.value).unwrap(),
            _ => Value::String(text.value.clone()),
        },
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), json(&entry.node))).collect()
        }
    }
}

#[test]
fn the_schema_takes_what_loads_and_refuses_what_does_not() {
    let mut schema: Value = serde_json::from_str(&schema()).unwrap();
    // The checker here knows no patterns, and takes any key where there are some.
    schema.as_object_mut().unwrap().remove("patternProperties");
    let check = |text: &str| {
        let environment = Environment::from_variables([
            ("CI_KEY", "k"),
            ("OPENAI_KEY_1", "k"),
            ("OPENROUTER_API_KEY", "k"),
            ("REDIS_PASSWORD", "p"),
        ]);
        let sources = Sources::from_text("f", text);
        let (file, _) = crate::file::File::new(sources, &environment);
        crate::schema::check(&schema, &schema, &json(&file.root))
    };
    assert_eq!(check(&example().0), Ok(()));
    for text in [
        "sever: {}",
        "server: {port: 70000}",
        "models: {a: {target: b}}",
        "models: {a: [{model: a, wait: 1}]}",
        "keys: [{key: a}]",
        "budgets: {}",
        "providers: {a: {streaming: [both]}}",
        "circuit_breaker: [1]",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
}
