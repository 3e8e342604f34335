#![allow(clippy::unwrap_used, reason = "tests")]

use clasp_plugin::{
    Abilities, HttpResponse, Message, Part, Provider, Request, Role, Segment, Target, Text,
};

use super::Gemini;

#[test]
fn cases() {
    clasp_plugin::cases::run::<Gemini>(env!("CARGO_MANIFEST_DIR"));
}

fn target(base_url: &str, model: &str) -> Target {
    Target { base_url: base_url.into(), model: model.into(), ..Target::default() }
}

fn answer(status: u16, body: &str) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

#[test]
fn the_settings_schema_is_json() {
    let schema: serde_json::Value =
        serde_json::from_str(&Gemini::manifest().config_schema).unwrap();
    let names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["safety_settings", "cached_content", "media_resolution"]);
}

#[test]
fn models_are_listed() {
    let base = "https://generativelanguage.googleapis.com";
    let path = |base: &str| Gemini::list_models(&target(base, "")).unwrap().path;
    assert_eq!(path(&format!("{base}/v1beta")), "/models?pageSize=1000");
    assert_eq!(path(base), "/v1beta/models?pageSize=1000");
    let list = r#"{"models": [
        {"name": "models/embedding-001", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/gemini-3.8-flash", "displayName": "Gemini 3.8 Flash",
         "inputTokenLimit": 1048576, "outputTokenLimit": 65536, "thinking": true,
         "supportedGenerationMethods": ["generateContent", "countTokens"]},
        {"name": "models/gemma-4-27b", "inputTokenLimit": 131072, "outputTokenLimit": 8192,
         "supportedGenerationMethods": ["generateContent"]}
    ]}"#;
    let models = Gemini::parse_models(&answer(200, list)).unwrap();
    let [flash, gemma] = models.as_slice() else { unreachable!("{models:?}") };
    assert_eq!((&*flash.id, flash.name.as_deref()), ("gemini-3.8-flash", Some("Gemini 3.8 Flash")));
    assert_eq!((flash.context_window, flash.max_output_tokens), (Some(1_048_576), Some(65_536)));
    assert!(flash.abilities.unwrap().contains(Abilities::THINKING | Abilities::TOOLS));
    assert!(flash.price.is_some());
    assert_eq!((gemma.context_window, gemma.abilities), (Some(131_072), None));
    let refused = r#"{"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}"#;
    assert_eq!(Gemini::parse_models(&answer(403, refused)).unwrap_err().message, "no");
}

#[test]
fn tokens_are_counted() {
    let text = Text { text: "Hi.".into(), state: None, cache: None, extra: Vec::new() };
    let message = Message { role: Role::User, parts: vec![Part::Text(text)], extra: Vec::new() };
    let request = Request { messages: vec![message], ..Request::default() };
    let target = target("https://generativelanguage.googleapis.com/v1beta", "gemini-2.5-pro");
    let http = Gemini::count_tokens(&target, &request).unwrap().unwrap();
    assert_eq!(http.path, "/models/gemini-2.5-pro:countTokens");
    let [Segment::Bytes(body)] = http.body.as_slice() else { unreachable!() };
    assert_eq!(
        String::from_utf8_lossy(body),
        r#"{"generateContentRequest":{"model":"models/gemini-2.5-pro","contents":[{"role":"user","parts":[{"text":"Hi."}]}]}}"#
    );
    let counted = answer(200, r#"{"totalTokens": 7, "promptTokensDetails": []}"#);
    assert_eq!(Gemini::parse_token_count(&counted).unwrap(), 7);
    assert!(Gemini::parse_token_count(&answer(200, "{}")).is_err());
}
