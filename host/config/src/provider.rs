//! What a provider needs: its base URL, its secrets, its settings and its accounts.
//!
//! A secret is read only from variables of the provider's own name, or from those that its vendor is
//! known by: no plugin gets another vendor's key by naming its variable (rule D7).

mod account;
mod address;

use std::collections::BTreeMap;

use clasp_model::{Auth, Json, Manifest, Secret};
use secrecy::SecretString;

pub use self::account::Account;
pub(crate) use self::account::is_account_variable;
use self::address::{Address, allows, is_loopback};
use crate::{Config, Fault, Setting, vendor};

/// The provider for any endpoint that speaks OpenAI's Chat Completions.
pub const CUSTOM: &str = "custom";

/// The vendor that clasp carries inside itself.
pub const DEMO: &str = "demo";

/// The plugin behind [`DEMO`], and behind [`CUSTOM`] where no plugin has that name.
const OPENAI: &str = "openai";

/// The secret that `NAME_API_KEY` fills.
const API_KEY: &str = "api-key";

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
    /// The manifest's ways to authenticate; none for a server of the operator's own for which
    /// nothing is set to authenticate with.
    pub auth: Vec<Auth>,
    /// By the names in the manifest; those that are not set are not there.
    pub secrets: BTreeMap<String, SecretString>,
    /// The operator's accounts with clouds, as far as [`Self::auth`] asks for them.
    pub account: Account,
    /// The operator's settings for the plugin: an object that fits the manifest's schema, with its
    /// defaults.
    pub config: Json,
    /// Whether clients that speak the provider's own dialect get through untranslated.
    pub lane: bool,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

impl Provider {
    /// Whether it authenticates and nothing is set to do it with. Files and metadata servers are
    /// not looked at: an account may always be there.
    pub fn lacks_key(&self) -> bool {
        let needs_secret = |auth: &Auth| !account::is_account(auth);
        !self.auth.is_empty() && self.secrets.is_empty() && self.auth.iter().all(needs_secret)
    }
}

/// What the variables of a provider begin with: `my-vendor` has `MY_VENDOR`.
pub fn prefix(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

impl Config {
    /// The id of the plugin that a provider of this name uses; `exists` tells which ids there are.
    pub fn plugin_id<'a>(&self, name: &'a str, exists: impl Fn(&str) -> bool) -> &'a str {
        match name {
            DEMO => OPENAI,
            CUSTOM if !exists(CUSTOM) => OPENAI,
            name => name,
        }
    }

    /// What the provider `name` needs, for the plugin that [`Config::plugin_id`] names.
    ///
    /// # Errors
    /// A base URL is missing or is none, a required secret is missing or cannot be one, or a
    /// setting does not fit the plugin's schema.
    pub fn provider(&self, name: &str, manifest: &Manifest) -> Result<Provider, Fault> {
        if name == DEMO {
            return self.demo(manifest);
        }
        let settings = self.settings(name, manifest)?;
        let region = settings.text("region").or_else(|| settings.text("location"));
        let Address { url: base_url, host, warning } =
            self.base_url(name, manifest, |setting| {
                let value = settings.text(setting);
                host_label(name, manifest, setting, value)
            })?;
        let mut warnings = settings.warnings.clone();
        warnings.extend(warning);
        let own_host = !allows(&manifest.hosts, &host) || is_loopback(&host);
        let account = self.account(name, manifest, region, &base_url, &mut warnings);
        let secrets = self.secrets(name, manifest, &base_url, own_host, &mut warnings)?;
        let keyless = own_host && secrets.is_empty() && !account.is_set();
        Ok(Provider {
            name: name.to_owned(),
            plugin: manifest.id.clone(),
            operator_base_url: base_url.origin.is_set(),
            base_url,
            auth: if keyless { Vec::new() } else { manifest.auth.clone() },
            secrets,
            account,
            config: settings.json(),
            lane: self.lane(name)?,
            warnings,
        })
    }

    /// The variable that holds a secret of this provider's.
    pub(crate) fn key_variable(&self, name: &str, manifest: &Manifest) -> Option<String> {
        manifest
            .secrets
            .iter()
            .flat_map(|secret| secret_variables(name, manifest, secret))
            .find(|variable| self.environment.get(variable).is_some())
    }

    fn secrets(
        &self,
        name: &str,
        manifest: &Manifest,
        base_url: &Setting<String>,
        own_host: bool,
        warnings: &mut Vec<String>,
    ) -> Result<BTreeMap<String, SecretString>, Fault> {
        // A server of the operator's own may well ask for no key, and an account may do without.
        let optional = own_host || manifest.auth.iter().any(account::is_account);
        let mut secrets = BTreeMap::new();
        for secret in &manifest.secrets {
            let variables = secret_variables(name, manifest, secret);
            let Some(variable) = variables.iter().find(|name| self.environment.get(name).is_some())
            else {
                if secret.required && !optional {
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
        Ok(secrets)
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
            account: Account::default(),
            config: self.settings(DEMO, manifest)?.json(),
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
}

/// The variables that may hold a secret, in order.
pub(crate) fn secret_variables(name: &str, manifest: &Manifest, secret: &Secret) -> Vec<String> {
    let own = prefix(name);
    let first = match secret.name.as_str() {
        API_KEY => format!("{own}_API_KEY"),
        other => format!("{own}_{}", prefix(other)),
    };
    let mut variables = vec![first];
    if name == manifest.id {
        let vendor = vendor::of(name);
        for variable in secret.env.iter().filter(|variable| vendor.may_read(name, variable)) {
            if !variables.contains(variable) {
                variables.push(variable.clone());
            }
        }
    }
    variables
}

/// A setting as a part of a host's name.
fn host_label(
    name: &str,
    manifest: &Manifest,
    setting: &str,
    value: Option<&str>,
) -> Result<String, Fault> {
    let variables = || Config::setting_variables(name, manifest, setting);
    let Some(value) = value else {
        return Err(Fault::missing(
            format!("provider {name} needs {setting}, which is a part of its base URL"),
            format!("set {}", variables()),
        ));
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    if value.is_empty() || value.len() > 63 || !value.chars().all(plain) {
        return Err(Fault::missing(
            format!("{value:?} will not do for {setting} of {name}, a part of its base URL"),
            format!("set {} to letters, digits and dashes", variables()),
        ));
    }
    Ok(value.to_owned())
}
