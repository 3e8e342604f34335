//! A provider's base URL: from its variable or the manifest, without what people copy along.
//!
//! A path is never doubled: the ends that a plugin writes itself are taken off.

use clasp_model::Manifest;
use url::Url;

use crate::choice::is_vendor;
use crate::vendor::{self, Vendor};
use crate::{Config, Fault, Origin, Setting};

/// Ends of addresses that every plugin writes itself.
const ENDINGS: &[&str] = &["/chat/completions", "/responses", "/messages"];

/// Where Ollama listens unless it is told otherwise.
const OLLAMA_PORT: u16 = 11434;

/// Ollama's own variable.
const OLLAMA_HOST: &str = "OLLAMA_HOST";

/// A base URL as it was written.
#[derive(Debug)]
pub(crate) struct Written<'a> {
    pub(crate) text: &'a str,
    pub(crate) origin: Origin,
    is_ollamas: bool,
}

/// A base URL that is ready.
#[derive(Debug)]
pub(crate) struct Address {
    /// Without a slash at the end.
    pub(crate) url: Setting<String>,
    pub(crate) host: String,
    /// The text was not taken as it was written.
    pub(crate) warning: Option<String>,
}

impl Config {
    /// What sets a base URL of this provider's: its text, where it stands, and whether it is as
    /// Ollama writes addresses.
    pub(crate) fn address_of(&self, name: &str) -> Option<Written<'_>> {
        let section = self.section(name);
        if self.has_variables(name) {
            let mut variables = vendor::of(name).addresses(name).into_iter();
            let set = variables.find_map(|variable| {
                let text = self.environment.get(&variable)?;
                let origin = self.environment.origin(&variable);
                Some(Written { text, origin, is_ollamas: variable == OLLAMA_HOST })
            });
            if set.is_some() {
                return set;
            }
        }
        if let Some(set) = section.and_then(|section| section.base_url.as_ref()) {
            let origin = set.origin.clone();
            return Some(Written { text: &set.value, origin, is_ollamas: false });
        }
        // A tier's provider is where the one is that it names.
        self.address_of(section?.like.as_deref().filter(|like| *like != name)?)
    }

    /// The base URL of the provider `name`. `fill` knows the settings that a default may name, as in
    /// `https://{region}.example.com`.
    pub(crate) fn base_url(
        &self,
        name: &str,
        manifest: &Manifest,
        fill: impl Fn(&str) -> Result<String, Fault>,
    ) -> Result<Address, Fault> {
        let like = self.settings_of(name);
        let vendor = vendor::of(&manifest.id);
        let is_own = like == manifest.id || self.may_default(like, manifest);
        let default = manifest.default_base_url.as_deref().filter(|_| is_own);
        let Some(Written { text: written, origin, is_ollamas }) = self.address_of(name) else {
            let Some(default) = default else {
                let variables = vendor::of(like).addresses(like).join(" or ");
                return Err(Fault::missing(
                    format!("provider {name} has no base URL"),
                    format!("set {variables}, e.g. to http://localhost:8000/v1"),
                ));
            };
            let text = filled(default, fill)?;
            let url = parse(&text).map_err(|what| {
                let what = format!("the base URL in the manifest of {} {what}", manifest.id);
                Fault::missing(what, "tell the plugin's author")
            })?;
            let host = url.host_str().unwrap_or_default().to_owned();
            let url = Setting::default(text.trim_end_matches('/').to_owned());
            return Ok(Address { url, host, warning: None });
        };
        let text = if is_ollamas { of_ollama_host(written) } else { written.to_owned() };
        let url = parse(&text).map_err(|what| {
            Fault::at(origin.clone(), what, "give e.g. https://api.example.com/v1")
        })?;
        let value = trimmed(&text, &url, vendor, default);
        let warning = (value != written.trim_end_matches('/') && !is_ollamas)
            .then(|| format!("{origin} is taken as {value}: the rest of the path is added to it"));
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Address { url: Setting { value, origin }, host, warning })
    }

    /// Whether a provider of the file is where its plugin says, although it has another name. Not
    /// under the name of another vendor, whose variables hold that one's key (rule D7).
    fn may_default(&self, name: &str, manifest: &Manifest) -> bool {
        let key = format!("{}_API_KEY", super::prefix(name));
        let is_its_key = vendor::of(&manifest.id).may_read(&manifest.id, &key);
        self.section(name).is_some() && (is_its_key || !is_vendor(name))
    }

    /// Whether the working directory says where something of the user's own goes: whoever wrote the
    /// directory may not be the user.
    pub(crate) fn is_diverted(&self, base_url: &Origin, key: &str) -> bool {
        self.is_of_directory(base_url) && !self.environment.is_from_directory(key)
    }

    /// Whether a file of the working directory's says it.
    pub(crate) fn is_of_directory(&self, origin: &Origin) -> bool {
        match origin {
            Origin::Variable { name, .. } => self.environment.is_from_directory(name),
            Origin::File { .. } => self.of_directory,
            Origin::Flag(_) | Origin::Default => false,
        }
    }
}

/// Whether `hosts` has `host`; `*.` stands for any labels before.
pub(crate) fn allows(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|allowed| match allowed.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => allowed.eq_ignore_ascii_case(host),
    })
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    address.map_or(host == "localhost", |address| address.is_loopback())
}

fn parse(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("is not an http or https URL".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("has a user or password in it, which belong in no URL".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("has a query or a fragment, after which no path can stand".into());
    }
    Ok(url)
}

/// The text without slashes at its end and without what the plugin adds.
fn trimmed(text: &str, url: &Url, vendor: &Vendor, default: Option<&str>) -> String {
    let path = url.path().trim_end_matches('/');
    let root = text.trim_end_matches('/').strip_suffix(path).unwrap_or(text);
    let mut rest = path;
    for ending in ENDINGS.iter().chain(vendor.endings()) {
        rest = rest.strip_suffix(ending).unwrap_or(rest).trim_end_matches('/');
    }
    // `/v1/v1`
    if let Some((before, last)) = rest.rsplit_once('/')
        && is_version(last)
        && before.ends_with(&format!("/{last}"))
    {
        rest = before;
    }
    // The vendor's own host without the path that the vendor's API stands below.
    let default = default.and_then(|default| Url::parse(default).ok());
    if let Some(default) = &default
        && rest.is_empty()
        && url.host_str() == default.host_str()
    {
        rest = default.path();
    }
    format!("{root}{rest}").trim_end_matches('/').to_owned()
}

fn is_version(segment: &str) -> bool {
    let digits = segment.strip_prefix('v').unwrap_or_default();
    digits.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Ollama's own variable names what its server listens on: `0.0.0.0`, `:11434`, `host:port`.
fn of_ollama_host(text: &str) -> String {
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let host = match host {
        "" | "0.0.0.0" => "127.0.0.1",
        "[::]" => "[::1]",
        host => host,
    };
    match (port, scheme, text.contains("://")) {
        ("", "https", _) => format!("{scheme}://{host}{path}"),
        ("", _, true) => format!("{scheme}://{host}{path}"),
        ("", _, false) => format!("{scheme}://{host}:{OLLAMA_PORT}{path}"),
        (port, ..) => format!("{scheme}://{host}:{port}{path}"),
    }
}

/// A manifest's base URL with the settings that it names.
fn filled(text: &str, fill: impl Fn(&str) -> Result<String, Fault>) -> Result<String, Fault> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else { break };
        filled.push_str(before);
        filled.push_str(&fill(name)?);
        rest = after;
    }
    filled.push_str(rest);
    // Google's global endpoint has no location before its name, and AWS's in China end otherwise.
    let filled = filled.replace("://global-aiplatform.", "://aiplatform.");
    match filled.contains(".cn-") && filled.ends_with(".amazonaws.com") {
        true => Ok(filled + ".cn"),
        false => Ok(filled),
    }
}
