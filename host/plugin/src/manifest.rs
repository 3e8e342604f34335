//! What a manifest must be like before anything relies on it.

use std::collections::BTreeSet;

use clasp_model::{Auth, Manifest, Template};

use crate::Limits;
use crate::check;

/// Names with a meaning of their own in configuration and commands.
const RESERVED: [&str; 6] = ["all", "auto", "clasp", "default", "host", "none"];

const MAX_ID_BYTES: usize = 64;
const MAX_TEXT_BYTES: usize = 4 << 10;
const MAX_SCHEMA_BYTES: usize = 1 << 20;
const MAX_ITEMS: usize = 100;

/// Checks a manifest. The error says which member is wrong and what it must be.
pub(crate) fn check(manifest: &Manifest, limits: &Limits) -> Result<(), String> {
    id(&manifest.id)?;
    texts(manifest)?;
    counts(manifest)?;
    let hosts = manifest.hosts.iter().map(|host| host_pattern(host));
    hosts.collect::<Result<(), _>>()?;
    if let Some(url) = &manifest.default_base_url {
        base_url(url, &manifest.hosts)?;
    }
    let secrets = secrets(manifest)?;
    manifest.auth.iter().try_for_each(|item| auth(item, &secrets, &manifest.hosts))?;
    for native in &manifest.native {
        check::path(&native.path, limits).map_err(|fault| {
            format!("`native` holds {}", fault.to_string().replacen("returned ", "", 1))
        })?;
    }
    schema(manifest)
}

fn id(id: &str) -> Result<(), String> {
    let mut bytes = id.bytes();
    let first = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
    let rest = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !first || !rest || id.len() > MAX_ID_BYTES {
        let start: String = id.chars().take(MAX_ID_BYTES).collect();
        return Err(format!(
            "`id` is `{}`; it must be 1 to {MAX_ID_BYTES} characters of a-z, 0-9 and `-`, \
             beginning with a letter",
            start.escape_debug()
        ));
    }
    if RESERVED.contains(&id) {
        return Err(format!("`id` is `{id}`, which is reserved; choose another"));
    }
    Ok(())
}

fn texts(manifest: &Manifest) -> Result<(), String> {
    let optional = [&manifest.homepage, &manifest.license];
    let texts = [
        ("name", Some(&manifest.name)),
        ("version", Some(&manifest.version)),
        ("description", Some(&manifest.description)),
    ]
    .into_iter()
    .chain(["homepage", "license"].into_iter().zip(optional.map(Option::as_ref)));
    for (member, text) in texts {
        let Some(text) = text else { continue };
        if text.len() > MAX_TEXT_BYTES {
            return Err(format!("`{member}` is longer than {MAX_TEXT_BYTES} bytes"));
        }
        if text.chars().any(char::is_control) {
            return Err(format!("`{member}` has control characters"));
        }
    }
    if manifest.version.is_empty() {
        return Err("`version` is empty".to_owned());
    }
    Ok(())
}

fn counts(manifest: &Manifest) -> Result<(), String> {
    let counts = [
        ("hosts", manifest.hosts.len()),
        ("secrets", manifest.secrets.len()),
        ("auth", manifest.auth.len()),
        ("native", manifest.native.len()),
    ];
    match counts.into_iter().find(|(_, count)| *count > MAX_ITEMS) {
        Some((member, count)) => {
            Err(format!("`{member}` has {count} items; at most {MAX_ITEMS} are allowed"))
        }
        None => Ok(()),
    }
}

/// `api.example.com`, `*.example.com`, `localhost`, each with a port if need be.
fn host_pattern(pattern: &str) -> Result<(), String> {
    let fail = |why: &str| Err(format!("`hosts` holds `{}`: {why}", pattern.escape_debug()));
    if pattern.contains("://") || pattern.contains('/') {
        return fail("give the host name alone, without scheme and path");
    }
    let (host, port) = match pattern.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(']') || !port.is_empty() => (host, Some(port)),
        _ => (pattern, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().map_or(true, |port| port == 0)) {
        return fail("the port is not a number from 1 to 65535");
    }
    if let Some(rest) = host.strip_prefix("*.") {
        if !rest.contains('.') {
            return fail("`*.` must be followed by at least two labels, as in `*.example.com`");
        }
        return labels(rest).or_else(fail);
    }
    if host.contains('*') {
        return fail("`*` may only stand for the first labels, as in `*.example.com`");
    }
    labels(host).or_else(fail)
}

fn labels(host: &str) -> Result<(), &'static str> {
    if host.len() > 253 {
        return Err("it is too long for a host name");
    }
    let valid = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
            })
    };
    if host.split('.').all(valid) { Ok(()) } else { Err("it is not a host name in lower case") }
}

fn base_url(url: &str, hosts: &[String]) -> Result<(), String> {
    let fail = |why: &str| Err(format!("`default-base-url` is `{}`: {why}", url.escape_debug()));
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return fail("it must begin with https:// or http://") };
    if url.ends_with('/') {
        return fail("it must not end with a slash");
    }
    if url.bytes().any(|byte| !byte.is_ascii_graphic() || b"?#@\\".contains(&byte)) {
        return fail("it must not hold a query, fragment, user name, blank or backslash");
    }
    let authority = rest.split('/').next().unwrap_or_default();
    if authority.is_empty() {
        return fail("it has no host");
    }
    if !hosts.iter().any(|pattern| covers(pattern, authority)) {
        return fail("its host is not among `hosts`");
    }
    Ok(())
}

/// Whether a host pattern covers a host, with or without its port.
fn covers(pattern: &str, authority: &str) -> bool {
    let bare = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let one = |host: &str| match pattern.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => host == pattern,
    };
    one(authority) || one(bare)
}

fn secrets(manifest: &Manifest) -> Result<BTreeSet<&str>, String> {
    let mut names = BTreeSet::new();
    for secret in &manifest.secrets {
        let valid = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if secret.name.is_empty() || !secret.name.bytes().all(valid) {
            return Err(format!(
                "`secrets` holds the name `{}`; it must be of a-z, 0-9 and `-`",
                secret.name.escape_debug()
            ));
        }
        if !names.insert(secret.name.as_str()) {
            return Err(format!("`secrets` holds `{}` twice", secret.name));
        }
        let is_variable = |name: &String| {
            !name.is_empty()
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if let Some(name) = secret.env.iter().find(|name| !is_variable(name)) {
            return Err(format!(
                "secret `{}` names the environment variable `{}`, which cannot be one",
                secret.name,
                name.escape_debug()
            ));
        }
    }
    Ok(names)
}

fn auth(auth: &Auth, secrets: &BTreeSet<&str>, hosts: &[String]) -> Result<(), String> {
    match auth {
        Auth::Header(header) => {
            header_name(&header.name)?;
            placeholders(header, secrets)
        }
        Auth::Query(query) => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if query.name.is_empty() || !query.name.bytes().all(plain) {
                return Err(format!(
                    "`auth` holds the query parameter `{}`, which is not a plain name",
                    query.name.escape_debug()
                ));
            }
            placeholders(query, secrets)
        }
        Auth::TokenExchange(exchange) => {
            let host =
                exchange.url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
            if !host.is_some_and(|host| hosts.iter().any(|pattern| covers(pattern, host))) {
                return Err(format!(
                    "`auth` fetches its token from `{}`; it must be an https URL whose host is \
                     among `hosts`",
                    exchange.url.escape_debug()
                ));
            }
            header_name(&exchange.header.name)?;
            header_name(&exchange.apply.name)?;
            placeholders(&exchange.header, secrets)
        }
        Auth::AwsSigv4(_) | Auth::Google(_) | Auth::Entra(_) => Ok(()),
    }
}

fn header_name(name: &str) -> Result<(), String> {
    if !name.is_empty() && name.bytes().all(check::is_token_byte) {
        return Ok(());
    }
    Err(format!("`auth` holds the invalid header name `{}`", name.escape_debug()))
}

/// Every `{name}` must be a declared secret.
fn placeholders(template: &Template, secrets: &BTreeSet<&str>) -> Result<(), String> {
    if template.value.chars().any(char::is_control) {
        return Err(format!("`auth` has control characters in the value of `{}`", template.name));
    }
    let mut rest = template.value.as_str();
    while let Some((_, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("`auth` has an open `{{` in the value of `{}`", template.name));
        };
        if !secrets.contains(name) {
            return Err(format!(
                "`auth` uses `{{{}}}` for `{}`, but `secrets` declares no such name",
                name.escape_debug(),
                template.name
            ));
        }
        rest = after;
    }
    Ok(())
}

fn schema(manifest: &Manifest) -> Result<(), String> {
    let text = manifest.config_schema.as_str();
    if text.len() > MAX_SCHEMA_BYTES {
        return Err(format!("`config-schema` is longer than {MAX_SCHEMA_BYTES} bytes"));
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(_)) => Ok(()),
        Ok(_) => Err("`config-schema` is not a JSON object".to_owned()),
        Err(error) => Err(format!("`config-schema` is not JSON: {error}")),
    }
}

#[cfg(test)]
mod tests;
