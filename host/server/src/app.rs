//! What all requests share: settings, plugins, providers, the connections to vendors.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use clasp_config::{Config, Setting};
use clasp_model::Failure;
use clasp_plugin_host::Registry;
use clasp_route::Rules;
use clasp_store::Store;
use clasp_upstream::Client;
use clasp_upstream::retry::{Budget, Policy};

use crate::catalog::{Catalog, Chosen};

/// What an [`App`] is made of.
pub struct Parts {
    /// The settings.
    pub config: Arc<Config>,
    /// The plugins; whoever watches the disk changes it.
    pub registry: Arc<Registry>,
    /// The connections to vendors.
    pub client: Client,
    /// Answers that clients may ask for again; none where they are not kept.
    pub store: Option<Arc<Store>>,
    /// The provider that serves requests which name none.
    pub default_provider: String,
}

/// The state that all requests share.
pub struct App {
    parts: Parts,
    catalog: ArcSwapOption<Catalog>,
    rules: Rules,
    retries: Policy,
    budget: Budget,
    started: Instant,
}

impl App {
    /// Joins the parts.
    pub fn new(parts: Parts) -> Arc<Self> {
        let rules = rules(&parts);
        Arc::new(Self {
            parts,
            rules,
            catalog: ArcSwapOption::empty(),
            retries: Policy::default(),
            budget: Budget::default(),
            started: Instant::now(),
        })
    }

    /// Step 3: where a request for `model` goes, in the order in which the targets are tried.
    pub(crate) async fn decide(&self, model: &str) -> Result<Vec<Chosen>, Failure> {
        self.catalog().await.decide(self, model).await
    }

    /// The providers of the plugins as they are now.
    pub(crate) async fn catalog(&self) -> Arc<Catalog> {
        let plugins = self.parts.registry.snapshot();
        if let Some(catalog) = self.catalog.load_full()
            && catalog.is_of(&plugins)
        {
            return catalog;
        }
        let catalog = Arc::new(Catalog::build(self, plugins).await);
        self.catalog.store(Some(Arc::clone(&catalog)));
        catalog
    }

    pub(crate) fn config(&self) -> &Config {
        &self.parts.config
    }

    pub(crate) fn client(&self) -> &Client {
        &self.parts.client
    }

    pub(crate) fn store(&self) -> Option<&Arc<Store>> {
        self.parts.store.as_ref()
    }

    pub(crate) fn default_provider(&self) -> &str {
        &self.parts.default_provider
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.rules
    }

    pub(crate) fn retries(&self) -> &Policy {
        &self.retries
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.started.elapsed()
    }
}

fn rules(parts: &Parts) -> Rules {
    let models = &parts.config.models;
    let value = |setting: &Option<Setting<String>>| setting.as_ref().map(|set| set.value.clone());
    Rules {
        default_provider: parts.default_provider.clone(),
        model: value(&models.default),
        opus: value(&models.opus),
        sonnet: value(&models.sonnet),
        haiku: value(&models.haiku),
        aliases: models
            .aliases
            .iter()
            .map(|(alias, target)| (alias.clone(), target.value.clone()))
            .collect(),
    }
}
