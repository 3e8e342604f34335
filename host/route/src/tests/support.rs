//! Catalogues, requests and what is known of targets, as the tests write them.

use std::time::Duration;

use clasp_model::policy::{Route, RouteTarget, Routing};
use clasp_model::{Abilities, Failure, Model, Price};

use crate::{Catalog, Live, Plan, ProviderModels, Query, Router, Unavailable};

pub(super) const CLOSED: bool = false;
pub(super) const OPEN: bool = true;

/// A model of which nothing is known but its id.
pub(super) fn model(id: &str) -> Model {
    Model {
        id: id.to_owned(),
        name: None,
        context_window: None,
        max_output_tokens: None,
        tokenizer: None,
        abilities: None,
        price: None,
    }
}

pub(super) fn catalog(providers: &[(&str, bool, &[&str])]) -> Catalog {
    let providers = providers.iter().map(|(name, open, known)| {
        let known = known.iter().map(|id| model(id)).collect();
        ((*name).to_owned(), ProviderModels { known, open: *open, usable: true })
    });
    Catalog { providers: providers.collect() }
}

pub(super) fn usual() -> Catalog {
    catalog(&[
        ("openai", OPEN, &["gpt-5", "gpt-5-mini", "gpt-4o"]),
        ("openrouter", OPEN, &["anthropic/claude-sonnet-4.5", "openai/gpt-5", "qwen/qwen3"]),
        ("house", CLOSED, &["House-Large", "house-small", "house-large-2"]),
        ("custom", OPEN, &[]),
    ])
}

/// All that a model can do.
pub(super) const ALL: Abilities = Abilities {
    tools: true,
    parallel_tools: true,
    images: true,
    documents: true,
    audio: true,
    thinking: true,
    output_schema: true,
    prompt_cache: true,
};

/// Four providers with one model each: `a/m` to `d/m`, of which nothing is known.
pub(super) fn four() -> Catalog {
    catalog(&[("a", OPEN, &["m"]), ("b", OPEN, &["m"]), ("c", OPEN, &["m"]), ("d", OPEN, &["m"])])
}

/// The same with something known of some.
pub(super) fn knowing(known: &[(&str, Known)]) -> Catalog {
    let mut catalog = four();
    for (provider, (window, abilities, price)) in known {
        let model = &mut catalog.providers.get_mut(*provider).unwrap().known[0];
        model.context_window = *window;
        model.abilities = *abilities;
        model.price = price.map(|(input, output)| Price {
            input,
            output,
            cache_read: None,
            cache_write: None,
        });
    }
    catalog
}

/// A context window, abilities, a price of input and output.
pub(super) type Known = (Option<u32>, Option<Abilities>, Option<(f64, f64)>);

pub(super) fn window(tokens: u32) -> Known {
    (Some(tokens), None, None)
}

pub(super) fn able(abilities: Abilities) -> Known {
    (None, Some(abilities), None)
}

pub(super) fn price(input: f64, output: f64) -> Known {
    (None, None, Some((input, output)))
}

/// A route to these targets.
pub(super) fn to(targets: &[&str]) -> Route {
    Route { targets: list(targets), ..Route::default() }
}

pub(super) fn list(targets: &[&str]) -> Vec<RouteTarget> {
    targets.iter().map(|target| (*target).into()).collect()
}

/// Everything goes by this route.
pub(super) fn all(route: Route) -> Routing {
    Routing { default: Some(route), ..Routing::default() }
}

/// A router whose default provider is `a`.
pub(super) fn router(routing: Routing, catalog: Catalog) -> Router {
    Router::new(routing, "a".to_owned(), catalog)
}

/// A request for `x`.
pub(super) fn query() -> Query<'static> {
    Query { model: "x", ..Query::default() }
}

/// The targets of a plan, as `provider/model`.
pub(super) fn targets(plan: &Plan) -> Vec<String> {
    plan.targets.iter().map(|choice| format!("{}/{}", choice.provider, choice.model)).collect()
}

/// The providers of a decision, in their order.
pub(super) fn order(router: &Router, query: &Query<'_>, live: &dyn Live) -> Vec<String> {
    let plan = crate::decide(router, query, live).unwrap();
    plan.targets.into_iter().map(|choice| choice.provider).collect()
}

pub(super) fn refused(router: &Router, query: &Query<'_>, live: &dyn Live) -> Failure {
    crate::decide(router, query, live).unwrap_err()
}

/// Why a provider's target is passed over.
pub(super) fn why(plan: &Plan, provider: &str) -> String {
    let passed = plan.passed_over.iter().find(|passed| passed.provider == provider);
    passed.unwrap_or_else(|| panic!("{provider} is not passed over")).why.clone()
}

/// What is known of targets now, by provider.
#[derive(Clone, Debug, Default)]
pub(super) struct Now {
    /// Seconds until it is back; none: nobody knows.
    pub(super) down: Vec<(&'static str, Option<u64>)>,
    /// Milliseconds to the first token.
    pub(super) times: Vec<(&'static str, u64)>,
    pub(super) running: Vec<(&'static str, u32)>,
    /// Context windows that the provider lists.
    pub(super) listed: Vec<(&'static str, u32)>,
}

fn of<T: Copy>(list: &[(&'static str, T)], provider: &str) -> Option<T> {
    list.iter().find(|(name, _)| *name == provider).map(|(_, value)| *value)
}

impl Live for Now {
    fn unavailable(&self, provider: &str, _model: &str) -> Option<Unavailable> {
        let until = of(&self.down, provider)?.map(Duration::from_secs);
        let kind = clasp_model::FailureKind::Overloaded;
        Some(Unavailable { why: "It failed too often.".to_owned(), until, kind })
    }

    fn first_token(&self, provider: &str, _model: &str) -> Option<Duration> {
        of(&self.times, provider).map(Duration::from_millis)
    }

    fn running(&self, provider: &str, _model: &str) -> u32 {
        of(&self.running, provider).unwrap_or(0)
    }

    fn model(&self, provider: &str, model: &str) -> Option<Model> {
        let context_window = Some(of(&self.listed, provider)?);
        Some(Model { context_window, ..super::support::model(model) })
    }
}
