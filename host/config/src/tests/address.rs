//! Base URLs: whose variable, what is taken off, what is filled in.

use clasp_model::{Json, Manifest};
use serde_json::json;

use super::{load, manifest};
use crate::CUSTOM;

fn taken(manifest: &Manifest, name: &str, set: (&str, &str)) -> (String, Vec<String>) {
    let provider = load(&[set, ("OPENAI_API_KEY", "k")]).provider(name, manifest).unwrap();
    assert!(provider.operator_base_url, "{set:?}");
    (provider.base_url.value, provider.warnings)
}

#[test]
fn what_people_copy_along_is_taken_off() {
    for (id, variable, written, expected) in [
        ("openai", "CUSTOM_BASE_URL", "http://x:1/v1/", "http://x:1/v1"),
        ("openai", "CUSTOM_BASE_URL", "http://x:1/v1/v1", "http://x:1/v1"),
        ("openai", "CUSTOM_BASE_URL", "http://x:1/v1/chat/completions", "http://x:1/v1"),
        ("openai", "CUSTOM_BASE_URL", "http://x:1", "http://x:1"),
        ("openai", "CUSTOM_BASE_URL", "http://x:1/messages/v2", "http://x:1/messages/v2"),
        (
            "openai",
            "OPENAI_BASE_URL",
            "https://api.openai.example",
            "https://api.openai.example/v1",
        ),
        ("openai", "OPENAI_BASE_URL", "http://localhost:1", "http://localhost:1"),
        ("anthropic", "CLASP_ANTHROPIC_BASE_URL", "http://x/v1/messages", "http://x/v1"),
        ("azure", "AZURE_OPENAI_ENDPOINT", "https://r.example/openai/v1/", "https://r.example"),
        ("azure", "AZURE_BASE_URL", "https://r.example/", "https://r.example"),
        ("gemini", "GEMINI_BASE_URL", "http://x/v1beta", "http://x/v1beta"),
        ("gemini", "GEMINI_BASE_URL", "http://x/v1beta/openai/", "http://x/v1beta"),
        ("ollama", "OLLAMA_BASE_URL", "http://localhost:11434/v1", "http://localhost:11434"),
        ("ollama", "OLLAMA_BASE_URL", "http://localhost:11434/api/", "http://localhost:11434"),
    ] {
        let name = if variable.starts_with("CUSTOM") { CUSTOM } else { id };
        let (url, warnings) = taken(&manifest(id), name, (variable, written));
        assert_eq!(url, expected, "{written}");
        let changed = written.trim_end_matches('/') != expected;
        assert_eq!(warnings.len(), usize::from(changed), "{written}: {warnings:?}");
    }
}

#[test]
fn ollamas_own_variable_names_what_its_server_listens_on() {
    for (written, expected) in [
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:1234", "http://127.0.0.1:1234"),
        (":1234", "http://127.0.0.1:1234"),
        ("box", "http://box:11434"),
        ("[::]:1234", "http://[::1]:1234"),
        ("[::1]", "http://[::1]:11434"),
        ("http://box:80", "http://box:80"),
        ("https://box.example/", "https://box.example"),
    ] {
        let (url, warnings) = taken(&manifest("ollama"), "ollama", ("OLLAMA_HOST", written));
        assert_eq!((url.as_str(), warnings.len()), (expected, 0), "{written}");
    }
    let both = load(&[("OLLAMA_HOST", "box"), ("OLLAMA_BASE_URL", "http://other:1")]);
    let provider = both.provider("ollama", &manifest("ollama")).unwrap();
    assert_eq!(provider.base_url.value, "http://other:1");
}

fn regional(default: &str) -> Manifest {
    let schema =
        json!({"properties": {"region": {"type": "string"}, "location": {"default": "global"}}});
    Manifest {
        default_base_url: Some(default.into()),
        hosts: vec!["*.example.com".into(), "*.googleapis.com".into()],
        config_schema: Json::from_checked(schema.to_string().into()),
        secrets: Vec::new(),
        ..manifest("bedrock")
    }
}

#[test]
fn a_default_may_name_settings() {
    let manifest = regional("https://runtime.{region}.example.com/x");
    let provider = load(&[("AWS_REGION", "eu-west-1")]).provider("bedrock", &manifest).unwrap();
    assert_eq!(provider.base_url.value, "https://runtime.eu-west-1.example.com/x");
    assert!(!provider.operator_base_url, "the manifest's hosts still count");
    assert_eq!(provider.config.as_str(), r#"{"region":"eu-west-1","location":"global"}"#);
    let fault = load(&[]).provider("bedrock", &manifest).unwrap_err().to_string();
    assert!(fault.contains("needs region") && fault.contains("AWS_REGION"), "{fault}");
    for sly in ["x.evil.example/", "a@b", "", "a.b"] {
        assert!(load(&[("AWS_REGION", sly)]).provider("bedrock", &manifest).is_err(), "{sly}");
    }
}

#[test]
fn awss_endpoints_in_china_end_otherwise() {
    let manifest = Manifest {
        hosts: vec!["*.amazonaws.com".into(), "*.amazonaws.com.cn".into()],
        ..regional("https://bedrock-runtime.{region}.amazonaws.com")
    };
    for (region, ending) in [("us-east-1", "com"), ("cn-north-1", "com.cn")] {
        let provider = load(&[("AWS_REGION", region)]).provider("bedrock", &manifest).unwrap();
        let expected = format!("https://bedrock-runtime.{region}.amazonaws.{ending}");
        assert_eq!(provider.base_url.value, expected);
    }
}

#[test]
fn googles_global_endpoint_has_no_location_in_its_name() {
    let manifest = regional("https://{location}-aiplatform.googleapis.com/v1");
    let url =
        |set: &[(&str, &str)]| load(set).provider("bedrock", &manifest).unwrap().base_url.value;
    assert_eq!(url(&[]), "https://aiplatform.googleapis.com/v1");
    let set = [("BEDROCK_LOCATION", "us-east5")];
    assert_eq!(url(&set), "https://us-east5-aiplatform.googleapis.com/v1");
}

#[test]
fn a_missing_address_is_told_with_its_usual_variable() {
    let azure = Manifest { default_base_url: None, ..manifest("azure") };
    let fault = load(&[("AZURE_API_KEY", "k")]).provider("azure", &azure).unwrap_err();
    assert!(fault.to_string().contains("set AZURE_OPENAI_ENDPOINT or AZURE_BASE_URL"), "{fault}");
}
