//! Which hosts an endpoint may reach: the operator's own, and those of the plugin's manifest.

use clasp_model::{Auth, Failure, FailureKind, Source};
use reqwest::Url;

use super::Endpoint;

/// Refuses an address whose host is not allowed.
pub(super) fn check(endpoint: &Endpoint, url: &Url) -> Result<(), Failure> {
    if endpoint.operator_base_url {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    let plugin = &endpoint.plugin;
    if !is_listed(endpoint, url) {
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

/// Whether the manifest lists an address's host.
pub(crate) fn is_listed(endpoint: &Endpoint, url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let with_port = format!("{host}:{port}");
    let listed = |pattern: &String| matches(pattern, host) || matches(pattern, &with_port);
    endpoint.hosts.iter().any(listed)
}

/// Refuses to use an account with a cloud anywhere but at that cloud, or where the operator says.
pub(crate) fn check_account(endpoint: &Endpoint, auth: &Auth, url: &Url) -> Result<(), Failure> {
    let (cloud, hosts): (&str, &[&str]) = match auth {
        Auth::AwsSigv4(_) => ("AWS", &[".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]),
        Auth::Google(_) => ("Google", &[".googleapis.com"]),
        Auth::Entra(_) => {
            ("Microsoft", &[".azure.com", ".azure.us", ".azure.cn", ".microsoft.com"])
        }
        Auth::Header(_) | Auth::Query(_) | Auth::TokenExchange(_) => return Ok(()),
    };
    let host = url.host_str().unwrap_or_default();
    if endpoint.operator_base_url || hosts.iter().any(|ending| ends_with(host, ending)) {
        return Ok(());
    }
    let plugin = &endpoint.plugin;
    let message = format!(
        "the plugin `{plugin}` may not use an account with {cloud} at {host}: to do so all the same, \
         set the address as the provider's base URL"
    );
    Err(Failure::new(FailureKind::Permission, Source::Plugin, message))
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
