//! What the older proxy of this name took is taken: each flag, variable and key of it.

use crate::definition::OTHERS;
use crate::flags::NAMES;
use crate::settings;
use crate::shape::{Shape, root};

const FLAGS: &str = "port provider model debug rate-limit rate-limit-requests rate-limit-window \
     rate-limit-burst cache cache-max-size cache-ttl multi-provider fallback auth auth-api-key queue \
     queue-max-size queue-max-wait circuit-breaker cb-threshold cb-recovery cb-timeout http-timeout \
     api-key";

const VARIABLES: &str = "PROVIDER CLASP_MODEL CLASP_MODEL_OPUS CLASP_MODEL_SONNET CLASP_MODEL_HAIKU \
     CLASP_MODEL_ALIASES CLASP_MULTI_PROVIDER CLASP_FALLBACK CLASP_PORT CLASP_LOG_LEVEL \
     CLASP_CONFIG_FILE CLASP_HTTP_TIMEOUT CLASP_HTTP_TIMEOUT_SEC CLASP_DEBUG CLASP_DEBUG_REQUESTS \
     CLASP_DEBUG_RESPONSES CLASP_RATE_LIMIT CLASP_RATE_LIMIT_REQUESTS CLASP_RATE_LIMIT_WINDOW \
     CLASP_RATE_LIMIT_BURST CLASP_CACHE CLASP_CACHE_MAX_SIZE CLASP_CACHE_TTL CLASP_AUTH \
     CLASP_AUTH_API_KEY CLASP_AUTH_ALLOW_ANONYMOUS_HEALTH CLASP_AUTH_ALLOW_ANONYMOUS_METRICS \
     CLASP_QUEUE CLASP_QUEUE_MAX_SIZE CLASP_QUEUE_MAX_WAIT CLASP_QUEUE_RETRY_DELAY \
     CLASP_QUEUE_MAX_RETRIES CLASP_CIRCUIT_BREAKER CLASP_CIRCUIT_BREAKER_THRESHOLD \
     CLASP_CIRCUIT_BREAKER_RECOVERY CLASP_CIRCUIT_BREAKER_TIMEOUT CLASP_HEALTH_CHECK \
     CLASP_HEALTH_CHECK_INTERVAL CLASP_HEALTH_CHECK_TIMEOUT CLASP_COMPACTION CLASP_SESSION_TIMEOUT";

const KEYS: &str = "provider api_keys.openai endpoints.openai endpoints.azure.endpoint \
     endpoints.azure.deployment_name endpoints.azure.api_version models.default models.opus \
     models.sonnet models.haiku multi_provider.enabled fallback.enabled server.port server.log_level \
     debug.enabled debug.requests debug.responses rate_limit.enabled rate_limit.requests \
     rate_limit.window rate_limit.burst cache.enabled cache.max_size cache.ttl auth.enabled \
     auth.api_key auth.allow_anonymous_health auth.allow_anonymous_metrics queue.enabled \
     queue.max_size queue.max_wait_seconds queue.retry_delay_ms queue.max_retries \
     circuit_breaker.enabled circuit_breaker.threshold circuit_breaker.recovery \
     circuit_breaker.timeout_sec http_client.timeout_sec aliases.fast prompt_cache.enabled \
     prompt_cache.max_size";

const PLACE: [&str; 4] = ["provider", "model", "api_key", "base_url"];

#[test]
fn every_flag_is_taken() {
    for flag in FLAGS.split_whitespace() {
        assert!(NAMES.contains(&flag), "-{flag}");
    }
    // None is taken and not read.
    for flag in NAMES.iter().filter(|flag| **flag != "api-key") {
        assert!(settings().any(|setting| setting.flag == Some(flag)), "-{flag}");
    }
    for flag in settings().filter_map(|setting| setting.flag) {
        assert!(NAMES.contains(&flag), "-{flag}");
    }
}

#[test]
fn every_variable_is_read() {
    let mut variables: Vec<String> = VARIABLES.split_whitespace().map(str::to_owned).collect();
    let tiers = ["OPUS", "SONNET", "HAIKU"];
    let tiers = tiers.iter().flat_map(|tier| [(*tier).to_owned(), format!("{tier}_FALLBACK")]);
    for place in tiers.chain(["FALLBACK".to_owned()]) {
        variables.extend(PLACE.map(|part| format!("CLASP_{place}_{}", part.to_uppercase())));
    }
    for variable in variables {
        let known = settings().any(|setting| setting.variables.contains(&variable.as_str()));
        assert!(known || OTHERS.contains(&variable.as_str()), "{variable}");
    }
}

fn has(shape: &Shape, key: &str) -> bool {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    match shape {
        _ if key.is_empty() => true,
        Shape::Names(each, _) => has(each, rest),
        Shape::Object(object) => object.member(first).is_some_and(|member| has(member, rest)),
        Shape::Either(shapes) => shapes.iter().any(|shape| has(shape, key)),
        _ => false,
    }
}

#[test]
fn every_key_is_known() {
    let mut keys: Vec<String> = KEYS.split_whitespace().map(str::to_owned).collect();
    let tiers = ["opus", "sonnet", "haiku"].map(|tier| format!("multi_provider.{tier}"));
    let fallbacks = tiers.clone().map(|tier| format!("{tier}.fallback"));
    for place in tiers.into_iter().chain(fallbacks).chain(["fallback".to_owned()]) {
        keys.extend(PLACE.map(|part| format!("{place}.{part}")));
    }
    for key in keys {
        assert!(has(&root(), &key), "{key}");
    }
    assert!(!has(&root(), "server.prot"));
}
