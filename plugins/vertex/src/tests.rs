#![allow(clippy::unwrap_used, reason = "tests")]

use clasp_plugin::{Failure, HttpResponse, Provider, Target};

use super::Vertex;
use super::place::{Named, Place};

#[test]
fn cases() {
    clasp_plugin::cases::run::<Vertex>(env!("CARGO_MANIFEST_DIR"));
}

#[test]
fn the_settings_schema_is_json() {
    let schema: serde_json::Value =
        serde_json::from_str(&Vertex::manifest().config_schema).unwrap();
    assert_eq!(schema["required"], serde_json::json!(["project"]));
    assert_eq!(schema["properties"]["location"]["default"], "global");
    assert_eq!(schema["properties"]["safety_settings"]["type"], "array");
}

#[test]
fn models_have_their_places() {
    let path = |base: &str, model: &str| -> Result<String, Failure> {
        let target = Target {
            base_url: base.into(),
            model: model.into(),
            config: r#"{"project": "p-1", "location": "europe-west4"}"#.into(),
            ..Target::default()
        };
        let place = Place::of(&target)?;
        Ok(match Named::of(model)? {
            Named::Google(id) => place.google(id, &target),
            Named::Anthropic(id) => place.published("anthropic", id, &target),
        })
    };
    let base = "https://europe-west4-aiplatform.googleapis.com/v1";
    let prefix = "/projects/p-1/locations/europe-west4";
    for model in
        ["gemini-2.5-pro", "google/gemini-2.5-pro", "publishers/google/models/gemini-2.5-pro"]
    {
        let whole = format!("{prefix}/publishers/google/models/gemini-2.5-pro");
        assert_eq!(path(base, model).unwrap(), whole);
    }
    assert_eq!(path(base, "1234567890").unwrap(), format!("{prefix}/endpoints/1234567890"));
    let claude = format!("{prefix}/publishers/anthropic/models/claude-opus-4-5@20251101");
    assert_eq!(path(base, "claude-opus-4-5@20251101").unwrap(), claude);
    assert_eq!(path(base, "anthropic/claude-opus-4-5@20251101").unwrap(), claude);
    let mine = path("http://127.0.0.1:8080", "gemini-2.5-pro").unwrap();
    assert!(mine.starts_with("/v1/projects/p-1/"), "{mine}");
    let other = path(base, "meta/llama-4").unwrap_err();
    assert!(other.message.contains("meta"), "{}", other.message);
    assert!(Place::of(&Target::default()).unwrap_err().message.starts_with("config.project"));
}

#[test]
fn d06_dates_stand_behind_an_at() {
    assert_eq!(crate::claude::dated("claude-opus-4-5-20251101"), "claude-opus-4-5@20251101");
    assert_eq!(crate::claude::dated("claude-opus-4-5"), "claude-opus-4-5");
    let known = Vertex::known_models();
    for id in ["gemini-2.5-pro", "claude-opus-4-5"] {
        assert!(known.iter().any(|model| model.id == id), "{id}");
    }
}

#[test]
fn tokens_are_counted_by_either_word() {
    let answer = |status, body: &str| HttpResponse {
        status,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    };
    for body in [r#"{"totalTokens": 7}"#, r#"{"input_tokens": 7}"#] {
        assert_eq!(Vertex::parse_token_count(&answer(200, body)).unwrap(), 7);
    }
    assert!(Vertex::parse_token_count(&answer(200, "{}")).is_err());
    let refused = r#"{"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}"#;
    assert_eq!(Vertex::parse_token_count(&answer(403, refused)).unwrap_err().message, "no");
}
