//! Which provider serves when: the one that is named, else the one whose key is there.

use clasp_model::Manifest;

use crate::fault::nearest;
use crate::provider::{CUSTOM, DEMO, is_account_variable, prefix};
use crate::{Config, Fault, Setting, vendor};

/// The order in which keys are looked for.
const ORDER: &[&str] = &[
    "openai",
    "openrouter",
    "azure",
    "anthropic",
    "gemini",
    "deepseek",
    "grok",
    "qwen",
    "minimax",
    "litellm",
    "ollama",
    CUSTOM,
];

/// Providers that are often run without a key: their address says that they are wanted.
const KEYLESS: &[&str] = &["litellm", "ollama", CUSTOM];

/// Providers that a hint names; there may be dozens.
const MOST_WAYS: usize = 4;

/// Also chosen when it answers on its port.
const OLLAMA: &str = "ollama";

/// A plugin that is loaded.
#[derive(Clone, Copy, Debug)]
pub struct Loaded<'a> {
    /// What it says of itself.
    pub manifest: &'a Manifest,
    /// The operator named its file with `--plugin`.
    pub named: bool,
}

/// The provider that serves requests that name none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// This one.
    Provider {
        /// Its name.
        name: String,
        /// Why, for the log.
        why: String,
    },
    /// No provider is set up.
    Nothing {
        /// What to do, for people.
        hint: String,
    },
}

impl Config {
    /// Chooses among the providers of the loaded plugins. `ollama` tells whether Ollama answers on
    /// its usual port; it is asked only where that counts.
    ///
    /// # Errors
    /// The operator named one that there is not.
    pub fn choose(
        &self,
        loaded: &[Loaded<'_>],
        ollama: impl Fn() -> bool,
    ) -> Result<Chosen, Fault> {
        if let Some(named) = &self.provider {
            return self.choose_named(named, loaded);
        }
        let chosen = |name: &str, why: String| Ok(Chosen::Provider { name: name.to_owned(), why });
        let has = |name: &str| self.has_plugin(name, loaded);
        for name in ORDER.iter().copied().filter(|name| has(name)) {
            let address = if KEYLESS.contains(&name) { self.address_of(name) } else { None };
            if let Some(variable) = self.key_of(name, loaded).or(address) {
                return chosen(name, format!("{variable} is set"));
            }
        }
        for name in ORDER.iter().copied().filter(|name| has(name)) {
            if let Some(variable) = self.address_of(name) {
                return chosen(name, format!("{variable} is set"));
            }
        }
        let others: Vec<&str> = loaded
            .iter()
            .map(|plugin| plugin.manifest.id.as_str())
            .filter(|id| !ORDER.contains(id))
            .collect();
        let key = |id: &str| self.key_of(id, loaded).filter(|name| !is_account_variable(name));
        let ready: Vec<(&str, String)> = others
            .iter()
            .filter_map(|id| Some((*id, key(id).or_else(|| self.address_of(id))?)))
            .collect();
        let named: Vec<&Loaded<'_>> = loaded.iter().filter(|plugin| plugin.named).collect();
        match (ready.as_slice(), named.as_slice()) {
            ([(id, variable)], _) => return chosen(id, format!("{variable} is set")),
            ([], [only]) => return chosen(&only.manifest.id, "its plugin was named".into()),
            ([], _) => {}
            (several, _) => return Err(several_providers(several)),
        }
        if has(OLLAMA) && ollama() {
            return chosen(OLLAMA, "no key is set, and Ollama answers on its port".into());
        }
        let account =
            |plugin: &Loaded<'_>| self.account_variable(&plugin.manifest.id, plugin.manifest);
        let accounts: Vec<(&str, String)> = loaded
            .iter()
            .filter_map(|plugin| Some((plugin.manifest.id.as_str(), account(plugin)?)))
            .collect();
        match accounts.as_slice() {
            [] => Ok(Chosen::Nothing { hint: self.hint(loaded) }),
            [(id, variable)] => chosen(id, format!("{variable} is set")),
            several => Err(several_providers(several)),
        }
    }

    /// The providers that these plugins make, set up or not: one a plugin, [`CUSTOM`] when
    /// something is set for it, [`DEMO`] when it runs.
    pub fn provider_names(&self, loaded: &[Loaded<'_>]) -> Vec<String> {
        let ids = loaded.iter().map(|plugin| plugin.manifest.id.clone());
        let mut names: Vec<String> = ids.filter(|id| id != CUSTOM).collect();
        let key = || self.key_of(CUSTOM, loaded);
        if self.has_plugin(CUSTOM, loaded) && self.address_of(CUSTOM).or_else(key).is_some() {
            names.push(CUSTOM.to_owned());
        }
        if self.has_plugin(DEMO, loaded) && self.demo.is_some() {
            names.push(DEMO.to_owned());
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    fn choose_named(
        &self,
        named: &Setting<String>,
        loaded: &[Loaded<'_>],
    ) -> Result<Chosen, Fault> {
        let name = named.value.as_str();
        if self.has_plugin(name, loaded) {
            return Ok(Chosen::Provider { name: name.to_owned(), why: named.origin.to_string() });
        }
        let mut names: Vec<String> =
            loaded.iter().map(|plugin| plugin.manifest.id.clone()).collect();
        if self.has_plugin(CUSTOM, loaded) {
            names.extend([CUSTOM.to_owned(), DEMO.to_owned()]);
        }
        names.sort_unstable();
        names.dedup();
        let called = vendor::called(name).filter(|id| names.iter().any(|known| known == id));
        let near = called
            .or_else(|| nearest(name, names.iter().map(String::as_str)))
            .map(|near| format!("did you mean {near}? "))
            .unwrap_or_default();
        Err(Fault::at(
            named.origin.clone(),
            format!("there is no provider {name:?}: no plugin of that name is loaded"),
            format!("{near}there are {}; load another with --plugin FILE", names.join(", ")),
        ))
    }

    fn has_plugin(&self, name: &str, loaded: &[Loaded<'_>]) -> bool {
        self.plugin_of(name, loaded).is_some()
    }

    /// The variable that holds a key of this provider's.
    fn key_of(&self, name: &str, loaded: &[Loaded<'_>]) -> Option<String> {
        self.key_variable(name, self.plugin_of(name, loaded)?)
    }

    /// The manifest of the plugin behind a provider.
    fn plugin_of<'a>(&self, name: &str, loaded: &[Loaded<'a>]) -> Option<&'a Manifest> {
        let find = |id: &str| loaded.iter().find(|plugin| plugin.manifest.id == id);
        let id = self.plugin_id(name, |id| find(id).is_some());
        find(id).map(|plugin| plugin.manifest)
    }

    fn hint(&self, loaded: &[Loaded<'_>]) -> String {
        let has_key = |id: &&str| {
            let mut plugins = loaded.iter();
            plugins.any(|plugin| plugin.manifest.id == **id && !plugin.manifest.secrets.is_empty())
        };
        let usual = ORDER.iter().copied().filter(|id| *id != CUSTOM);
        let others = loaded.iter().map(|plugin| plugin.manifest.id.as_str());
        let others = others.filter(|id| !ORDER.contains(id));
        let mut ways: Vec<String> = usual
            .chain(others)
            .filter(has_key)
            .take(MOST_WAYS)
            .map(|id| format!("{}_API_KEY", prefix(id)))
            .collect();
        if loaded.len() > MOST_WAYS {
            ways.push("the key of another provider (`clasp plugin list` names them)".into());
        }
        if self.has_plugin(CUSTOM, loaded) {
            ways.push("CUSTOM_BASE_URL for a server that speaks OpenAI's API".into());
        }
        let unused: Vec<String> = ORDER
            .iter()
            .filter(|name| !self.has_plugin(name, loaded))
            .map(|name| format!("{}_API_KEY", prefix(name)))
            .filter(|variable| self.environment.get(variable).is_some())
            .collect();
        let unused = if unused.is_empty() {
            String::new()
        } else {
            format!(" ({} set, but no plugin for it is loaded)", unused.join(", "))
        };
        format!("set {}{unused}", ways.join(" or "))
    }
}

fn several_providers(several: &[(&str, String)]) -> Fault {
    let names: Vec<&str> = several.iter().map(|(id, _)| *id).collect();
    Fault::missing(
        format!("several providers are set up: {}", names.join(", ")),
        "choose one with PROVIDER or --provider",
    )
}
