//! Which hosts an endpoint may reach: the operator's own, and those of the plugin's manifest.

use clasp_model::{Failure, FailureKind, Source};
use reqwest::Url;

use super::Endpoint;

/// Refuses an address whose host is not allowed.
pub(super) fn check(endpoint: &Endpoint, url: &Url) -> Result<(), Failure> {
    if endpoint.operator_base_url {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    let plugin = &endpoint.plugin;
    if !endpoint.hosts.iter().any(|pattern| matches(pattern, host)) {
        let allowed = match endpoint.hosts.is_empty() {
            true => "no host at all".to_owned(),
            false => format!("only {}", endpoint.hosts.join(", ")),
        };
        let message = format!(
            "the plugin `{plugin}` may not reach {host}: its manifest allows {allowed}; \
             to send requests there all the same, set it as the provider's base URL"
        );
        return Err(Failure::new(FailureKind::Permission, Source::Plugin, message));
    }
    if url.scheme() != "https" && !is_loopback(url) {
        let message = format!(
            "the plugin `{plugin}` may not reach {host} over plain http: \
             use https, or set the address as the provider's base URL"
        );
        return Err(Failure::new(FailureKind::Permission, Source::Plugin, message));
    }
    Ok(())
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => {
            let host = host.trim_end_matches('.');
            host.eq_ignore_ascii_case("localhost") || ends_with(host, ".localhost")
        }
    }
}

/// Whether a pattern of a manifest covers a host.
fn matches(pattern: &str, host: &str) -> bool {
    let (pattern, host) = (pattern.trim(), host.trim_end_matches('.'));
    match pattern.strip_prefix('*') {
        Some(suffix) => {
            suffix.len() > 1
                && suffix.starts_with('.')
                && host.len() > suffix.len()
                && ends_with(host, suffix)
        }
        None => !pattern.is_empty() && pattern.eq_ignore_ascii_case(host),
    }
}

fn ends_with(host: &str, suffix: &str) -> bool {
    let (host, suffix) = (host.as_bytes(), suffix.as_bytes());
    host.len()
        .checked_sub(suffix.len())
        .and_then(|start| host.get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix))
}
