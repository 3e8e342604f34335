//! A base URL and a path become one address, and the path cannot change the base.

use clasp_model::{Failure, FailureKind, Source};
use reqwest::Url;

/// Reads a base URL.
pub(super) fn base(text: &str, plugin: &str) -> Result<Url, Failure> {
    let fault = |what: &str| {
        let message = format!(
            "the base URL of `{plugin}` ({}) {what}: write it as https://HOST/PATH",
            shown(text)
        );
        Failure::new(FailureKind::NotFound, Source::Host, message)
    };
    if text.trim().is_empty() {
        let message = format!("`{plugin}` has no base URL: set one in the configuration");
        return Err(Failure::new(FailureKind::NotFound, Source::Host, message));
    }
    let url = Url::parse(text.trim()).map_err(|error| fault(&format!("is no URL ({error})")))?;
    match url.scheme() {
        "https" | "http" => {}
        other => return Err(fault(&format!("has the scheme `{other}`"))),
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(fault("names no host"));
    }
    if url.fragment().is_some() {
        return Err(fault("has a `#` in it"));
    }
    Ok(url)
}

/// Appends path and query. A version segment that both have (`…/v1` and `/v1/…`) stays once.
pub(super) fn join(base: &Url, path: &str, plugin: &str) -> Result<Url, Failure> {
    if let Some(what) = unsafe_path(path) {
        let message = format!(
            "the plugin `{plugin}` asked for a path that {what}; a path stays below its base URL"
        );
        return Err(Failure::new(FailureKind::Permission, Source::Plugin, message));
    }
    let (below, query) = match path.split_once('?') {
        Some((below, query)) => (below, Some(query)),
        None => (path, None),
    };
    let below = below.trim_start_matches('/');
    let above = base.path().trim_end_matches('/');
    let below = without_repeated_version(above, below);

    let mut url = base.clone();
    match below {
        "" => url.set_path(above),
        below => url.set_path(&format!("{above}/{below}")),
    }
    match (base.query(), query) {
        (None | Some(""), query) => url.set_query(query.filter(|query| !query.is_empty())),
        (Some(_), None | Some("")) => {}
        (Some(first), Some(second)) => url.set_query(Some(&format!("{first}&{second}"))),
    }
    Ok(url)
}

/// A base URL for messages: without user, password and query.
pub(super) fn shown(text: &str) -> String {
    match Url::parse(text.trim()) {
        Ok(mut url) => {
            // Both only fail for URLs that cannot have a user at all.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        }
        Err(_) => "not a URL".to_owned(),
    }
}

/// Why a path is refused, if it is.
fn unsafe_path(path: &str) -> Option<&'static str> {
    let (below, _query) = path.split_once('?').unwrap_or((path, ""));
    if path.chars().any(char::is_control) {
        return Some("has control characters");
    }
    if path.contains('\\') {
        return Some("has a backslash");
    }
    if path.contains('#') {
        return Some("has a `#`");
    }
    if below.starts_with("//") || below.starts_with('@') || below.starts_with(':') {
        return Some("names a host of its own");
    }
    let first = below.split('/').next().unwrap_or_default();
    if first.contains(':') {
        return Some("is a URL of its own");
    }
    let dots = |segment: &str| {
        let plain = segment.to_ascii_lowercase().replace("%2e", ".");
        plain == "." || plain == ".."
    };
    // `%2f` and `%5c` are dividers to some servers.
    let lower = below.to_ascii_lowercase().replace("%2f", "/").replace("%5c", "/");
    if lower.split('/').any(dots) {
        return Some("has `.` or `..` in it");
    }
    None
}

fn without_repeated_version<'path>(above: &str, below: &'path str) -> &'path str {
    let (first, rest) = below.split_once('/').unwrap_or((below, ""));
    let last = above.rsplit('/').next().unwrap_or_default();
    let digits = first.strip_prefix('v').unwrap_or_default();
    match first == last && digits.starts_with(|letter: char| letter.is_ascii_digit()) {
        true => rest,
        false => below,
    }
}
