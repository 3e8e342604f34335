#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

use clasp_plugin::chat::Profile;
use serde_json::{Map, Value, json};

/// Members of a profile that are the host's, not the plugin's.
const HOST: &[&str] = &[
    "$schema",
    "id",
    "name",
    "version",
    "description",
    "homepage",
    "license",
    "base_url",
    "hosts",
    "key",
    "auth",
    "models",
];

/// Members that the plugin reads besides the SDK's profile.
const OWN: &[&str] =
    &["models_path", "headers", "session_header", "add", "errors", "for_models", "match"];

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../profile.schema.json")).unwrap()
}

#[test]
fn cases() {
    cases_have_the_profiles_that_they_are_named_after();
    clasp_plugin::cases::run::<super::Compat>(env!("CARGO_MANIFEST_DIR"));
}

/// With `CLASP_CASES=update` they get them.
fn cases_have_the_profiles_that_they_are_named_after() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let update = std::env::var("CLASP_CASES").is_ok_and(|value| value == "update");
    for entry in fs::read_dir(root.join("profiles")).unwrap() {
        let profile = entry.unwrap().path();
        let id = profile.file_stem().unwrap().to_str().unwrap().to_owned();
        let Value::Object(ways) = read(&profile) else { panic!("{id} is no object") };
        let ways: Map<String, Value> =
            ways.into_iter().filter(|(name, _)| !HOST.contains(&name.as_str())).collect();
        let mut count = 0;
        for case in fs::read_dir(root.join("cases")).unwrap() {
            let case = case.unwrap();
            let name = case.file_name().to_str().unwrap().to_owned();
            if !name.strip_prefix(&id).is_some_and(|rest| rest.starts_with('-')) {
                continue;
            }
            count += 1;
            let file = case.path().join("request.json");
            let mut asked = read(&file);
            if update {
                asked["target"]["config"] = Value::Object(ways.clone());
                let text = serde_json::to_string_pretty(&asked).unwrap() + "\n";
                fs::write(&file, text).unwrap();
            }
            let config = &asked["target"]["config"];
            assert_eq!(config, &json!(ways), "{name} has another profile than {id}");
        }
        assert!(count > 0, "the profile {id} has no case: make one, named {id}-…");
    }
}

#[test]
fn the_schema_says_the_same_of_some_models_as_of_all() {
    let schema = schema();
    let inner = &schema["properties"]["for_models"]["items"]["properties"];
    for (name, rule) in inner.as_object().unwrap().iter().filter(|(name, _)| *name != "match") {
        assert_eq!(rule["$ref"], format!("#/properties/{name}"));
        assert!(schema["properties"].get(name).is_some(), "{name}");
    }
}

#[test]
fn every_member_of_the_schema_is_read() {
    let fields = format!("{:?}", Profile::COMPATIBLE);
    for name in schema()["properties"].as_object().unwrap().keys() {
        let field = fields.contains(&format!(" {name}: "));
        let elsewhere = HOST.contains(&name.as_str()) || OWN.contains(&name.as_str());
        assert!(field || elsewhere, "{name} is read by nobody");
    }
}
