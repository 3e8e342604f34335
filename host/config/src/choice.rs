//! Which provider serves when: the one that is named, else the one whose key is there.

mod targets;

use clasp_model::Manifest;

use crate::fault::nearest;
use crate::load::Section;
use crate::provider::{CUSTOM, DEMO, is_account_variable, prefix};
use crate::{Config, Fault, Origin, Setting, vendor};

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

/// Whether variables that begin with this name hold the key of a certain vendor, or of `custom`.
pub(crate) fn is_vendor(name: &str) -> bool {
    ORDER.contains(&name) || vendor::is_known(name)
}

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
            let address = if KEYLESS.contains(&name) { self.address_of_own(name) } else { None };
            if let Some(origin) = self.key_of(name, loaded).or(address) {
                return chosen(name, format!("{origin} is set"));
            }
        }
        for name in ORDER.iter().copied().filter(|name| has(name)) {
            if let Some(origin) = self.address_of_own(name) {
                return chosen(name, format!("{origin} is set"));
            }
        }
        if let Some((name, section)) = self.first_of_file(loaded) {
            return chosen(name, format!("{} sets it up", section.origin));
        }
        let others: Vec<&str> = loaded
            .iter()
            .map(|plugin| plugin.manifest.id.as_str())
            .filter(|id| !ORDER.contains(id))
            .collect();
        let key = |id: &str| {
            let is_account = |origin: &Origin| matches!(origin, Origin::Variable { name, .. } if is_account_variable(name));
            self.key_of(id, loaded).filter(|origin| !is_account(origin))
        };
        let ready: Vec<(&str, String)> = others
            .iter()
            .filter_map(|id| {
                let origin = key(id).or_else(|| self.address_of_own(id))?;
                Some((*id, origin.to_string()))
            })
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
        let sections = self.providers.keys().filter(|name| self.has_plugin(name, loaded));
        names.extend(sections.cloned());
        let key = || self.key_of(CUSTOM, loaded);
        if self.has_plugin(CUSTOM, loaded) && self.address_of_own(CUSTOM).or_else(key).is_some() {
            names.push(CUSTOM.to_owned());
        }
        if self.has_plugin(DEMO, loaded) && self.demo.is_some() {
            names.push(DEMO.to_owned());
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What is wrong with the providers of the file, as far as only the loaded plugins tell: one
    /// whose plugin is not there, one that does not fit it, targets at one that there is not. Each
    /// is told by name at a request, too.
    pub fn check_providers(&self, loaded: &[Loaded<'_>]) -> Vec<Fault> {
        let check = |(name, section): (&String, &Section)| match self.plugin_of(name, loaded) {
            Some(manifest) => self.provider(name, manifest).err(),
            None => {
                let id = section.plugin.as_deref().unwrap_or(name);
                let ids: Vec<&str> =
                    loaded.iter().map(|plugin| plugin.manifest.id.as_str()).collect();
                let near = nearest(id, ids.iter().copied());
                let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                let what = format!("provider {name}: no plugin {id} is loaded");
                let fix = format!("{near}name one with `plugin:`; there are {}", ids.join(", "));
                Some(Fault::at(section.origin.clone(), what, fix))
            }
        };
        let faults = self.providers.iter().filter_map(check);
        faults.chain(self.stray_targets(loaded)).collect()
    }

    /// The first provider of the file that has a key or a base URL, but for tiers'.
    fn first_of_file(&self, loaded: &[Loaded<'_>]) -> Option<(&str, &Section)> {
        let line = |section: &Section| match section.origin {
            Origin::File { line, .. } => line,
            _ => usize::MAX,
        };
        self.providers
            .iter()
            .filter(|(name, section)| section.like.is_none() && self.has_plugin(name, loaded))
            .filter(|(name, _)| {
                self.key_of(name, loaded).or_else(|| self.address_of_own(name)).is_some()
            })
            .min_by_key(|(_, section)| line(section))
            .map(|(name, section)| (name.as_str(), section))
    }

    /// Where a base URL of this provider's is set.
    fn address_of_own(&self, name: &str) -> Option<Origin> {
        self.address_of(name).map(|written| written.origin)
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
        names.extend(self.providers.keys().cloned());
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

    /// Where a key of this provider's is set.
    fn key_of(&self, name: &str, loaded: &[Loaded<'_>]) -> Option<Origin> {
        self.key_origin(name, self.plugin_of(name, loaded)?)
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
