//! What a provider needs: its base URL and its secrets.
//!
//! A secret is read only from variables of the provider's own name, or from those that its vendor is
//! known by: no plugin gets another vendor's key by naming its variable (rule D7).

use std::collections::BTreeMap;

use clasp_model::{Auth, Json, Manifest, Secret};
use secrecy::SecretString;

use crate::{Config, Fault, Origin, Setting};

/// The provider for any endpoint that speaks OpenAI's Chat Completions.
pub const CUSTOM: &str = "custom";

/// The vendor that clasp carries inside itself.
pub const DEMO: &str = "demo";

/// The plugin behind [`CUSTOM`] and [`DEMO`].
const OPENAI: &str = "openai";

/// The secret that `NAME_API_KEY` fills.
const API_KEY: &str = "api-key";

/// Beginnings of variables that a vendor is known by besides its provider's name.
const KNOWN_BY: &[(&str, &[&str])] = &[
    ("bedrock", &["AWS_"]),
    ("gemini", &["GOOGLE_API_KEY"]),
    ("grok", &["XAI_"]),
    ("qwen", &["DASHSCOPE_"]),
    ("vertex", &["GOOGLE_"]),
];

/// A provider that is ready to be used.
#[derive(Clone, Debug)]
pub struct Provider {
    /// What the operator and the logs call it.
    pub name: String,
    /// The id of the plugin that speaks its API.
    pub plugin: String,
    /// Without a slash at the end.
    pub base_url: Setting<String>,
    /// The base URL is the operator's own word, which allows its host.
    pub operator_base_url: bool,
    /// The manifest's ways to authenticate; none for a server of the operator's own for which no
    /// key is set.
    pub auth: Vec<Auth>,
    /// By the names in the manifest; those that are not set are not there.
    pub secrets: BTreeMap<String, SecretString>,
    /// The operator's settings for the plugin: an object.
    pub config: Json,
    /// Whether clients that speak the provider's own dialect get through untranslated.
    pub lane: bool,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

impl Provider {
    /// Whether it authenticates and nothing is set to do it with.
    pub fn lacks_key(&self) -> bool {
        !self.auth.is_empty() && self.secrets.is_empty()
    }
}

/// What the variables of a provider begin with: `my-vendor` has `MY_VENDOR`.
pub fn prefix(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

impl Config {
    /// The id of the plugin that a provider of this name uses.
    pub fn plugin_id<'a>(&self, name: &'a str) -> &'a str {
        match name {
            CUSTOM | DEMO => OPENAI,
            name => name,
        }
    }

    /// What the provider `name` needs, for the plugin that [`Config::plugin_id`] names.
    ///
    /// # Errors
    /// A base URL is missing or is none, or a required secret is missing or cannot be one.
    pub fn provider(&self, name: &str, manifest: &Manifest) -> Result<Provider, Fault> {
        if name == DEMO {
            return self.demo(manifest);
        }
        let mut warnings = Vec::new();
        let (base_url, host) = self.base_url(name, manifest)?;
        let own_host = !allows(&manifest.hosts, &host);
        let mut secrets = BTreeMap::new();
        for secret in &manifest.secrets {
            let variables = variables(name, manifest, secret);
            let Some(variable) = variables.iter().find(|name| self.environment.get(name).is_some())
            else {
                // A server of the operator's own may well ask for no key.
                if secret.required && !own_host {
                    return Err(Fault::missing(
                        format!("provider {name} needs {} and no variable sets it", secret.name),
                        format!("set {} ({})", variables.join(" or "), secret.description),
                    ));
                }
                continue;
            };
            let value = self.environment.get(variable).unwrap_or_default();
            if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
                return Err(Fault::at(
                    self.environment.origin(variable),
                    "has characters that no key has (line breaks or non-ASCII ones)",
                    "copy the key again",
                ));
            }
            if self.is_diverted(&base_url.origin, variable) {
                warnings.push(format!(
                    "{variable} goes to {}, which the working directory's .env says ({}); \
                     if that is not yours, remove it",
                    base_url.value, base_url.origin
                ));
            }
            secrets.insert(secret.name.clone(), SecretString::from(value));
        }
        let keyless = own_host && secrets.is_empty();
        Ok(Provider {
            name: name.to_owned(),
            plugin: manifest.id.clone(),
            operator_base_url: base_url.origin.is_set(),
            base_url,
            auth: if keyless { Vec::new() } else { manifest.auth.clone() },
            secrets,
            config: empty_object(),
            lane: self.lane(name)?,
            warnings,
        })
    }

    /// Where the variable of a provider's base URL stands.
    pub(crate) fn base_url_variable(name: &str) -> String {
        match name {
            // `ANTHROPIC_BASE_URL` points clients at clasp: reading it would make a loop.
            "anthropic" => "CLASP_ANTHROPIC_BASE_URL".to_owned(),
            name => format!("{}_BASE_URL", prefix(name)),
        }
    }

    /// The variable that holds a secret of this provider's.
    pub(crate) fn key_variable(&self, name: &str, manifest: &Manifest) -> Option<String> {
        manifest
            .secrets
            .iter()
            .flat_map(|secret| variables(name, manifest, secret))
            .find(|variable| self.environment.get(variable).is_some())
    }

    fn demo(&self, manifest: &Manifest) -> Result<Provider, Fault> {
        let Some(base_url) = &self.demo else {
            return Err(Fault::missing(
                "the embedded vendor is not running",
                "start with --provider demo",
            ));
        };
        let secrets = manifest
            .secrets
            .iter()
            .map(|secret| (secret.name.clone(), SecretString::from("demo")))
            .collect();
        Ok(Provider {
            name: DEMO.to_owned(),
            plugin: manifest.id.clone(),
            base_url: Setting::default(base_url.clone()),
            operator_base_url: true,
            auth: manifest.auth.clone(),
            secrets,
            config: empty_object(),
            lane: true,
            warnings: Vec::new(),
        })
    }

    /// `NAME_LANE`: `on` or `off`.
    fn lane(&self, name: &str) -> Result<bool, Fault> {
        let variable = format!("{}_LANE", prefix(name));
        match self.environment.get(&variable) {
            None | Some("on") => Ok(true),
            Some("off") => Ok(false),
            Some(other) => Err(Fault::at(
                self.environment.origin(&variable),
                format!("is {other:?}"),
                "set it to on or off",
            )),
        }
    }

    /// The base URL and its host.
    fn base_url(
        &self,
        name: &str,
        manifest: &Manifest,
    ) -> Result<(Setting<String>, String), Fault> {
        let variable = Self::base_url_variable(name);
        let set = self.environment.get(&variable);
        let default = manifest.default_base_url.as_deref().filter(|_| name == manifest.id);
        let Some(text) = set.or(default) else {
            return Err(Fault::missing(
                format!("provider {name} has no base URL"),
                format!("set {variable}, e.g. {variable}=http://localhost:8000/v1"),
            ));
        };
        let origin = match set {
            Some(_) => self.environment.origin(&variable),
            None => Origin::Default,
        };
        let parsed = parse_base_url(text).map_err(|what| {
            Fault::at(origin.clone(), what, "give e.g. https://api.example.com/v1")
        })?;
        let host = parsed.host_str().unwrap_or_default().to_owned();
        let value = text.trim_end_matches('/').to_owned();
        Ok((Setting { value, origin }, host))
    }

    /// Whether a key of the user's would go where a working directory's file says: whoever wrote
    /// the directory may not be the user.
    fn is_diverted(&self, base_url: &Origin, key: &str) -> bool {
        let Origin::Variable { name, .. } = base_url else { return false };
        self.environment.is_from_directory(name) && !self.environment.is_from_directory(key)
    }
}

/// The variables that may hold a secret, in order.
fn variables(name: &str, manifest: &Manifest, secret: &Secret) -> Vec<String> {
    let own = prefix(name);
    let first = match secret.name.as_str() {
        API_KEY => format!("{own}_API_KEY"),
        other => format!("{own}_{}", prefix(other)),
    };
    let mut variables = vec![first];
    if name == manifest.id {
        let known = KNOWN_BY.iter().find(|(id, _)| *id == name).map_or(&[][..], |(_, known)| known);
        let of_its_own = |variable: &str| {
            let rest = variable.strip_prefix(own.as_str());
            rest.is_some_and(|rest| rest.starts_with('_'))
                || known.iter().any(|known| variable.starts_with(known))
        };
        for variable in secret.env.iter().filter(|variable| of_its_own(variable)) {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        }
    }
    variables
}

fn parse_base_url(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
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

/// Whether `hosts` has `host`; `*.` stands for any labels before.
fn allows(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|allowed| match allowed.strip_prefix('*') {
        Some(suffix) => host.len() > suffix.len() && host.ends_with(suffix),
        None => allowed.eq_ignore_ascii_case(host),
    })
}

fn empty_object() -> Json {
    Json::from_checked("{}".into())
}
