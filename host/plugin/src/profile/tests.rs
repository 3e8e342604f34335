use clasp_model::Auth;

use super::*;

const SCHEMA: &str = include_str!("../../../../plugins/compat/profile.schema.json");

fn steered() -> Manifest {
    Manifest {
        id: STEERED.into(),
        name: "Compatible".into(),
        version: "0.1.0".into(),
        description: String::new(),
        homepage: None,
        license: None,
        default_base_url: None,
        hosts: Vec::new(),
        secrets: Vec::new(),
        auth: Vec::new(),
        native: Vec::new(),
        config_schema: Json::from_checked(SCHEMA.into()),
    }
}

fn read(text: &str) -> Result<(Profile, Manifest), String> {
    Profile::read("acme", text.as_bytes(), &steered(), &Limits::default())
}

fn target(config: &str) -> Target {
    Target {
        base_url: String::new(),
        model: "m".into(),
        context_window: None,
        max_output_tokens: None,
        abilities: None,
        config: Json::from_checked(config.to_owned().into()),
        provider: String::new(),
    }
}

#[test]
fn an_address_is_enough() {
    let (profile, manifest) = read(r#"{"base_url": "https://api.acme.com:8443/v1"}"#).unwrap();
    assert_eq!((manifest.id.as_str(), manifest.name.as_str()), ("acme", "acme"));
    assert_eq!(manifest.hosts, ["api.acme.com"]);
    assert_eq!(manifest.default_base_url.as_deref(), Some("https://api.acme.com:8443/v1"));
    let [secret] = manifest.secrets.as_slice() else { panic!("{manifest:?}") };
    assert_eq!((secret.env.as_slice(), secret.required), (&["ACME_API_KEY".to_owned()][..], true));
    let [Auth::Header(header)] = manifest.auth.as_slice() else { panic!("{manifest:?}") };
    assert_eq!(header.value, "Bearer {api-key}");
    assert_eq!(profile.steer(&target("{}")).config.as_str(), "{}");
    assert!(read("{}").unwrap().1.default_base_url.is_none());
}

#[test]
fn what_the_operator_set_stands_over_the_profile() {
    let text = r#"{"id": "other", "key": {"env": ["X_KEY"], "required": false},
        "auth": {"header": "X-Key", "value": "{api-key}"}, "stop_max": 2, "images": false,
        "models": [{"id": "a", "context_window": 1000, "abilities": ["tools"],
                    "price": {"input": 1, "output": 2}}]}"#;
    let (profile, manifest) = read(text).unwrap();
    assert_eq!(manifest.id, "other");
    assert_eq!(manifest.secrets[0].env, ["OTHER_API_KEY", "X_KEY"]);
    let config = |set: &str| profile.steer(&target(set)).config.as_str().to_owned();
    assert_eq!(config(""), r#"{"stop_max":2,"images":false}"#);
    assert_eq!(config(r#"{"stop_max":9}"#), r#"{"stop_max":9,"images":false}"#);
    let schema: Value = serde_json::from_str(manifest.config_schema.as_str()).unwrap();
    assert_eq!(schema["properties"]["stop_max"]["default"], 2);
    assert!(schema["properties"].get("base_url").is_none());
    let listed = Model {
        id: "a".into(),
        name: Some("A".into()),
        context_window: Some(5),
        max_output_tokens: Some(6),
        tokenizer: None,
        abilities: None,
        price: None,
    };
    let model = profile.complete(listed);
    assert_eq!((model.context_window, model.max_output_tokens), (Some(1000), Some(6)));
    assert!(model.abilities.unwrap().tools && model.name.as_deref() == Some("A"));
}

#[test]
fn a_fault_says_where_and_what_would_be_right() {
    for (text, wanted) in [
        ("", "the file is empty; the smallest is {\"base_url\""),
        ("{", "not JSON: EOF"),
        ("[]", "the profile is []; it must be an object"),
        (r#"{"base_ulr": "x"}"#, "`base_ulr` is not known; did you mean `base_url`?"),
        (r#"{"stop_max": "4"}"#, "`stop_max` is \"4\"; it must be a whole number"),
        (r#"{"stop_max": -1}"#, "`stop_max` is -1; it must be at least 0"),
        (r#"{"output_format": "json_scheme"}"#, "did you mean json_schema?"),
        (
            r#"{"key": {"requird": true}}"#,
            "in `key`: `requird` is not known; did you mean `required`",
        ),
        (r#"{"models": [{"name": "x"}]}"#, "in `models[0]`: `id` is missing"),
        (r#"{"for_models": [{"match": "a", "imges": true}]}"#, "did you mean `images`?"),
        (r#"{"for_models": [{"images": true}]}"#, "in `for_models[0]`: `match` is missing"),
        (r#"{"call_ids": {"alphabet": "words", "min": 1, "max": 9}}"#, "did you mean word?"),
        (r#"{"base_url": "api.acme.com"}"#, "must begin with https:// or http://"),
        (r#"{"base_url": "https://a.com", "hosts": ["b.com"]}"#, "its host is not among `hosts`"),
        (r#"{"auth": {"value": "{api_key}"}}"#, "`secrets` declares no such name"),
        (r#"{"id": "A b"}"#, "`id` is `A b`; it must be"),
        (r#"{"id": "none"}"#, "reserved"),
    ] {
        let fault = read(text).unwrap_err();
        assert!(fault.contains(wanted), "{text}: {fault}");
    }
}

#[test]
fn every_profile_that_comes_with_clasp_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plugins/compat/profiles");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        assert!(is_profile(&path), "{path:?}");
        let name = path.file_stem().unwrap().to_str().unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let read = Profile::read(name, &bytes, &steered(), &Limits::default());
        let (_, manifest) = read.unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(manifest.id, name);
        count += 1;
    }
    assert!(count >= 15, "{count}");
}

#[test]
fn a_schema_is_no_profile() {
    assert!(is_profile(Path::new("a/groq.json")));
    assert!(!is_profile(Path::new("a/profile.schema.json")) && !is_profile(Path::new("a.wasm")));
}
