//! How the server and its providers do.
//!
//! Asks providers from time to time whether they are there, so that a request need not find out.
//!
//! The question is the cheapest that a plugin has, its provider's list of models; a provider whose
//! plugin has none is judged by its traffic alone. One bad answer does not put a provider out of
//! service: connections break in passing.

use std::sync::Arc;
use std::time::Duration;

use clasp_model::{Failure, FailureKind, Source};
use clasp_route::live::CircuitState;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::app::App;
use crate::catalog::Provider;
use crate::{listing, live};

/// Bad answers in a row after which a provider counts as down.
const BAD: u32 = 2;

/// How often a server looks whether it is to ask, while it is not.
const OFF: Duration = Duration::from_secs(5);

/// What the last checks of a provider found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checked {
    /// Bad answers in a row.
    bad: u32,
    /// Why it counts as down.
    pub(crate) down: Option<String>,
    /// How long its last answer took.
    pub(crate) took: Duration,
}

/// Asks all providers at every interval, until the server ends.
pub(crate) async fn watch(app: Arc<App>) {
    loop {
        let settings = app.settings();
        let check = &settings.config.health_check;
        if !check.enabled {
            app.live().forget_checks();
            tokio::time::sleep(OFF).await;
            continue;
        }
        let catalog = app.catalog().await;
        let mut asking: FuturesUnordered<_> = catalog
            .providers()
            .filter_map(|(_, provider)| provider.ok())
            .filter(|provider| provider.is_wanted || provider.name == catalog.default_provider())
            .filter(|provider| provider.plugin.offers_models())
            .map(|provider| ask(&app, provider, check.timeout))
            .collect();
        while asking.next().await.is_some() {}
        tokio::time::sleep(check.interval).await;
    }
}

/// The breakers of all targets that something is known of.
pub(crate) fn breakers(app: &App) -> Value {
    let now = live::now();
    let states = app.live().breakers.states(now).into_iter().map(|(target, status)| {
        let (state, ms) = match status.state {
            CircuitState::Closed => ("closed", None),
            CircuitState::HalfOpen => ("half-open", None),
            CircuitState::Open { until } => ("open", Some(until.saturating_duration_since(now))),
        };
        json!({
            "target": target, "state": state, "retry_ms": ms.map(|ms| ms.as_millis() as u64),
            "failures_in_a_row": status.in_a_row, "requests": status.requests,
            "failed": status.failed,
        })
    });
    states.collect()
}

/// How the server does: well as long as the default provider can serve.
pub(crate) async fn page(app: &App) -> Value {
    let catalog = app.catalog().await;
    let default = catalog.default_provider();
    let providers: serde_json::Map<String, Value> = catalog
        .providers()
        .map(|(name, provider)| {
            let down = app.live().checked(name).and_then(|checked| checked.down);
            let state = match (provider, down) {
                (Ok(_), None) => json!({ "status": "healthy" }),
                (Ok(_), Some(why)) => json!({ "status": "down", "why": why }),
                (Err(failure), _) => json!({ "status": "not set up", "why": failure.message }),
            };
            (name.to_owned(), state)
        })
        .collect();
    let well = providers.get(default).is_some_and(|state| state["status"] == "healthy");
    json!({
        "status": if well { "healthy" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "provider": default,
        "providers": providers,
        "breakers": breakers(app),
        "uptime": app.uptime().as_secs(),
    })
}

async fn ask(app: &App, provider: &Arc<Provider>, timeout: Duration) {
    let began = Instant::now();
    let listed = tokio::time::timeout(timeout, listing::list(provider, app.client()));
    let failure = match listed.await {
        Ok(Ok(_models)) => None,
        Ok(Err(failure)) => Some(failure).filter(is_down),
        Err(_elapsed) => {
            let message = format!("no answer within {timeout:?}");
            Some(Failure::new(FailureKind::Timeout, Source::Vendor, message))
        }
    };
    let before = app.live().checked(&provider.name).unwrap_or_default();
    let name = provider.name.as_str();
    let checked = match failure {
        None => Checked { took: began.elapsed(), ..Checked::default() },
        Some(failure) => {
            let bad = before.bad.saturating_add(1);
            let why = provider.keys.mask_failure(failure).message;
            Checked { bad, down: (bad >= BAD).then_some(why), took: began.elapsed() }
        }
    };
    match (&before.down, &checked.down) {
        (None, Some(why)) => tracing::warn!(provider = name, "the provider is down: {why}"),
        (Some(_), None) => tracing::info!(provider = name, "the provider is back"),
        _ => {}
    }
    app.live().check(name, checked);
}

/// Whether a failure says that nobody is there; a refusal is an answer, too.
fn is_down(failure: &Failure) -> bool {
    failure.source == Source::Vendor
        && matches!(
            failure.kind,
            FailureKind::Timeout | FailureKind::ProviderError | FailureKind::Overloaded
        )
}
