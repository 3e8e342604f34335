//! Routes as they are used: every target on its provider, aliases followed, parameters joined.

use std::collections::BTreeMap;

use clasp_model::policy::{FallbackMode, Parameters, Route, RouteTarget, Sticky, Strategy};

use crate::catalog::Provider;
use crate::decide::strategy::hash;
use crate::name::{Name, bare};

/// A target on its provider.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) place: Place,
    /// The provider's own id; none: the client's own name there.
    pub(crate) model: Option<String>,
    pub(crate) weight: f64,
    pub(crate) parameters: Parameters,
    /// Of provider and model.
    pub(crate) hash: u64,
}

/// Where a target is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// At this place of [`Places::providers`].
    At(usize),
    /// At a provider that nobody has.
    Nowhere(String),
}

/// A route whose targets are placed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) targets: Vec<Placed>,
    pub(crate) strategy: Strategy,
    pub(crate) sticky: Sticky,
    pub(crate) fallback: Vec<Placed>,
    pub(crate) mode: Option<FallbackMode>,
}

/// What targets are placed by.
pub(crate) struct Places<'a> {
    pub(crate) providers: &'a [Provider],
    /// The default provider's place.
    pub(crate) default: Option<usize>,
    pub(crate) default_provider: &'a str,
    pub(crate) routes: &'a BTreeMap<String, Route>,
}

/// Names of routes that a list of targets went through.
#[derive(Default)]
struct Trail<'a> {
    /// In which the list stands now: naming one of them again means the model of that name.
    within: Vec<&'a str>,
    /// That have given their targets already.
    done: Vec<&'a str>,
}

impl<'a> Places<'a> {
    /// A route, under its name if it has one.
    pub(crate) fn line(&self, name: Option<&'a str>, route: &'a Route) -> Line {
        let mut trail = Trail::default();
        trail.within.extend(name);
        self.follow(route, &mut trail)
    }

    /// Targets that stand outside routes.
    pub(crate) fn list(&self, targets: &'a [RouteTarget]) -> Vec<Placed> {
        let mut trail = Trail::default();
        targets.iter().flat_map(|target| self.place(target, &mut trail)).collect()
    }

    /// A route of one target that names another route is an alias of it, and has its strategy.
    fn follow(&self, route: &'a Route, trail: &mut Trail<'a>) -> Line {
        let alias = match route.targets.as_slice() {
            [only] => self.named(&only.model, trail).map(|named| (only, named)),
            _ => None,
        };
        let mut line = match alias {
            Some((only, (name, inner))) => {
                trail.within.push(name);
                let mut line = self.follow(inner, trail);
                let own = joined(&only.parameters, &route.parameters);
                for target in &mut line.targets {
                    target.parameters = joined(&own, &target.parameters);
                }
                line
            }
            None => {
                let targets = route.targets.iter().flat_map(|target| self.place(target, trail));
                let mut targets: Vec<Placed> = targets.collect();
                for target in &mut targets {
                    target.parameters = joined(&target.parameters, &route.parameters);
                }
                let (strategy, sticky) = (route.strategy, route.sticky);
                Line { targets, strategy, sticky, ..Line::default() }
            }
        };
        let inner = std::mem::replace(&mut line.fallback, self.list(&route.fallback));
        line.fallback.extend(inner);
        line.mode = route.mode.or(line.mode);
        line
    }

    /// What a written target stands for: one, or those of the route that it names, which share its
    /// weight.
    fn place(&self, written: &'a RouteTarget, trail: &mut Trail<'a>) -> Vec<Placed> {
        let Some((name, route)) = self.named(&written.model, trail) else {
            return vec![self.on_provider(written)];
        };
        if trail.done.contains(&name) {
            return Vec::new();
        }
        trail.within.push(name);
        let mut placed: Vec<Placed> =
            route.targets.iter().flat_map(|target| self.place(target, trail)).collect();
        trail.within.pop();
        trail.done.push(name);
        let total: f64 = placed.iter().map(|target| target.weight).sum();
        for target in &mut placed {
            let share = if total > 0.0 { target.weight / total } else { 0.0 };
            target.weight = f64::from(written.weight) * share;
            let own = joined(&target.parameters, &route.parameters);
            target.parameters = joined(&written.parameters, &own);
        }
        placed
    }

    /// The route that a target names, unless it stands in that route itself.
    fn named(&self, model: &str, trail: &Trail<'a>) -> Option<(&'a str, &'a Route)> {
        let (name, route) = exact(self.routes, &Name::of(bare(model)))?;
        (!trail.within.contains(&name) && !route.targets.is_empty()).then_some((name, route))
    }

    /// A model that the operator wrote, which is not doubted.
    fn on_provider(&self, written: &RouteTarget) -> Placed {
        let target = bare(&written.model);
        let (place, model) = match self.split(target) {
            Some((place, model)) => (place, model),
            None => {
                let nowhere = || Place::Nowhere(self.default_provider.to_owned());
                (self.default.map_or_else(nowhere, Place::At), target)
            }
        };
        let (provider, model) = match &place {
            Place::At(at) => {
                let provider = self.providers.get(*at);
                let spelt = provider.and_then(|provider| provider.spelt(&Name::of(model)));
                (provider.map_or("", |provider| provider.name.as_str()), spelt.unwrap_or(model))
            }
            Place::Nowhere(provider) => (provider.as_str(), model),
        };
        Placed {
            model: (!model.is_empty()).then(|| model.to_owned()),
            weight: f64::from(written.weight),
            parameters: written.parameters.clone(),
            hash: hash(&[provider, model]),
            place,
        }
    }

    fn split<'n>(&self, target: &'n str) -> Option<(Place, &'n str)> {
        if let Some((provider, model)) = at_comma(target) {
            let at = position(self.providers, provider);
            return Some((
                at.map_or_else(|| Place::Nowhere(provider.to_owned()), Place::At),
                model,
            ));
        }
        let default = self.default.and_then(|at| self.providers.get(at));
        if default.is_some_and(|default| default.spelt(&Name::of(target)).is_some()) {
            return None;
        }
        let (provider, model) = target.split_once('/')?;
        let at = position(self.providers, provider)?;
        let is_usable = self.providers.get(at).is_some_and(|provider| provider.usable);
        // `openai/gpt-5` is a model of a provider that has others' models; with any other one a
        // prompt must not go where nobody sent it, only since the provider meant is not set up.
        let resells = default.is_some_and(Provider::resells);
        (self.default == Some(at) || is_usable || !resells).then_some((Place::At(at), model))
    }
}

/// `provider,model`; there is no slash in a provider's name.
pub(crate) fn at_comma(name: &str) -> Option<(&str, &str)> {
    let (provider, model) = name.split_once(',')?;
    (!provider.contains('/')).then_some((provider.trim(), model.trim()))
}

/// The place of the provider of this name.
pub(crate) fn position(providers: &[Provider], name: &str) -> Option<usize> {
    providers.iter().position(|provider| provider.name.eq_ignore_ascii_case(name))
}

/// The route of just this name; `-` and `_` are the same. An operator who writes a date means it.
fn exact<'a>(routes: &'a BTreeMap<String, Route>, name: &Name<'_>) -> Option<(&'a str, &'a Route)> {
    let [exact, low, high, ..] = spellings(name);
    [exact, low, high].into_iter().flatten().find_map(|name| {
        let (name, route) = routes.get_key_value(&name)?;
        Some((name.as_str(), route))
    })
}

/// The names that a route may be found under, the most exact first.
pub(crate) fn spellings(name: &Name<'_>) -> [Option<String>; 6] {
    let undated = name.undated();
    let of = |name: &str| {
        let other = |from, to| name.contains(from).then(|| name.replace(from, to));
        [Some(name.to_owned()), other('-', "_"), other('_', "-")]
    };
    let [a, b, c] = of(&name.lower);
    let [d, e, f] = match undated.len() < name.lower.len() {
        true => of(undated),
        false => [None, None, None],
    };
    [a, b, c, d, e, f]
}

/// Parameters where one side wins.
pub(crate) fn joined(over: &Parameters, under: &Parameters) -> Parameters {
    let mut headers = over.headers.clone();
    let is_new = |name: &str| !over.headers.iter().any(|own| own.name.eq_ignore_ascii_case(name));
    headers.extend(under.headers.iter().filter(|header| is_new(&header.name)).cloned());
    Parameters {
        temperature: over.temperature.or(under.temperature),
        top_p: over.top_p.or(under.top_p),
        max_output_tokens: over.max_output_tokens.or(under.max_output_tokens),
        effort: over.effort.clone().or_else(|| under.effort.clone()),
        headers,
    }
}
