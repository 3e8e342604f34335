//! The providers that requests may go to, made anew whenever the plugins change.
//!
//! A provider is a plugin with what the operator set for it. One whose settings are incomplete is
//! kept with what is wrong, so that a request for it says so.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use clasp_config::Loaded;
use clasp_model::{Dialect, Failure, FailureKind, Json, Model, Secret, Source, Target};
use clasp_plugin_host::{Plugin, Plugins};
use clasp_route::ProviderModels;
use clasp_upstream::{Account, Endpoint, Identity};

use crate::app::App;
use crate::listing::Listing;

/// A provider that is ready.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) plugin: Arc<Plugin>,
    pub(crate) endpoint: Endpoint,
    config: Json,
    /// Whether a client that speaks the provider's dialect gets through untranslated.
    lane: bool,
    pub(crate) listing: Listing,
}

/// A target of one request.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) provider: Arc<Provider>,
    pub(crate) target: Arc<Target>,
}

/// A model that a client can ask for.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The provider's name.
    pub(crate) provider: String,
}

/// All providers, of one state of the plugins.
pub(crate) struct Catalog {
    plugins: Arc<Plugins>,
    providers: BTreeMap<String, Result<Arc<Provider>, Failure>>,
    route: clasp_route::Catalog,
}

impl Provider {
    /// Where a request for one of this provider's models goes.
    pub(crate) fn target(&self, model: Model) -> Target {
        Target {
            base_url: self.endpoint.base_url.clone(),
            context_window: model.context_window,
            max_output_tokens: model.max_output_tokens,
            abilities: model.abilities,
            config: self.config.clone(),
            provider: self.name.clone(),
            model: model.id,
        }
    }

    /// The path for clients of this dialect, if the provider takes it untranslated (rule C15).
    pub(crate) fn native(&self, dialect: Dialect) -> Option<&str> {
        let native = &self.plugin.manifest().native;
        let native = native.iter().find(|native| native.dialect == dialect)?;
        self.lane.then_some(&native.path)
    }
}

impl Catalog {
    /// Brings together the plugins and what the operator set for each.
    pub(crate) async fn build(app: &App, plugins: Arc<Plugins>) -> Self {
        let config = app.config();
        let loaded: Vec<Loaded<'_>> = plugins
            .values()
            .map(|plugin| Loaded { manifest: plugin.manifest(), named: false })
            .collect();
        let mut providers = BTreeMap::new();
        for name in config.provider_names(&loaded) {
            let id = config.plugin_id(&name, |id| plugins.contains_key(id));
            let Some(plugin) = plugins.get(id) else { continue };
            let provider = provider(app, &name, plugin).await.map(Arc::new);
            providers.insert(name, provider);
        }
        // Vendors have more models than anybody's list: what they refuse, they name. A provider
        // that is not set up claims no name: `openai/gpt-4o` is also another one's model.
        let models = |provider: &Provider| ProviderModels {
            known: provider.listing.known().iter().map(|model| model.id.clone()).collect(),
            open: true,
        };
        let route = clasp_route::Catalog {
            providers: providers
                .iter()
                .filter(|(name, provider)| provider.is_ok() || *name == app.default_provider())
                .map(|(name, provider)| {
                    (name.clone(), provider.as_deref().map(models).unwrap_or_default())
                })
                .collect(),
        };
        Self { plugins, providers, route }
    }

    /// Whether this was made of these plugins.
    pub(crate) fn is_of(&self, plugins: &Arc<Plugins>) -> bool {
        Arc::ptr_eq(&self.plugins, plugins)
    }

    /// The names of all providers.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.providers.keys().map(String::as_str).collect()
    }

    /// Whether a provider takes this dialect untranslated.
    pub(crate) fn speaks(&self, dialect: Dialect) -> bool {
        let mut usable = self.providers.values().filter_map(|provider| provider.as_ref().ok());
        usable.any(|provider| provider.native(dialect).is_some())
    }

    /// Whether a provider is there and set up.
    pub(crate) fn usable(&self, name: &str) -> bool {
        matches!(self.providers.get(name), Some(Ok(_)))
    }

    /// Where a request for `model` goes.
    pub(crate) async fn decide(&self, app: &App, model: &str) -> Result<Vec<Chosen>, Failure> {
        let choices = clasp_route::decide(app.rules(), model, &self.route)?;
        let mut chosen = Vec::with_capacity(choices.len());
        let mut refused = None;
        for choice in choices {
            match self.providers.get(&choice.provider) {
                Some(Ok(provider)) => {
                    Listing::learn(provider, app.client(), &choice.model).await;
                    let target = provider.target(provider.listing.model(&choice.model));
                    let target = Arc::new(Target { model: choice.model, ..target });
                    chosen.push(Chosen { provider: Arc::clone(provider), target });
                }
                Some(Err(failure)) => refused = Some(failure.clone()),
                None => refused = Some(gone(&choice.provider)),
            }
        }
        match refused {
            Some(failure) if chosen.is_empty() => Err(failure),
            _ => Ok(chosen),
        }
    }

    /// What a client can ask for: the configured models first, then the default provider's, then
    /// the others' as `provider/model`.
    pub(crate) async fn listed(&self, app: &App) -> Vec<Listed> {
        let mut seen = HashSet::new();
        let mut listed = Vec::new();
        let mut add = |id: String, name: String, provider: &str| {
            if seen.insert(id.clone()) {
                listed.push(Listed { id, name, provider: provider.to_owned() });
            }
        };
        for model in app.rules().models() {
            add(model.to_owned(), model.to_owned(), app.default_provider());
        }
        let usable = self.providers.iter().filter_map(|(name, provider)| {
            let provider = provider.as_ref().ok()?;
            Some(async move { (name, Listing::all(provider, app.client()).await) })
        });
        let mut lists = futures_util::future::join_all(usable).await;
        lists.sort_by_key(|(name, _)| *name != app.default_provider());
        for (name, models) in lists {
            for model in models {
                let label = model.name.unwrap_or_else(|| model.id.clone());
                let id = match name == app.default_provider() {
                    true => model.id,
                    false => format!("{name}/{}", model.id),
                };
                add(id, label, name);
            }
        }
        listed
    }
}

async fn provider(app: &App, name: &str, plugin: &Arc<Plugin>) -> Result<Provider, Failure> {
    let manifest = plugin.manifest();
    let provider = app.config().provider(name, manifest).map_err(|fault| {
        Failure::new(FailureKind::Authentication, Source::Host, format!("provider {name}: {fault}"))
    })?;
    for warning in &provider.warnings {
        tracing::warn!(provider = name, "{warning}");
    }
    // The provider's own models say nothing of another server that speaks the same API.
    let known = match name == manifest.id {
        true => plugin.known_models().await?,
        false => Vec::new(),
    };
    // Whether a key may be missing was decided with the settings.
    let optional = |secret: &Secret| Secret { required: false, ..secret.clone() };
    let endpoint = Endpoint {
        plugin: manifest.id.clone(),
        operator_base_url: provider.operator_base_url,
        base_url: provider.base_url.value,
        hosts: manifest.hosts.clone(),
        declared: manifest.secrets.iter().map(optional).collect(),
        auth: provider.auth,
        secrets: provider.secrets,
        headers: Vec::new(),
        identity: Identity::new(Account {
            variables: provider.account.variables,
            home: provider.account.home,
            of_machine: provider.account.of_machine,
        }),
    };
    Ok(Provider {
        name: name.to_owned(),
        plugin: Arc::clone(plugin),
        endpoint,
        config: provider.config,
        lane: provider.lane,
        listing: Listing::new(known),
    })
}

fn gone(name: &str) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        Source::Host,
        format!("provider {name} is not there: its plugin was removed or did not load"),
    )
}
