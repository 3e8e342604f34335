//! The providers that requests may go to, made anew whenever plugins or settings change.
//!
//! A provider is a plugin with what the operator set for it. One whose settings are incomplete is
//! kept with what is wrong, so that a request for it says so.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use clasp_config::{Config, Loaded};
use clasp_model::policy::{ModelOverride, Streaming};
use clasp_model::{
    ContextSize, Dialect, Failure, FailureKind, Json, Model, Request, Secret, Source, Target,
};
use clasp_plugin_host::{Plugin, Plugins};
use clasp_route::{Choice, Needs, PassedOver, Plan, ProviderModels, Query, Role, Router};
use clasp_upstream::retry::Budget;
use clasp_upstream::{Account, Client, Endpoint, Identity};

use crate::admission::Caller;
use crate::app::{App, Settings};
use crate::explain::{Aim, Step};
use crate::keys::Keys;
use crate::listing::Listing;

/// A provider that is ready.
pub(crate) struct Provider {
    pub(crate) name: String,
    pub(crate) plugin: Arc<Plugin>,
    /// Where it is, once for each of its keys.
    pub(crate) keys: Keys,
    /// Retries that it may still get.
    pub(crate) budget: Arc<Budget>,
    /// The operator gave it a key or an address, or its settings: others are there by chance.
    pub(crate) is_wanted: bool,
    config: Json,
    /// Whether a client that speaks the provider's dialect gets through untranslated.
    lane: bool,
    streaming: Streaming,
    /// What the operator knows of its models.
    models: BTreeMap<String, ModelOverride>,
    pub(crate) listing: Arc<Listing>,
}

/// A target of one request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) provider: Arc<Provider>,
    pub(crate) target: Arc<Target>,
    /// `provider/model`.
    pub(crate) name: Arc<str>,
    pub(crate) choice: Arc<Choice>,
    pub(crate) streaming: Streaming,
}

/// Where a request goes.
pub(crate) struct Decided {
    /// In the order in which they are tried; at least one.
    pub(crate) targets: Vec<Chosen>,
    pub(crate) plan: Plan,
}

/// A model that a client can ask for.
pub(crate) struct Listed {
    pub(crate) id: String,
    pub(crate) name: String,
    /// The provider's name.
    pub(crate) provider: String,
}

/// All providers, of one state of plugins and settings.
pub(crate) struct Catalog {
    plugins: Arc<Plugins>,
    settings: Arc<Settings>,
    providers: BTreeMap<String, Result<Arc<Provider>, Failure>>,
    router: Router,
}

impl Provider {
    /// Where a request for one of this provider's models goes.
    pub(crate) fn target(&self, model: Model) -> Target {
        Target {
            base_url: self.keys.endpoint().base_url.clone(),
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

    /// What is known of a model; the operator's word wins.
    pub(crate) fn model(&self, id: &str) -> Model {
        let model = self.listing.model(id);
        match self.models.get(id) {
            Some(own) => overridden(model, own),
            None => model,
        }
    }

    /// Whether the operator says something of a model.
    pub(crate) fn is_told_of(&self, model: &str) -> bool {
        self.models.contains_key(model)
    }

    fn streaming(&self, model: &str) -> Streaming {
        let own = self.models.get(model).and_then(|own| own.streaming);
        own.unwrap_or(self.streaming)
    }
}

impl Catalog {
    /// Brings together the plugins and what the operator set for each. `before` knows what holds
    /// on about keys.
    pub(crate) async fn build(
        plugins: Arc<Plugins>,
        settings: Arc<Settings>,
        before: Option<&Self>,
    ) -> Self {
        let config = &settings.config;
        let loaded: Vec<Loaded<'_>> = plugins
            .values()
            .map(|plugin| Loaded { manifest: plugin.manifest(), named: false })
            .collect();
        let mut providers = BTreeMap::new();
        for name in config.provider_names(&loaded) {
            let id = config.plugin_id(&name, |id| plugins.contains_key(id));
            let Some(plugin) = plugins.get(id) else { continue };
            let earlier = before.and_then(|before| before.provider(&name));
            let provider = provider(config, &name, plugin, earlier).await.map(Arc::new);
            if let Err(failure) = &provider {
                tracing::debug!(provider = name, "not set up: {failure}");
            }
            providers.insert(name, provider);
        }
        let models = |provider: &Result<Arc<Provider>, Failure>| match provider {
            Ok(provider) => known(provider),
            Err(_) => ProviderModels { usable: false, ..ProviderModels::default() },
        };
        let all = providers.iter().map(|(name, provider)| (name.clone(), models(provider)));
        let catalog = clasp_route::Catalog { providers: all.collect() };
        let router =
            Router::new(config.routing.clone(), settings.default_provider.clone(), catalog);
        Self { plugins, settings, providers, router }
    }

    /// Whether this was made of these plugins and settings.
    pub(crate) fn is_of(&self, plugins: &Arc<Plugins>, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.plugins, plugins) && Arc::ptr_eq(&self.settings, settings)
    }

    pub(crate) fn config(&self) -> &Config {
        &self.settings.config
    }

    pub(crate) fn default_provider(&self) -> &str {
        &self.settings.default_provider
    }

    pub(crate) fn router(&self) -> &Router {
        &self.router
    }

    /// The names of all providers.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.providers.keys().map(String::as_str).collect()
    }

    /// The providers that are set up, and for the others what they lack.
    pub(crate) fn providers(
        &self,
    ) -> impl Iterator<Item = (&str, Result<&Arc<Provider>, &Failure>)> {
        self.providers.iter().map(|(name, provider)| (name.as_str(), provider.as_ref()))
    }

    /// A provider that is set up.
    pub(crate) fn provider(&self, name: &str) -> Option<&Arc<Provider>> {
        self.providers.get(name)?.as_ref().ok()
    }

    /// Whether a provider takes this dialect untranslated.
    pub(crate) fn speaks(&self, dialect: Dialect) -> bool {
        let mut usable = self.providers.values().filter_map(|provider| provider.as_ref().ok());
        usable.any(|provider| provider.native(dialect).is_some())
    }

    /// What decides about a request, of which `request` may not have been read.
    pub(crate) fn query<'q>(
        &self,
        dialect: Dialect,
        caller: &'q Caller,
        model: &'q str,
        stream: bool,
        request: Option<&'q Request>,
    ) -> Query<'q> {
        Query {
            model,
            dialect,
            stream,
            needs: request.map(Needs::of).unwrap_or_default(),
            tokens: request.map(clasp_tokens::estimate),
            output: request.and_then(|request| request.max_output_tokens),
            session: request.and_then(|request| request.session.as_deref()),
            key: caller.name(),
            project: caller.project(),
            background: request.map(clasp_route::background),
            random: fastrand::f64(),
        }
    }

    /// Step 3: where a request goes.
    ///
    /// # Errors
    /// Nobody has the model, or nobody can serve it now.
    pub(crate) async fn decide(&self, app: &App, query: &Query<'_>) -> Result<Decided, Failure> {
        let decide =
            |choosy| clasp_route::decide(&self.router, query, &app.live().view(self, choosy));
        let plan = decide(true).or_else(|_| decide(false))?;
        let mut targets = Vec::with_capacity(plan.targets.len());
        let mut refused = None;
        for (at, choice) in plan.targets.iter().enumerate() {
            // What a fallback's provider lists is not waited for.
            match self.chosen(app, choice, at == 0).await {
                Ok(chosen) => targets.push(chosen),
                Err(failure) => refused = Some(failure),
            }
        }
        match refused {
            Some(failure) if targets.is_empty() => Err(failure),
            _ => Ok(Decided { targets, plan }),
        }
    }

    /// Larger targets for a request that was too long for the last of those that were tried.
    pub(crate) async fn larger(
        &self,
        app: &App,
        query: &Query<'_>,
        plan: &Plan,
        tried: &[Choice],
        told: ContextSize,
    ) -> Vec<Chosen> {
        let view = app.live().view(self, true);
        let choices = clasp_route::after_overflow(&self.router, query, plan, tried, told, &view);
        let mut larger = Vec::with_capacity(choices.len());
        for choice in &choices {
            larger.extend(self.chosen(app, choice, false).await);
        }
        larger
    }

    /// What a choice stands for.
    async fn chosen(&self, app: &App, choice: &Choice, wait: bool) -> Result<Chosen, Failure> {
        let provider = match self.providers.get(&choice.provider) {
            Some(Ok(provider)) => provider,
            Some(Err(failure)) => return Err(failure.clone()),
            None => return Err(gone(&choice.provider)),
        };
        Listing::learn(provider, app.client(), &choice.model, wait).await;
        let target = provider.target(provider.model(&choice.model));
        Ok(Chosen {
            target: Arc::new(Target { model: choice.model.clone(), ..target }),
            name: format!("{}/{}", choice.provider, choice.model).into(),
            choice: Arc::new(choice.clone()),
            streaming: provider.streaming(&choice.model),
            provider: Arc::clone(provider),
        })
    }

    /// What a client can ask for: the configured models first, then the default provider's, then
    /// the others' as `provider/model`.
    pub(crate) async fn listed(&self, client: &Client) -> Vec<Listed> {
        let mut seen = HashSet::new();
        let mut listed = Vec::new();
        let mut add = |id: String, name: String, provider: &str| {
            if seen.insert(id.clone()) {
                listed.push(Listed { id, name, provider: provider.to_owned() });
            }
        };
        for model in self.router.names() {
            add(model.to_owned(), model.to_owned(), self.default_provider());
        }
        let usable = self.providers.iter().filter_map(|(name, provider)| {
            let provider = provider.as_ref().ok()?;
            Some(async move { (name, Listing::all(provider, client).await) })
        });
        let mut lists = futures_util::future::join_all(usable).await;
        lists.sort_by_key(|(name, _)| *name != self.default_provider());
        for (name, models) in lists {
            for model in models {
                let label = model.name.unwrap_or_else(|| model.id.clone());
                let id = match name == self.default_provider() {
                    true => model.id,
                    false => format!("{name}/{}", model.id),
                };
                add(id, label, name);
            }
        }
        listed
    }
}

/// What the router knows of a provider. Vendors have more models than anybody's list: what they
/// refuse, they name.
fn known(provider: &Provider) -> ProviderModels {
    let known = provider.listing.known();
    let mut models: Vec<Model> = known.iter().map(|model| provider.model(&model.id)).collect();
    let of_operator = provider.models.keys().filter(|id| known.iter().all(|own| own.id != **id));
    models.extend(of_operator.map(|id| provider.model(id)));
    ProviderModels { known: models, open: true, usable: true }
}

fn overridden(model: Model, own: &ModelOverride) -> Model {
    Model {
        context_window: own.context_window.or(model.context_window),
        max_output_tokens: own.max_output_tokens.or(model.max_output_tokens),
        abilities: own.abilities.or(model.abilities),
        price: own.price.or(model.price),
        ..model
    }
}

impl Decided {
    /// Leaves out what was tried. Whether anything is left.
    pub(crate) fn without(&mut self, tried: &HashSet<Arc<str>>) -> bool {
        self.targets.retain(|chosen| !tried.contains(&chosen.name));
        let left = |choice: &Choice| {
            let name = format!("{}/{}", choice.provider, choice.model);
            !tried.contains(name.as_str())
        };
        self.plan.targets.retain(left);
        !self.targets.is_empty()
    }

    /// The target that was to serve, where `chosen` is another one.
    pub(crate) fn fallback_of(&self, chosen: &Chosen) -> Option<Arc<str>> {
        let first = self.targets.first()?;
        if first.name != chosen.name {
            return Some(Arc::clone(&first.name));
        }
        // The first is a stand-in where all that come before it were passed over.
        let left_out = self.plan.passed_over.first()?;
        (chosen.choice.role != Role::Primary)
            .then(|| format!("{}/{}", left_out.provider, left_out.model).into())
    }

    /// What was decided, for the record.
    pub(crate) fn step(&self) -> Step {
        let Plan { targets, passed_over, rule, mapping } = &self.plan;
        let aim = |choice: &Choice| Aim {
            provider: choice.provider.clone(),
            model: choice.model.clone(),
            why: choice.reason.to_string(),
        };
        let left_out = |one: &PassedOver| Aim {
            provider: one.provider.clone(),
            model: one.model.clone(),
            why: one.why.clone(),
        };
        Step::Decided {
            rule: rule.clone(),
            because: mapping.to_string(),
            targets: targets.iter().map(aim).collect(),
            passed_over: passed_over.iter().map(left_out).collect(),
        }
    }
}

async fn provider(
    config: &Config,
    name: &str,
    plugin: &Arc<Plugin>,
    earlier: Option<&Arc<Provider>>,
) -> Result<Provider, Failure> {
    let manifest = plugin.manifest();
    let provider = config.provider(name, manifest).map_err(|fault| {
        Failure::new(FailureKind::Authentication, Source::Host, format!("provider {name}: {fault}"))
    })?;
    for warning in &provider.warnings {
        tracing::warn!(provider = name, "{warning}");
    }
    // The vendor's own models say nothing of another server that speaks the same API.
    let known = match name == manifest.id || !provider.operator_base_url {
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
        headers: provider.headers,
        identity: Identity::new(Account {
            variables: provider.account.variables,
            home: provider.account.home,
            of_machine: provider.account.of_machine,
        }),
    };
    // What the same server told before still holds.
    let listing = earlier
        .filter(|earlier| Arc::ptr_eq(&earlier.plugin, plugin))
        .filter(|earlier| earlier.keys.endpoint().base_url == endpoint.base_url)
        .map(|earlier| Arc::clone(&earlier.listing));
    let listing = listing.unwrap_or_else(|| Arc::new(Listing::new(known)));
    let is_wanted = provider.operator_base_url || !endpoint.secrets.is_empty();
    Ok(Provider {
        name: name.to_owned(),
        is_wanted,
        plugin: Arc::clone(plugin),
        keys: Keys::new(endpoint, provider.keys, earlier.map(|earlier| earlier.keys.pools())),
        budget: earlier.map_or_else(Arc::default, |earlier| Arc::clone(&earlier.budget)),
        config: provider.config,
        lane: provider.lane,
        streaming: provider.streaming,
        models: provider.models,
        listing,
    })
}

fn gone(name: &str) -> Failure {
    Failure::new(
        FailureKind::NotFound,
        Source::Host,
        format!("provider {name} is not there: its plugin was removed or did not load"),
    )
}
