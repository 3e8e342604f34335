//! What a client's name of a model stands for (rule D6).

use clasp_model::{Failure, FailureKind, Retry, Source};

use crate::catalog::Provider;
use crate::condition::speaks_of;
use crate::name::{Name, Tier, is_clients_own};
use crate::near::suggestion;
use crate::plan::Mapping;
use crate::route::{Line, spellings};
use crate::{Query, Router};

/// The most names that a failure lists.
const LISTED: usize = 12;

/// What a name stands for.
pub(crate) struct Named<'r> {
    pub(crate) group: Group<'r>,
    pub(crate) mapping: Mapping,
    pub(crate) rule: Option<&'r str>,
}

/// One model or several targets.
pub(crate) enum Group<'r> {
    Line(&'r Line),
    Model {
        /// Its place; none: the default provider's, which is not there.
        provider: Option<usize>,
        model: &'r str,
    },
}

/// What a name, which is not empty, stands for in this request.
pub(crate) fn resolve<'r>(
    router: &'r Router,
    query: &Query<'_>,
    name: &Name<'r>,
) -> Result<Named<'r>, Failure> {
    if let Some((rule, line)) = router.rule(query, name) {
        return Ok(Named { group: Group::Line(line), mapping: Mapping::Rule, rule: Some(rule) });
    }
    let of_line = |line, mapping| Ok(Named { group: Group::Line(line), mapping, rule: None });
    if let Some((route, line)) = exact(router, name) {
        return of_line(line, Mapping::Route(route.to_owned()));
    }
    let default_has = router.default().is_some_and(|(_, default)| default.spelt(name).is_some());
    if !default_has && let Some((at, model)) = router.split(name.raw) {
        return model_on(router, at, model, Mapping::Prefix);
    }
    let mut patterns = router.patterns.iter();
    if let Some((pattern, line)) = patterns.find(|(pattern, _)| speaks_of(pattern, name)) {
        return of_line(line, Mapping::Pattern(pattern.clone()));
    }
    if !router.tiers.iter().all(Option::is_none)
        && let Some(tier) = Tier::of(&name.lower)
        && let Some(line) = router.tier(tier)
    {
        return of_line(line, Mapping::Tier(tier));
    }
    match &router.all {
        Some(line) => of_line(line, Mapping::Default),
        None => unmapped(router, name),
    }
}

fn exact<'r>(router: &'r Router, name: &Name<'_>) -> Option<(&'r str, &'r Line)> {
    if router.routes.is_empty() {
        return None;
    }
    spellings(name).into_iter().flatten().find_map(|name| {
        let (name, line) = router.routes.get_key_value(&name)?;
        Some((name.as_str(), line))
    })
}

/// A name that the operator says nothing about.
fn unmapped<'r>(router: &'r Router, name: &Name<'r>) -> Result<Named<'r>, Failure> {
    let Some((at, default)) = router.default() else {
        let group = Group::Model { provider: None, model: name.raw };
        return Ok(Named { group, mapping: Mapping::Passed, rule: None });
    };
    // Clients send Anthropic's names for want of others: they do not mean that provider.
    if default.find(name).is_none() && !is_clients_own(name.raw) {
        let others = router.providers.iter().enumerate();
        let mut others = others
            .filter(|(other, provider)| *other != at && provider.usable)
            .filter_map(|(other, provider)| Some((other, provider.find(name)?)));
        if let (Some((provider, model)), None) = (others.next(), others.next()) {
            let group = Group::Model { provider: Some(provider), model };
            return Ok(Named { group, mapping: Mapping::Known, rule: None });
        }
    }
    model_on(router, at, name.raw, Mapping::Known)
}

fn model_on<'r>(
    router: &'r Router,
    at: usize,
    name: &'r str,
    mapping: Mapping,
) -> Result<Named<'r>, Failure> {
    let provider = router.providers.get(at);
    let provider = provider.ok_or_else(|| no_provider(&router.default_provider))?;
    let (model, found) = on(router, provider, name)?;
    let mapping = match found {
        Mapping::Passed if mapping != Mapping::Known => mapping,
        Mapping::Known => mapping,
        found => found,
    };
    Ok(Named { group: Group::Model { provider: Some(at), model }, mapping, rule: None })
}

/// The id of a name that a client sent on a certain provider, and what it was taken for there: a
/// model that it has, its own one of the tier, or the name as it is.
pub(crate) fn on<'r>(
    router: &Router,
    provider: &'r Provider,
    name: &'r str,
) -> Result<(&'r str, Mapping), Failure> {
    if let Some(known) = provider.find(&Name::of(name)) {
        return Ok((known, Mapping::Known));
    }
    // A family of the provider's own is newer than what is known of it.
    if is_clients_own(name) && !provider.has_claude {
        let tier = Tier::of(name).unwrap_or(Tier::Sonnet);
        if let Some(known) = provider.tier_default(tier) {
            return Ok((known, Mapping::TierDefault(tier)));
        }
    }
    if provider.open || !provider.usable {
        return Ok((name, Mapping::Passed));
    }
    Err(unknown(router, provider, name))
}

/// There is no provider of this name.
pub(crate) fn no_provider(name: &str) -> Failure {
    let message = match name.is_empty() {
        true => "no provider is set up: set PROVIDER and its key".to_owned(),
        false => format!("provider {name} is not available: is its plugin loaded?"),
    };
    Failure::new(FailureKind::ProviderError, Source::Host, message).with_retry(Retry::Elsewhere)
}

fn unknown(router: &Router, provider: &Provider, name: &str) -> Failure {
    let mut message = format!("model: provider {} has no model {name:?}", provider.name);
    message.push_str(&suggestion(name, provider.ids()));
    let mut configured: Vec<&str> = router.names().collect();
    configured.extend(provider.ids());
    configured.dedup();
    configured.truncate(LISTED);
    if !configured.is_empty() {
        message.push_str(&format!(" Configured: {}", configured.join(", ")));
    }
    Failure::new(FailureKind::NotFound, Source::Client, message).with_retry(Retry::Never)
}
