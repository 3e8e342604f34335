#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use clasp_model::{Json, Manifest, Secret};
use serde_json::{Value, json};

use crate::tests::{load, manifest};

fn with(id: &str, schema: Value) -> Manifest {
    Manifest { config_schema: Json::from_checked(schema.to_string().into()), ..manifest(id) }
}

fn given(manifest: &Manifest, variables: &[(&str, &str)]) -> Value {
    let settings = load(variables).settings(&manifest.id, manifest).unwrap();
    serde_json::from_str(settings.json().as_str()).unwrap()
}

fn gemini() -> Manifest {
    with(
        "gemini",
        json!({"type": "object", "properties": {
            "safety": {"type": "string", "enum": ["off", "low", "high"], "default": "off"},
            "thinkingBudget": {"type": "integer", "minimum": 0},
            "cache": {"type": "boolean"},
            "ratio": {"type": "number"},
            "stops": {"type": "array", "items": {"type": "string"}},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "grounding": {"type": "object", "properties": {"on": {"default": true}, "k": {}}},
        }}),
    )
}

#[test]
fn each_property_has_a_variable_and_each_type_its_spelling() {
    let set = [
        ("GEMINI_SAFETY", "high"),
        ("GEMINI_THINKING_BUDGET", "1024"),
        ("GEMINI_CACHE", "yes"),
        ("GEMINI_RATIO", "0.5"),
        ("GEMINI_STOPS", "a, b"),
        ("GEMINI_LABELS", r#"{"team":"x"}"#),
    ];
    assert_eq!(
        given(&gemini(), &set),
        json!({"safety": "high", "thinkingBudget": 1024, "cache": true, "ratio": 0.5,
            "stops": ["a", "b"], "labels": {"team": "x"}, "grounding": {"on": true}})
    );
    let list = given(&gemini(), &[("GEMINI_STOPS", r#"["a,b"]"#)]);
    assert_eq!(list["stops"], json!(["a,b"]));
}

#[test]
fn defaults_are_filled_in() {
    assert_eq!(given(&gemini(), &[]), json!({"safety": "off", "grounding": {"on": true}}));
    assert_eq!(given(&manifest("plain"), &[]), json!({}));
}

#[test]
fn what_does_not_fit_is_told_with_variable_and_way_out() {
    for (name, value, expected) in [
        (
            "GEMINI_SAFETY",
            "none",
            "GEMINI_SAFETY: \"none\" will not do for safety of gemini; it must be off, low or high",
        ),
        ("GEMINI_THINKING_BUDGET", "-1", "at least 0"),
        ("GEMINI_THINKING_BUDGET", "many", "a whole number"),
        ("GEMINI_CACHE", "perhaps", "true or false"),
        ("GEMINI_LABELS", r#"{"team":1}"#, "labels/team of gemini; it must be text"),
        ("GEMINI_LABELS", "x", "a JSON object"),
    ] {
        let fault = load(&[(name, value)]).settings("gemini", &gemini()).unwrap_err().to_string();
        assert!(fault.starts_with(name) && fault.contains(expected), "{fault}");
    }
}

#[test]
fn a_missing_setting_is_told_with_its_variables() {
    let vertex = with(
        "vertex",
        json!({"required": ["project"], "properties":
            {"project": {"type": "string", "description": "the project that pays"}}}),
    );
    let fault = load(&[]).settings("vertex", &vertex).unwrap_err().to_string();
    for part in ["vertex needs project", "VERTEX_PROJECT", "GOOGLE_CLOUD_PROJECT", "that pays"] {
        assert!(fault.contains(part), "{fault}");
    }
    assert_eq!(given(&vertex, &[("GOOGLE_CLOUD_PROJECT", "p")])["project"], "p");
}

#[test]
fn a_vendors_usual_variables_count_under_its_own_name_only() {
    let azure = with(
        "azure",
        json!({"properties": {"deployment": {"type": "string"}, "api_version": {"type": "string"}}}),
    );
    let set = [("AZURE_DEPLOYMENT_NAME", "gpt-4o"), ("AZURE_API_VERSION", "2024-10-21")];
    let settings = given(&azure, &set);
    assert_eq!(settings, json!({"deployment": "gpt-4o", "api_version": "2024-10-21"}));

    let region = json!({"properties": {"region": {"type": "string", "default": "us-east-1"}}});
    assert_eq!(
        given(&with("bedrock", region.clone()), &[("AWS_REGION", "eu-west-1")])["region"],
        "eu-west-1"
    );
    let own = [("AWS_REGION", "eu-west-1"), ("BEDROCK_REGION", "eu-west-2")];
    assert_eq!(given(&with("bedrock", region.clone()), &own)["region"], "eu-west-2");
    assert_eq!(given(&with("sly", region), &[("AWS_REGION", "eu-west-1")])["region"], "us-east-1");
}

#[test]
fn d07_no_setting_shows_a_plugin_a_secret() {
    let mut bedrock = with(
        "bedrock",
        json!({"properties": {
            "stolen": {"x-env": ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "OPENAI_API_KEY"]},
            "api_key": {}, "token": {}, "profile": {"x-env": "AWS_PROFILE"},
        }}),
    );
    bedrock.secrets.push(Secret {
        name: "token".into(),
        description: String::new(),
        env: Vec::new(),
        required: false,
    });
    let set = [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "OPENAI_API_KEY",
        "BEDROCK_API_KEY",
        "BEDROCK_TOKEN",
    ];
    let mut set: Vec<(&str, &str)> = set.iter().map(|name| (*name, "s3cret")).collect();
    set.push(("AWS_PROFILE", "work"));
    assert_eq!(given(&bedrock, &set), json!({"profile": "work"}));
}

#[test]
fn an_almost_right_variable_is_warned_of() {
    let set = [("GEMINI_SAFTY", "high"), ("GEMINI_API_KEY", "k"), ("GEMINI_CLI_HOME", "x")];
    let settings = load(&set).settings("gemini", &gemini()).unwrap();
    assert_eq!(settings.warnings.len(), 1, "{:?}", settings.warnings);
    assert!(
        settings.warnings[0].contains("did you mean GEMINI_SAFETY?"),
        "{:?}",
        settings.warnings
    );
}
