//! What deciding about a request takes: rules, four targets, three keys, breakers and two limits, as
//! for an operator who uses all of it.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clasp_model::policy::{Breaker, Condition, Rate, Route, Routing, Rule, Strategy};
use clasp_model::{Dialect, FailureKind, Model};
use clasp_route::live::{Admission, Breakers, Claim, Limiter, Outcome, Pool, Traffic};
use clasp_route::{Catalog, Live, ProviderModels, Query, Router, Unavailable};

use crate::error::Error;

const PROVIDERS: [&str; 4] = ["one", "two", "three", "four"];

/// What is known while running.
struct Now {
    breakers: Arc<Breakers>,
    traffic: Arc<Traffic>,
    at: Instant,
}

impl Live for Now {
    fn unavailable(&self, provider: &str, model: &str) -> Option<Unavailable> {
        let until = self.breakers.peek(&format!("{provider}/{model}"), self.at)?;
        let until = Some(until.saturating_duration_since(self.at));
        Some(Unavailable { why: "It is open.".to_owned(), until, kind: FailureKind::Overloaded })
    }

    fn first_token(&self, provider: &str, model: &str) -> Option<Duration> {
        self.traffic.first_token(&format!("{provider}/{model}"), self.at)
    }

    fn running(&self, provider: &str, model: &str) -> u32 {
        self.traffic.running(&format!("{provider}/{model}"))
    }
}

/// Lets a request in, decides where it goes, takes key and place, and judges its end.
pub fn decide(times: u32) -> Result<(), Error> {
    let router = router();
    let breaker = Breaker { enabled: true, ..Breaker::default() };
    let live = Now {
        breakers: Arc::new(Breakers::new(breaker)),
        traffic: Arc::default(),
        at: Instant::now(),
    };
    let keys = Pool::new([1, 2, 1]);
    let limiter = Limiter::default();
    let per = Duration::from_secs(60);
    let rate = Rate { count: u64::MAX >> 32, per, burst: u64::MAX >> 32 };
    let failed = |what: &str| Error::other(what.to_owned());
    for number in 0..times {
        let at = live.at + Duration::from_micros(u64::from(number));
        let claims = ["key alice/requests", "all clients/requests"];
        let claims = claims.map(|name| Claim { name, rate, cost: 1 });
        limiter.take_all(&claims, at).map_err(|_| failed("a limit was reached"))?;
        let query = Query {
            model: "claude-sonnet-4-5",
            dialect: Dialect::AnthropicMessages,
            tokens: Some(1200),
            session: Some("a-session"),
            key: Some("alice"),
            random: 0.3,
            ..Query::default()
        };
        let plan = clasp_route::decide(&router, black_box(&query), &live);
        let plan = plan.map_err(|failure| Error::other(failure.message))?;
        let first = plan.targets.first().ok_or_else(|| failed("no target"))?;
        let target = format!("{}/{}", first.provider, first.model);
        let mut permit = match live.breakers.admit(&target, at) {
            Admission::Closed(permit) | Admission::Probe(permit) => permit,
            Admission::Open { .. } => return Err(failed("a breaker opened")),
        };
        let running = live.traffic.start(&target, at);
        let key = keys.pick(at, None).map_err(|_| failed("no key"))?;
        running.first_token(Duration::from_millis(300), at);
        permit.answered(at);
        keys.good(key.index);
        running.ended(true, at);
        black_box(permit.end(Outcome::Good, at));
    }
    Ok(())
}

fn router() -> Router {
    let model = Model {
        id: "gpt-4o".to_owned(),
        name: None,
        context_window: Some(128_000),
        max_output_tokens: Some(16_000),
        tokenizer: None,
        abilities: None,
        price: None,
    };
    let models = ProviderModels { known: vec![model; 1], ..ProviderModels::default() };
    let targets = PROVIDERS.map(|name| format!("{name}/gpt-4o").as_str().into());
    let route = Route { targets: targets.into(), strategy: Strategy::Latency, ..Route::default() };
    let long = Condition { tokens_above: Some(100_000), ..Condition::default() };
    let routing = Routing {
        tiers: BTreeMap::from([("sonnet".to_owned(), route)]),
        rules: vec![Rule { name: "long".to_owned(), when: long, route: Route::to("two/gpt-4o") }],
        ..Routing::default()
    };
    let providers = PROVIDERS.map(|name| (name.to_owned(), models.clone()));
    let catalog = Catalog { providers: providers.into() };
    Router::new(routing, "one".to_owned(), catalog)
}
