//! What an operator says and what the providers have, made ready for deciding.

use std::collections::{BTreeMap, HashMap};

use clasp_model::policy::{Condition, Overflow, Parameters, Routing};

use crate::catalog::{Catalog, Provider};
use crate::condition::{holds, looks_inside, outside_holds, speaks_of};
use crate::decide::names::{self, Group};
use crate::name::{Name, Tier, bare};
use crate::route::{Line, Placed, Places, at_comma, position};
use crate::{PICKED, Query};

/// What an operator says and what the providers have, made ready for deciding.
///
/// Making one reads all routes and lower-cases every id of the catalog once: about a microsecond per
/// known model, to be done when settings or plugins change. A decision then costs some look-ups by
/// name and one short list, whose strings are those of the plan; nothing in it goes over a catalog,
/// but for the failure that names what is near.
#[derive(Debug)]
pub struct Router {
    pub(crate) routing: Routing,
    pub(crate) default_provider: String,
    pub(crate) providers: Vec<Provider>,
    /// The default provider's place.
    pub(crate) default: Option<usize>,
    /// Lines are where the routing's rules are.
    pub(crate) rules: Vec<Line>,
    /// By exact name.
    pub(crate) routes: HashMap<String, Line>,
    /// By pattern, the longest first.
    pub(crate) patterns: Vec<(String, Line)>,
    /// In the order of [`Tier`].
    pub(crate) tiers: [Option<Line>; 3],
    pub(crate) all: Option<Line>,
    pub(crate) fallback: Vec<Placed>,
    pub(crate) larger: Vec<Placed>,
    /// No request needs to be read for deciding.
    plain: bool,
}

impl Router {
    /// Joins what the operator says, the provider that serves what nothing else claims, and what the
    /// providers have.
    pub fn new(routing: Routing, default_provider: String, catalog: Catalog) -> Self {
        let region = |name: &str| routing.provider_regions.get(name).cloned();
        let providers: Vec<Provider> = catalog
            .providers
            .into_iter()
            .map(|(name, models)| {
                let region = region(&name);
                Provider::new(name, models, region)
            })
            .collect();
        let default = providers.iter().position(|provider| provider.name == default_provider);
        let lower: BTreeMap<_, _> = routing
            .routes
            .iter()
            .map(|(name, route)| (name.to_lowercase(), route.clone()))
            .collect();
        let places = Places {
            providers: &providers,
            default,
            default_provider: &default_provider,
            routes: &lower,
        };
        let mut routes = HashMap::new();
        let mut patterns = Vec::new();
        for (name, route) in lower.iter().filter(|(_, route)| !route.targets.is_empty()) {
            let line = places.line(Some(name), route);
            match name.contains('*') {
                true => patterns.push((name.clone(), line)),
                false => _ = routes.insert(name.clone(), line),
            }
        }
        patterns.sort_by_key(|(pattern, _)| std::cmp::Reverse(pattern.len()));
        let tier = |tier: Tier| {
            let route = routing.tiers.get(tier.word())?;
            (!route.targets.is_empty()).then(|| places.line(None, route))
        };
        let tiers = [Tier::Opus, Tier::Sonnet, Tier::Haiku].map(tier);
        let all = routing.default.as_ref().filter(|route| !route.targets.is_empty());
        let all = all.map(|route| places.line(None, route));
        let rules = routing.rules.iter().map(|rule| places.line(None, &rule.route)).collect();
        let fallback = places.list(&routing.fallback);
        let larger = places.list(&routing.overflow.targets);
        let mut router = Self {
            rules,
            routes,
            patterns,
            tiers,
            all,
            fallback,
            larger,
            default,
            providers,
            plain: false,
            default_provider,
            routing,
        };
        router.plain = router.is_plain();
        router
    }

    /// What the operator says.
    pub fn routing(&self) -> &Routing {
        &self.routing
    }

    /// Serves what nothing else claims.
    pub fn default_provider(&self) -> &str {
        &self.default_provider
    }

    /// Every model that the operator names in the default route and the tiers, as written, and the
    /// names of the routes that are no patterns.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let tiers = ["opus", "sonnet", "haiku"].into_iter();
        let tiers = tiers.filter_map(|tier| self.routing.tiers.get(tier));
        let written = self.routing.default.iter().chain(tiers);
        let written = written.flat_map(|route| &route.targets);
        let written = written.map(|target| target.model.as_str());
        let routes = self.routing.routes.keys().map(String::as_str);
        written
            .filter(|model| !model.is_empty() && !model.ends_with(['/', ',']))
            .chain(routes.filter(|name| !name.contains('*')))
    }

    /// Whether deciding needs more of a request than its model, key, project, dialect and whether
    /// it is streamed: a rule asks for its content, several targets are to be compared by what
    /// they can do, a context that is too long goes elsewhere, or something is to be set in it.
    /// The query may be one of a request that was not read.
    pub fn reads_requests(&self, query: &Query<'_>) -> bool {
        if self.plain {
            return false;
        }
        let name = Name::of(self.unpicked(bare(query.model)));
        for (rule, line) in self.routing.rules.iter().zip(&self.rules) {
            if line.targets.is_empty() || !outside_holds(&rule.when, query, &name) {
                continue;
            }
            if looks_inside(&rule.when) {
                return true;
            }
            break;
        }
        if self.routing.overflow != Overflow::default() {
            return true;
        }
        let Ok(named) = names::resolve(self, query, &name) else { return false };
        let line = match &named.group {
            Group::Line(line) => Some(*line),
            Group::Model { .. } => None,
        };
        let tier = Tier::of(name.raw).and_then(|tier| self.tier(tier));
        let own = line.map_or(0, |line| line.targets.len() + line.fallback.len()).max(1);
        let tiers = tier.map_or(0, |line| line.fallback.len());
        let is_set = |target: &Placed| {
            let headers_alone =
                Parameters { headers: target.parameters.headers.clone(), ..Parameters::default() };
            target.parameters != headers_alone
        };
        own + tiers + self.fallback.len() > 1
            || line.is_some_and(|line| line.targets.iter().any(is_set))
    }

    pub(crate) fn tier(&self, tier: Tier) -> Option<&Line> {
        let [opus, sonnet, haiku] = &self.tiers;
        match tier {
            Tier::Opus => opus,
            Tier::Sonnet => sonnet,
            Tier::Haiku => haiku,
        }
        .as_ref()
    }

    pub(crate) fn default(&self) -> Option<(usize, &Provider)> {
        let at = self.default?;
        Some((at, self.providers.get(at)?))
    }

    /// The first rule that holds, by its place.
    pub(crate) fn rule(&self, query: &Query<'_>, name: &Name<'_>) -> Option<(&str, &Line)> {
        let mut rules = self.routing.rules.iter().zip(&self.rules);
        let applies = |when: &Condition| holds(when, query, name);
        let (rule, line) =
            rules.find(|(rule, line)| !line.targets.is_empty() && applies(&rule.when))?;
        Some((&rule.name, line))
    }

    /// Whether a pattern speaks of the model that a client asks for, as routing reads its name:
    /// without what clients add to it, with or without its date.
    pub fn speaks_of(&self, pattern: &str, model: &str) -> bool {
        speaks_of(&pattern.to_lowercase(), &Name::of(self.unpicked(bare(model))))
    }

    /// `provider/model` with a provider that is set up, or `provider,model` with one that is there.
    pub(crate) fn split<'n>(&self, name: &'n str) -> Option<(usize, &'n str)> {
        let named = at_comma(name)
            .and_then(|(provider, model)| Some((position(&self.providers, provider)?, model)));
        let (at, model) = match named {
            Some(named) => named,
            None => {
                let (provider, model) = name.split_once('/')?;
                let at = position(&self.providers, provider)?;
                let is_claimed = self.default == Some(at) || self.providers.get(at)?.usable;
                (is_claimed.then_some(at)?, model)
            }
        };
        (!model.is_empty()).then_some((at, model))
    }

    /// A name without [`PICKED`]; a provider of the operator's may be called just that.
    pub(crate) fn unpicked<'n>(&self, name: &'n str) -> &'n str {
        let (first, rest) = name.split_at_checked(PICKED.len()).unwrap_or_default();
        let is_picked = first.eq_ignore_ascii_case(PICKED) && self.split(rest).is_some();
        if is_picked && self.split(name).is_none() { rest } else { name }
    }

    /// No rule looks inside, no line has several targets or sets something, nothing is too long.
    fn is_plain(&self) -> bool {
        let tiers = self.tiers.iter().flatten();
        let patterns = self.patterns.iter().map(|(_, line)| line);
        let mut lines = self
            .rules
            .iter()
            .chain(self.routes.values())
            .chain(patterns)
            .chain(tiers)
            .chain(&self.all);
        !self.routing.rules.iter().any(|rule| looks_inside(&rule.when))
            && self.routing.overflow == Overflow::default()
            && self.fallback.is_empty()
            && lines.all(|line| {
                let alone = line.fallback.is_empty() && line.targets.len() <= 1;
                alone && line.targets.iter().all(|one| one.parameters == Parameters::default())
            })
    }
}
