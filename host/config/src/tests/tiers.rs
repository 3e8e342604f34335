//! The older proxy's tiers and fallback, and that no key of theirs goes astray.

use clasp_model::policy::{Route, RouteTarget};
use secrecy::ExposeSecret;

use super::{load, manifest, read, wrong};
use crate::{Config, Provider};

const ON: (&str, &str) = ("CLASP_MULTI_PROVIDER", "true");

fn provider(config: &Config, name: &str, id: &str) -> Provider {
    assert_eq!(config.plugin_id(name, |_| true), id);
    config.provider(name, &manifest(id)).unwrap()
}

fn key(provider: &Provider) -> Option<&str> {
    provider.secrets.get("api-key").map(|secret| secret.expose_secret())
}

#[test]
fn a_tier_names_its_target() {
    let set = [
        ON,
        ("CLASP_OPUS_PROVIDER", "OpenRouter"),
        ("CLASP_OPUS_MODEL", "anthropic/claude-opus-5"),
        ("CLASP_SONNET_PROVIDER", "azure"),
        ("CLASP_MODEL_SONNET", "gpt-5"),
        ("CLASP_HAIKU_MODEL", "gpt-5-nano"),
        ("CLASP_HAIKU_FALLBACK_PROVIDER", "groq"),
    ];
    let tiers = load(&set).routing.tiers;
    assert_eq!(tiers["opus"], Route::to("openrouter/anthropic/claude-opus-5"));
    assert_eq!(tiers["sonnet"], Route::to("azure/gpt-5"), "the model that the tier has");
    assert_eq!(tiers["haiku"].targets, [RouteTarget::from("gpt-5-nano")]);
    assert_eq!(tiers["haiku"].fallback, [RouteTarget::from("groq/")]);
}

#[test]
fn without_the_switch_nothing_happens_and_that_is_said() {
    let config = load(&[("CLASP_OPUS_PROVIDER", "azure"), ("CLASP_FALLBACK_PROVIDER", "groq")]);
    assert!(config.routing.tiers.is_empty() && config.routing.fallback.is_empty());
    assert_eq!(config.warnings.len(), 2, "{:?}", config.warnings);
    assert!(config.warnings[0].contains("CLASP_OPUS_PROVIDER has no effect unless multi_provider"));
    assert!(load(&[("CLASP_FALLBACK", "1")]).warnings[0].contains("fallback.provider"));
    let set = [ON, ("CLASP_OPUS_FALLBACK_MODEL", "m")];
    assert!(load(&set).warnings[0].contains("without a model or a provider"));
    let begins = load(&[set[0], set[1], ("PROVIDER", "openai")]).routing.tiers;
    assert_eq!(begins["opus"].targets, [RouteTarget::from("openai/")]);
}

#[test]
fn d07_a_tiers_own_key_goes_to_its_own_provider_only() {
    let set = [
        ON,
        ("OPENAI_API_KEY", "sk-main"),
        ("CLASP_OPUS_PROVIDER", "openai"),
        ("CLASP_OPUS_MODEL", "gpt-5"),
        ("CLASP_OPUS_API_KEY", "sk-opus"),
    ];
    let config = load(&set);
    assert_eq!(config.routing.tiers["opus"], Route::to("opus/gpt-5"));
    let opus = provider(&config, "opus", "openai");
    assert_eq!(key(&opus), Some("sk-opus"));
    assert_eq!(opus.base_url.value, "https://api.openai.example/v1");
    assert!(!opus.operator_base_url);
    assert_eq!(key(&provider(&config, "openai", "openai")), Some("sk-main"));
    // Where the provider is that it names, there is the tier.
    let moved = load(&[&set[..], &[("OPENAI_BASE_URL", "http://gate/v1")]].concat());
    assert_eq!(provider(&moved, "opus", "openai").base_url.value, "http://gate/v1");
}

#[test]
fn d07_a_tiers_own_host_never_gets_the_main_key() {
    let set = [
        ("OPENAI_API_KEY", "sk-main"),
        ("FALLBACK_API_KEY", "sk-of-another-program"),
        ("FALLBACK_BASE_URL", "http://another"),
        ("PROVIDER", "openai"),
        ("CLASP_FALLBACK", "true"),
        ("CLASP_FALLBACK_BASE_URL", "http://10.0.0.9:8000/v1"),
    ];
    let config = load(&set);
    assert_eq!(config.routing.fallback, [RouteTarget::from("fallback/")]);
    let fallback = provider(&config, "fallback", "openai");
    assert_eq!(fallback.base_url.value, "http://10.0.0.9:8000/v1");
    assert!(fallback.secrets.is_empty() && fallback.keys.is_empty() && fallback.auth.is_empty());
    // At the vendor's own host a key is needed, and it must be the fallback's.
    let vendor =
        [&set[..5], &[("CLASP_FALLBACK_BASE_URL", "https://api.openai.example/v2")]].concat();
    let fault = load(&vendor).provider("fallback", &manifest("openai")).unwrap_err().to_string();
    assert!(fault.contains("another provider never goes there"), "{fault}");
}

#[test]
fn d07_a_fallback_that_names_another_provider_gets_that_ones_key() {
    let text = "
provider: openai
fallback: {enabled: true, provider: groq, model: llama}
api_keys: {openai: sk-openai, groq: gsk-groq}
";
    let config = read(text, &[]).unwrap();
    assert_eq!(config.routing.fallback, [RouteTarget::from("groq/llama")]);
    assert_eq!(key(&provider(&config, "groq", "groq")), Some("gsk-groq"));
    assert_eq!(key(&provider(&config, "openai", "openai")), Some("sk-openai"));
}

#[test]
fn the_old_files_shape_is_taken() {
    let text = "
provider: azure
api_keys: {azure: az, openrouter: or}
endpoints:
  openrouter: https://or.example/api/v1
  azure: {endpoint: https://r.example, deployment_name: d, api_version: \"2024-10-21\"}
models: {default: gpt-4o, opus: gpt-5, sonnet: gpt-5, haiku: gpt-5-mini}
multi_provider:
  enabled: true
  opus:
    provider: openrouter
    model: anthropic/claude-opus-5
    api_key: or-opus
    fallback: {provider: azure, model: gpt-5}
server: {port: 8081, log_level: info}
debug: {enabled: false, requests: false, responses: false}
rate_limit: {enabled: true, requests: 60, window: 60, burst: 10}
cache: {enabled: false, max_size: 1000, ttl: 3600}
prompt_cache: {enabled: false}
auth: {enabled: true, api_key: k, allow_anonymous_health: true, allow_anonymous_metrics: false}
queue: {enabled: true, max_size: 100, max_wait_seconds: 30, retry_delay_ms: 1000, max_retries: 3}
circuit_breaker: {enabled: true, threshold: 5, recovery: 2, timeout_sec: 30}
http_client: {timeout_sec: 300}
aliases: {fast: gpt-5-mini}
";
    let config = read(text, &[]).unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
    assert_eq!(config.routing.tiers["opus"].targets[0].model, "opus/anthropic/claude-opus-5");
    assert_eq!(config.routing.tiers["opus"].fallback[0].model, "azure/gpt-5");
    let opus = provider(&config, "opus", "openrouter");
    assert_eq!(
        (key(&opus), opus.base_url.value.as_str()),
        (Some("or-opus"), "https://or.example/api/v1")
    );
    let schema =
        r#"{"properties":{"deployment":{"type":"string"},"api_version":{"type":"string"}}}"#;
    let azure = clasp_model::Manifest {
        config_schema: clasp_model::Json::from_checked(schema.into()),
        ..manifest("azure")
    };
    let azure = config.provider("azure", &azure).unwrap();
    assert_eq!(azure.base_url.value, "https://r.example");
    assert_eq!(azure.config.as_str(), r#"{"deployment":"d","api_version":"2024-10-21"}"#);
}

#[test]
fn what_a_tier_cannot_be_is_told() {
    let alone = "multi_provider: {enabled: true, opus: {api_key: k, model: m}}";
    assert!(wrong(alone)[0].contains("not said whose this is"));
    let taken = "
multi_provider: {enabled: true, opus: {provider: openai, api_key: k, model: m}}
providers: {opus: {plugin: openai}}
";
    assert!(wrong(taken)[0].contains("the name opus is taken"));
}
