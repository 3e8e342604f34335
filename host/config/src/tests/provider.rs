//! Base URLs and secrets, and which key goes where.

use std::path::Path;

use clasp_model::{Manifest, Secret};
use secrecy::ExposeSecret;

use super::{environment, load, manifest, with};
use crate::{CUSTOM, DEMO, Flags, Provider};

fn secret<'a>(provider: &'a Provider, name: &str) -> Option<&'a str> {
    provider.secrets.get(name).map(|secret| secret.expose_secret())
}

#[test]
fn the_vendors_own_url_and_the_vendors_own_key() {
    let config = load(&[("OPENAI_API_KEY", " sk-1\n")]);
    let provider = config.provider("openai", &manifest("openai")).unwrap();
    assert_eq!(provider.base_url.value, "https://api.openai.example/v1");
    assert!(!provider.operator_base_url);
    assert_eq!(secret(&provider, "api-key"), Some("sk-1"));
    assert_eq!(provider.auth.len(), 1);
    assert!(!format!("{provider:?}").contains("sk-1"));
}

#[test]
fn the_key_goes_with_the_operators_url_without_slashes_at_its_end() {
    let config =
        load(&[("OPENAI_API_KEY", "sk-1"), ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1//")]);
    let provider = config.provider("openai", &manifest("openai")).unwrap();
    assert_eq!(provider.base_url.value, "http://127.0.0.1:9/v1");
    assert!(provider.operator_base_url);
    assert_eq!(secret(&provider, "api-key"), Some("sk-1"));
}

#[test]
fn the_lane_is_on_or_off() {
    let lane = |set: &[(&str, &str)]| {
        let config = load(&[&[("OPENAI_API_KEY", "sk-1")], set].concat());
        config.provider("openai", &manifest("openai")).map(|provider| provider.lane)
    };
    assert!(lane(&[]).unwrap());
    assert!(lane(&[("OPENAI_LANE", "on")]).unwrap());
    assert!(!lane(&[("OPENAI_LANE", "off")]).unwrap());
    let fault = lane(&[("OPENAI_LANE", "perhaps")]).unwrap_err().to_string();
    assert!(fault.contains("OPENAI_LANE"), "{fault}");
}

#[test]
fn a_dashed_name_has_underscores_in_its_variables() {
    let config = load(&[("MY_VENDOR_API_KEY", "k"), ("MY_VENDOR_BASE_URL", "https://my.example")]);
    let provider = config.provider("my-vendor", &manifest("my-vendor")).unwrap();
    assert_eq!(provider.base_url.value, "https://my.example");
    assert_eq!(secret(&provider, "api-key"), Some("k"));
}

#[test]
fn d07_custom_never_gets_openais_key() {
    let openai = manifest("openai");
    let set = [("OPENAI_API_KEY", "sk-openai"), ("CUSTOM_BASE_URL", "http://10.0.0.9:8000/v1")];
    let config = load(&set);
    let provider = config.provider(CUSTOM, &openai).unwrap();
    assert!(provider.secrets.is_empty());
    assert!(provider.auth.is_empty(), "without a key nothing authenticates");
    let config = load(&[set[0], set[1], ("CUSTOM_API_KEY", "mine")]);
    let provider = config.provider(CUSTOM, &openai).unwrap();
    assert_eq!(secret(&provider, "api-key"), Some("mine"));
    assert_eq!(provider.plugin, "openai");
    let fault = load(&set[..1]).provider(CUSTOM, &openai).unwrap_err();
    assert!(fault.to_string().contains("CUSTOM_BASE_URL"), "{fault}");
}

#[test]
fn d07_a_plugin_cannot_name_another_vendors_variable() {
    let mut sly = manifest("sly");
    let names = ["OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY", "SLYOTHER_KEY", "SLY_TOKEN"];
    sly.secrets = names
        .iter()
        .enumerate()
        .map(|(at, variable)| Secret {
            name: format!("s{at}"),
            description: String::new(),
            env: vec![(*variable).into()],
            required: false,
        })
        .collect();
    let set: Vec<(&str, &str)> = names.iter().map(|name| (*name, *name)).collect();
    let provider = load(&set).provider("sly", &sly).unwrap();
    let got: Vec<&str> = provider.secrets.values().map(|secret| secret.expose_secret()).collect();
    assert_eq!(got, ["SLY_TOKEN"]);
}

#[test]
fn a_vendor_is_also_known_by_other_variables() {
    let mut grok = manifest("grok");
    grok.secrets[0].env = vec!["XAI_API_KEY".into()];
    let provider = load(&[("XAI_API_KEY", "x")]).provider("grok", &grok).unwrap();
    assert_eq!(secret(&provider, "api-key"), Some("x"));
    let both = load(&[("XAI_API_KEY", "x"), ("GROK_API_KEY", "g")]);
    assert_eq!(secret(&both.provider("grok", &grok).unwrap(), "api-key"), Some("g"));
}

#[test]
fn anthropics_url_never_comes_from_the_variable_that_points_clients_here() {
    let set = [("ANTHROPIC_API_KEY", "k"), ("ANTHROPIC_BASE_URL", "http://127.0.0.1:8080")];
    let provider = load(&set).provider("anthropic", &manifest("anthropic")).unwrap();
    assert_eq!(provider.base_url.value, "https://api.anthropic.example/v1");
    let set = [set[0], ("CLASP_ANTHROPIC_BASE_URL", "http://127.0.0.1:9")];
    let provider = load(&set).provider("anthropic", &manifest("anthropic")).unwrap();
    assert_eq!(provider.base_url.value, "http://127.0.0.1:9");
}

#[test]
fn a_missing_key_is_a_fault_at_the_vendor_and_none_at_a_server_of_ones_own() {
    let fault = load(&[]).provider("openai", &manifest("openai")).unwrap_err();
    assert!(fault.to_string().contains("OPENAI_API_KEY (the vendor's key)"), "{fault}");
    let local = load(&[("OPENAI_BASE_URL", "http://localhost:1234/v1")]);
    let provider = local.provider("openai", &manifest("openai")).unwrap();
    assert!(provider.secrets.is_empty() && provider.auth.is_empty());
    let here = Manifest {
        default_base_url: Some("http://localhost:11434".into()),
        hosts: vec!["localhost".into()],
        ..manifest("ollama")
    };
    assert!(!load(&[]).provider("ollama", &here).unwrap().lacks_key());
    let mut lenient = manifest("openai");
    lenient.secrets[0].required = false;
    assert!(load(&[]).provider("openai", &lenient).unwrap().lacks_key());
    assert!(!local.provider("openai", &lenient).unwrap().lacks_key());
    let vendor = load(&[("OPENAI_BASE_URL", "https://api.openai.example/v2")]);
    assert!(vendor.provider("openai", &manifest("openai")).is_err());
}

#[test]
fn a_base_url_must_be_one() {
    for (url, why) in [
        ("api.example.com/v1", "URL"),
        ("ftp://example.com", "http"),
        ("https://me:secret@example.com", "password"),
        ("https://example.com/v1?key=1", "query"),
        ("https://", "URL"),
    ] {
        let config = load(&[("CUSTOM_BASE_URL", url)]);
        let fault = config.provider(CUSTOM, &manifest("openai")).unwrap_err().to_string();
        assert!(fault.starts_with("CUSTOM_BASE_URL: ") && fault.contains(why), "{url}: {fault}");
        assert!(!fault.contains("secret"), "{fault}");
    }
}

#[test]
fn d07_a_key_with_a_line_break_is_a_fault_that_does_not_show_it() {
    let config = load(&[("OPENAI_API_KEY", "sk-one\nsk-two")]);
    let fault = config.provider("openai", &manifest("openai")).unwrap_err().to_string();
    assert!(fault.starts_with("OPENAI_API_KEY: ") && !fault.contains("sk-"), "{fault}");
}

#[test]
fn d07_a_key_that_the_working_directory_sends_elsewhere_is_warned_of() {
    let directory = std::env::current_dir().unwrap();
    let config = |variables: &[(&str, &str)], path: &Path, text: &str| {
        let mut environment = environment(variables).in_directory(&directory);
        environment.add_file(path, text.as_bytes());
        let config = with(Flags::default(), environment).unwrap();
        config.provider("openai", &manifest("openai")).unwrap().warnings
    };
    let here = directory.join(".env");
    let url = "OPENAI_BASE_URL=https://elsewhere.example/v1\n";
    let warnings = config(&[("OPENAI_API_KEY", "sk-mine")], &here, url);
    assert!(warnings[0].contains("https://elsewhere.example/v1"), "{warnings:?}");
    assert!(!warnings[0].contains("sk-mine"));
    assert!(config(&[], &here, &format!("{url}OPENAI_API_KEY=sk-theirs")).is_empty());
    let home = Path::new("/home/me/.clasp/.env");
    assert!(config(&[("OPENAI_API_KEY", "sk-mine")], home, url).is_empty());
}

#[test]
fn the_demo_needs_no_setting_but_the_embedded_vendor() {
    let openai = manifest("openai");
    assert!(load(&[]).provider(DEMO, &openai).is_err());
    let config = load(&[("OPENAI_API_KEY", "sk-1")]).with_demo("http://127.0.0.1:1".into());
    let provider = config.provider(DEMO, &openai).unwrap();
    assert!(provider.operator_base_url);
    assert_eq!(provider.base_url.value, "http://127.0.0.1:1");
    assert_eq!(secret(&provider, "api-key"), Some("demo"));
}
