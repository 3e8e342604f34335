//! Who may come in, and how much: the first thing that is asked of a request.
//!
//! Keys are compared as hashes, each with the same time whatever they are; which of the keys it was
//! is all that anybody else hears of it.

use std::sync::Arc;
use std::time::Duration;

use clasp_config::Config;
use clasp_model::policy::{ClientKey, Clients, Limits, Rate};
use clasp_model::{Failure, FailureKind, Retry, Source, Usage};
use clasp_route::Router;
use clasp_route::live::{Claim, Full, Place, Wait};
use clasp_state::Link;
use http::{HeaderMap, HeaderValue, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::app::App;

/// Where clients put their keys, beside a Bearer token.
const HEADERS: [&str; 2] = ["x-api-key", "api-key"];

/// Whose request it is.
#[derive(Clone, Default)]
pub(crate) struct Caller {
    /// None: nobody in particular.
    pub(crate) key: Option<Arc<ClientKey>>,
}

impl Caller {
    /// The key's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.name.as_str())
    }

    pub(crate) fn project(&self) -> Option<&str> {
        self.key.as_ref()?.project.as_deref()
    }

    /// Whether it may ask for a model, by the name that it has for it.
    ///
    /// # Errors
    /// It may not; the message names what it may ask for.
    pub(crate) fn may_ask(&self, router: &Router, model: &str) -> Result<(), Failure> {
        let Some(key) = self.key.as_ref().filter(|key| !key.models.is_empty()) else {
            return Ok(());
        };
        if key.models.iter().any(|pattern| router.speaks_of(pattern, model)) {
            return Ok(());
        }
        let message = format!(
            "the key {} may not ask for model {model:?}; it may ask for {}",
            key.name,
            key.models.join(", ")
        );
        Err(Failure::new(FailureKind::Permission, Source::Client, message))
    }
}

/// A request that may run: its place among those that do, and who pays for its tokens.
pub(crate) struct Pass {
    app: Arc<App>,
    caller: Caller,
    places: Vec<Place>,
    tokens: Vec<(String, Rate)>,
}

impl Pass {
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Charges what a request took, which is known when it is over. What the provider did not
    /// tell, since it tells nothing or the client left before, is taken to be `estimate`, of the
    /// tokens of input and output.
    pub(crate) fn spent(self, usage: &Usage, estimate: (u64, u64)) {
        let input = match usage.input_total() {
            0 => estimate.0,
            told => told,
        };
        let cost = input.saturating_add(usage.output.unwrap_or(estimate.1));
        if cost == 0 || self.tokens.is_empty() {
            return;
        }
        let Self { app, tokens, .. } = self;
        if *app.state().link().borrow() != Link::Shared {
            // What the next request finds must be there by then.
            for (name, rate) in &tokens {
                app.state().charge_here(&[Claim { name, rate: *rate, cost }]);
            }
            return;
        }
        tokio::spawn(async move {
            let claims = tokens.iter().map(|(name, rate)| Claim { name, rate: *rate, cost });
            app.state().charge(&claims.collect::<Vec<_>>()).await;
        });
    }
}

/// Lets a request in, within the limits of its key and of all clients together.
///
/// # Errors
/// It has no key though it needs one, or a limit is reached: when to come back is then said.
pub(crate) async fn enter(
    app: &Arc<App>,
    config: &Config,
    headers: &HeaderMap,
) -> Result<Pass, Failure> {
    let caller = caller(&config.clients, headers)?;
    let mut pass = Pass { app: Arc::clone(app), caller, places: Vec::new(), tokens: Vec::new() };
    let caller = pass.caller.clone();
    let mut rates = Vec::new();
    for (who, limits) in limits(config, &caller) {
        if let Some(most) = limits.concurrency {
            pass.places.push(enter_place(app, &who, most)?);
        }
        if let Some(rate) = limits.tokens {
            pass.tokens.push((format!("{who}/tokens"), rate));
            rates.push((format!("{who}/tokens"), rate, 0));
        }
        if let Some(rate) = limits.requests {
            rates.push((format!("{who}/requests"), rate, 1));
        }
    }
    if rates.is_empty() {
        return Ok(pass);
    }
    let claims = rates.iter().map(|(name, rate, cost)| Claim { name, rate: *rate, cost: *cost });
    let claims: Vec<Claim<'_>> = claims.collect();
    match app.state().take_all(&claims).await.refused() {
        None => Ok(pass),
        Some(Wait(wait)) => {
            let told: Vec<String> =
                rates.iter().map(|(name, rate, _)| format!("{name}: {}", told(*rate))).collect();
            Err(limited(&format!("a limit is reached ({})", told.join("; ")), wait))
        }
    }
}

/// A place among the requests that run, for what is no model call.
///
/// # Errors
/// All places are taken.
pub(crate) fn place(app: &App, config: &Config, caller: &Caller) -> Result<Vec<Place>, Failure> {
    let mut places = Vec::new();
    for (who, limits) in limits(config, caller) {
        if let Some(most) = limits.concurrency {
            places.push(enter_place(app, &who, most)?);
        }
    }
    Ok(places)
}

/// Whose limits hold for a request: its key's, and those of all clients together.
fn limits<'l>(config: &'l Config, caller: &'l Caller) -> Vec<(String, &'l Limits)> {
    let own = caller.key.as_ref().map(|key| (format!("key {}", key.name), &key.limits));
    own.into_iter().chain([("all clients".to_owned(), &config.clients.limits)]).collect()
}

fn enter_place(app: &App, who: &str, most: u32) -> Result<Place, Failure> {
    app.state().limiter().enter(who, most).map_err(|Full| {
        let run = if most == 1 { "1 request runs" } else { &format!("{most} requests run") };
        limited(&format!("{who}: {run} at a time, and no more may"), BUSY)
    })
}

/// When one of a key's requests may be over, of which nobody knows.
const BUSY: Duration = Duration::from_secs(1);

fn limited(message: &str, wait: Duration) -> Failure {
    let milliseconds = u64::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
    Failure::new(FailureKind::RateLimited, Source::Client, message)
        .with_retry(Retry::After(milliseconds))
}

/// `100 in 60s`.
fn told(rate: Rate) -> String {
    format!("{} in {:?}", rate.count, rate.per)
}

/// Whose request this is.
///
/// # Errors
/// A key is asked for, and there is none or another.
pub(crate) fn caller(clients: &Clients, headers: &HeaderMap) -> Result<Caller, Failure> {
    if let Some(key) = presented(&clients.keys, headers) {
        return Ok(Caller { key: Some(Arc::clone(key)) });
    }
    if !clients.required {
        return Ok(Caller::default());
    }
    let message = match keys(headers).next() {
        Some(_) => "this is not a key of this proxy's",
        None => "this proxy wants a key of its own: send it as x-api-key or as a Bearer token",
    };
    Err(Failure::new(FailureKind::Authentication, Source::Client, message))
}

/// Which of the keys came with a request.
pub(crate) fn presented<'k>(
    known: &'k [Arc<ClientKey>],
    headers: &HeaderMap,
) -> Option<&'k Arc<ClientKey>> {
    if known.is_empty() {
        return None;
    }
    keys(headers).find_map(|presented| {
        let hash: [u8; 32] = Sha256::digest(presented).into();
        // All are looked at, so that time does not tell which one it was.
        known.iter().fold(None, |found, key| match bool::from(key.hash.ct_eq(&hash)) {
            true => Some(key),
            false => found,
        })
    })
}

/// The keys that came with a request: some clients send the same twice, or one of another's.
fn keys(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let own = HEADERS.iter().flat_map(|name| headers.get_all(*name)).map(HeaderValue::as_bytes);
    let bearer = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| {
        let (scheme, key) = value.as_bytes().split_at_checked(b"bearer ".len())?;
        scheme.eq_ignore_ascii_case(b"bearer ").then_some(key)
    });
    own.chain(bearer).map(<[u8]>::trim_ascii).filter(|key| !key.is_empty())
}
