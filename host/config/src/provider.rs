//! What a provider needs: its base URL, its secrets, its settings and its accounts.
//!
//! A secret is read only from variables of the provider's own name, or from those that its vendor is
//! known by: no plugin gets another vendor's key by naming its variable (rule D7).

mod account;
mod address;
mod keys;

use std::collections::BTreeMap;
use std::fmt;

use clasp_model::policy::{ModelOverride, Streaming};
use clasp_model::{Auth, Header, Json, Manifest, Secret};
use secrecy::{ExposeSecret, SecretString};

pub use self::account::Account;
pub(crate) use self::account::is_account_variable;
use self::address::{Address, allows, is_loopback};
pub use self::keys::ProviderKey;
use self::keys::Secrets;
use crate::load::Section;
use crate::{Config, Fault, Setting, value, vendor};

/// The provider for any endpoint that speaks OpenAI's Chat Completions.
pub const CUSTOM: &str = "custom";

/// The vendor that clasp carries inside itself.
pub const DEMO: &str = "demo";

/// The plugin behind [`DEMO`], and behind [`CUSTOM`] where no plugin has that name.
const OPENAI: &str = "openai";

/// The secret that `NAME_API_KEY` fills.
pub(crate) const API_KEY: &str = "api-key";

/// A provider that is ready to be used.
#[derive(Clone)]
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
    /// By the names in the manifest; those that are not set are not there. Of several keys the
    /// first.
    pub secrets: BTreeMap<String, SecretString>,
    /// Its keys, which share the requests; none where nothing is set. The first has
    /// [`Self::secrets`].
    pub keys: Vec<ProviderKey>,
    /// The operator's own headers, names in lower case; values may be keys.
    pub headers: Vec<Header>,
    /// Where it is, in the operator's words and in lower case.
    pub region: Option<String>,
    /// How it answers.
    pub streaming: Streaming,
    /// What the operator knows of its models, by their ids.
    pub models: BTreeMap<String, ModelOverride>,
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

/// Shows neither keys nor headers.
impl fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Provider")
            .field("name", &self.name)
            .field("plugin", &self.plugin)
            .field("base_url", &self.base_url)
            .field("auth", &self.auth)
            .field("secrets", &self.secrets.keys().collect::<Vec<_>>())
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
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
    pub fn plugin_id<'a>(&'a self, name: &'a str, exists: impl Fn(&str) -> bool) -> &'a str {
        let said = self.section(name).and_then(|section| section.plugin.as_deref());
        match said.unwrap_or(name) {
            DEMO => OPENAI,
            CUSTOM if !exists(CUSTOM) => OPENAI,
            name => name,
        }
    }

    /// What the file, or a tier of its own, says of a provider.
    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.providers.get(name)
    }

    /// The provider whose variables and options set up this one; its own unless it is a tier's.
    pub(crate) fn settings_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.section(name).and_then(|section| section.like.as_deref()).unwrap_or(name)
    }

    /// Whether variables that begin with the provider's name are its own.
    pub(crate) fn has_variables(&self, name: &str) -> bool {
        self.section(name).is_none_or(|section| section.like.is_none())
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
        let Secrets { first, keys } =
            self.secrets_of(name, manifest, &base_url, own_host, &mut warnings)?;
        let keyless = own_host && first.is_empty() && !account.is_set();
        let section = self.section(name).cloned();
        let section = section.unwrap_or_else(|| Section::new(crate::Origin::Default));
        self.check_sent(name, &section, &base_url, &mut warnings);
        Ok(Provider {
            name: name.to_owned(),
            plugin: manifest.id.clone(),
            operator_base_url: base_url.origin.is_set(),
            base_url,
            auth: if keyless { Vec::new() } else { manifest.auth.clone() },
            secrets: first,
            keys,
            headers: section.headers.iter().map(header).collect(),
            region: section.region,
            streaming: section.streaming,
            models: section.models,
            account,
            config: settings.json(),
            lane: self.lane(name, section.lane)?,
            warnings,
        })
    }

    fn demo(&self, manifest: &Manifest) -> Result<Provider, Fault> {
        let Some(base_url) = &self.demo else {
            return Err(Fault::missing(
                "the embedded vendor is not running",
                "start with --provider demo",
            ));
        };
        let secrets: BTreeMap<_, _> = manifest
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
            keys: vec![ProviderKey {
                name: "key-1".to_owned(),
                weight: 1,
                secrets: secrets.clone(),
            }],
            secrets,
            headers: Vec::new(),
            region: None,
            streaming: Streaming::default(),
            models: BTreeMap::new(),
            account: Account::default(),
            config: self.settings(DEMO, manifest)?.json(),
            lane: true,
            warnings: Vec::new(),
        })
    }

    /// `NAME_LANE`, else what the file says: on or off.
    fn lane(&self, name: &str, said: Option<bool>) -> Result<bool, Fault> {
        let variable = format!("{}_LANE", prefix(self.settings_of(name)));
        let Some(text) = self.environment.get(&variable) else { return Ok(said.unwrap_or(true)) };
        value::boolean(text).map_err(|_| {
            let origin = self.environment.origin(&variable);
            Fault::at(origin, format!("is {text:?}"), "set it to on or off")
        })
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

fn header((name, value): (&String, &SecretString)) -> Header {
    Header { name: name.clone(), value: value.expose_secret().to_owned() }
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
