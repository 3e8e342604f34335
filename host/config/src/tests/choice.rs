//! Which provider serves.

use clasp_model::Manifest;

use super::{load, manifest};
use crate::{Chosen, Fault, Loaded};

fn choose(variables: &[(&str, &str)], bundled: &[&str], named: &[&str]) -> Result<Chosen, Fault> {
    let bundled: Vec<Manifest> = bundled.iter().map(|id| manifest(id)).collect();
    let named: Vec<Manifest> = named.iter().map(|id| manifest(id)).collect();
    let loaded: Vec<Loaded<'_>> = bundled
        .iter()
        .map(|manifest| Loaded { manifest, named: false })
        .chain(named.iter().map(|manifest| Loaded { manifest, named: true }))
        .collect();
    load(variables).choose(&loaded, || false)
}

fn name(chosen: Result<Chosen, Fault>) -> String {
    match chosen.unwrap() {
        Chosen::Provider { name, .. } => name,
        Chosen::Nothing { hint } => panic!("nothing chosen: {hint}"),
    }
}

const ALL: &[&str] = &["anthropic", "deepseek", "gemini", "openai"];

#[test]
fn the_named_provider_serves() {
    assert_eq!(name(choose(&[("PROVIDER", "OpenAI")], ALL, &[])), "openai");
    assert_eq!(
        name(choose(&[("PROVIDER", "custom"), ("OPENAI_API_KEY", "k")], ALL, &[])),
        "custom"
    );
    assert_eq!(name(choose(&[("PROVIDER", "demo")], ALL, &[])), "demo");
    assert_eq!(name(choose(&[("PROVIDER", "my_vendor")], ALL, &["my-vendor"])), "my-vendor");
}

#[test]
fn an_unknown_provider_is_told_with_the_known_ones() {
    let fault = choose(&[("PROVIDER", "deepsek")], ALL, &[]).unwrap_err().to_string();
    assert!(fault.starts_with("PROVIDER: "), "{fault}");
    assert!(fault.contains("did you mean deepseek?"), "{fault}");
    let called = choose(&[("PROVIDER", "google")], ALL, &[]).unwrap_err().to_string();
    assert!(called.contains("did you mean gemini?"), "{called}");
    let absent = choose(&[("PROVIDER", "xai")], ALL, &[]).unwrap_err().to_string();
    assert!(!absent.contains("grok"), "{absent}");
    for name in ["anthropic", "custom", "demo", "gemini", "openai"] {
        assert!(fault.contains(name), "{fault}");
    }
}

#[test]
fn the_keys_choose_in_their_order() {
    let keys = [("GEMINI_API_KEY", "k"), ("DEEPSEEK_API_KEY", "k"), ("ANTHROPIC_API_KEY", "k")];
    assert_eq!(name(choose(&keys, ALL, &[])), "anthropic");
    assert_eq!(name(choose(&keys[..2], ALL, &[])), "gemini");
    assert_eq!(name(choose(&keys[1..2], ALL, &[])), "deepseek");
    let Chosen::Provider { why, .. } = choose(&keys, ALL, &[]).unwrap() else { panic!("chosen") };
    assert_eq!(why, "ANTHROPIC_API_KEY is set");
    assert_eq!(name(choose(&keys, &["openai", "deepseek"], &[])), "deepseek");
}

#[test]
fn an_address_chooses_where_no_key_does() {
    assert_eq!(name(choose(&[("CUSTOM_BASE_URL", "http://x")], ALL, &[])), "custom");
    assert_eq!(name(choose(&[("OPENAI_BASE_URL", "http://x")], ALL, &[])), "openai");
    let both = [("OPENAI_BASE_URL", "http://x"), ("GEMINI_API_KEY", "k")];
    assert_eq!(name(choose(&both, ALL, &[])), "gemini");
}

#[test]
fn a_plugin_file_serves_when_nothing_else_is_set_up() {
    assert_eq!(name(choose(&[], &["openai"], &["zebra"])), "zebra");
    assert_eq!(name(choose(&[("ZEBRA_API_KEY", "k")], &["openai", "zebra"], &[])), "zebra");
    assert_eq!(name(choose(&[("OPENAI_API_KEY", "k")], &["openai"], &["zebra"])), "openai");
    let two = [("ZEBRA_API_KEY", "k"), ("YAK_API_KEY", "k")];
    let fault = choose(&two, &["openai", "yak", "zebra"], &[]).unwrap_err().to_string();
    assert!(fault.contains("yak, zebra") && fault.contains("PROVIDER"), "{fault}");
}

#[test]
fn ollama_serves_when_it_answers_and_nothing_is_set() {
    let with = |variables: &[(&str, &str)], ids: &[&str], answers: bool| {
        let manifests: Vec<Manifest> = ids.iter().map(|id| manifest(id)).collect();
        let loaded: Vec<Loaded<'_>> =
            manifests.iter().map(|manifest| Loaded { manifest, named: false }).collect();
        load(variables).choose(&loaded, || answers)
    };
    let both = ["ollama", "openai"];
    assert_eq!(name(with(&[], &both, true)), "ollama");
    assert!(matches!(with(&[], &both, false), Ok(Chosen::Nothing { .. })));
    assert!(matches!(with(&[], &["openai"], true), Ok(Chosen::Nothing { .. })));
    for set in [("OPENAI_API_KEY", "k"), ("CUSTOM_API_KEY", "k"), ("MISTRAL_API_KEY", "k")] {
        assert_ne!(name(with(&[set], &["mistral", "ollama", "openai"], true)), "ollama");
    }
}

#[test]
fn an_account_serves_when_nothing_else_is_set_up() {
    let mut bedrock = manifest("bedrock");
    bedrock.auth.push(clasp_model::Auth::AwsSigv4("bedrock".into()));
    bedrock.secrets[0].env = vec!["AWS_BEARER_TOKEN_BEDROCK".into()];
    let mistral = manifest("mistral");
    let loaded = [&bedrock, &mistral].map(|manifest| Loaded { manifest, named: false });
    let choose = |variables: &[(&str, &str)]| load(variables).choose(&loaded, || false);
    for variable in ["AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK"] {
        assert_eq!(name(choose(&[(variable, "x")])), "bedrock", "{variable}");
        assert_eq!(name(choose(&[(variable, "x"), ("MISTRAL_API_KEY", "k")])), "mistral");
    }
}

#[test]
fn a_plugin_named_custom_serves_as_such() {
    let manifests = [manifest("custom"), manifest("openai")];
    let loaded: Vec<Loaded<'_>> =
        manifests.iter().map(|manifest| Loaded { manifest, named: false }).collect();
    let set = [("CUSTOM_BASE_URL", "http://x")];
    assert_eq!(name(load(&set).choose(&loaded, || false)), "custom");
    assert_eq!(load(&set).provider_names(&loaded), ["custom", "openai"]);
    assert_eq!(load(&[]).provider_names(&loaded), ["openai"]);
    assert_eq!(load(&[]).plugin_id("custom", |id| id == "custom"), "custom");
    assert_eq!(load(&[]).plugin_id("custom", |_| false), "openai");
}

#[test]
fn with_nothing_set_up_the_hint_says_what_to_set() {
    let Ok(Chosen::Nothing { hint }) = choose(&[("GEMINI_API_KEY", "k")], &["openai"], &[]) else {
        panic!("something chosen");
    };
    assert!(hint.contains("OPENAI_API_KEY") && hint.contains("CUSTOM_BASE_URL"), "{hint}");
    assert!(hint.contains("GEMINI_API_KEY set, but no plugin"), "{hint}");
}

#[test]
fn a_hint_stays_short_however_many_plugins_there_are() {
    let many: Vec<String> = (0..30).map(|at| format!("vendor-{at}")).collect();
    let mut many: Vec<&str> = many.iter().map(String::as_str).collect();
    many.push("openai");
    let Ok(Chosen::Nothing { hint }) = choose(&[], &many, &[]) else { panic!("something chosen") };
    assert!(hint.starts_with("set OPENAI_API_KEY or VENDOR_0_API_KEY"), "{hint}");
    assert!(hint.contains("another provider") && hint.len() < 300, "{hint}");
}

#[test]
fn providers_are_listed_that_could_serve() {
    let openai = manifest("openai");
    let loaded = [Loaded { manifest: &openai, named: false }];
    assert_eq!(load(&[]).provider_names(&loaded), ["openai"]);
    let config = load(&[("CUSTOM_BASE_URL", "http://x")]).with_demo("http://y".into());
    assert_eq!(config.provider_names(&loaded), ["custom", "demo", "openai"]);
}
