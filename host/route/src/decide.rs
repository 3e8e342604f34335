//! The decision itself: what a name stands for, in which order it is tried, what is passed over.

mod capability;
mod fallback;
pub(crate) mod names;
mod nothing_left;
mod regions;
pub(crate) mod strategy;

use clasp_model::Failure;
use clasp_model::policy::Parameters;

use self::names::{Group, Named};
use crate::catalog::{Facts, Provider};
use crate::name::{Name, bare};
use crate::plan::{Choice, PassedOver, Plan, Reason, Role};
use crate::route::{Place, Placed};
use crate::{Live, Query, Router, Unavailable};

/// Where a request goes: targets in the order in which they are tried, at least one.
///
/// Targets are passed over that cannot do what the request needs, stand in another region than is
/// required, or take nothing now. Where nothing is left only for what the targets can do, the first
/// one stays, since its provider's refusal names what it cannot take. Where they are too small, the
/// larger ones of [`Overflow::targets`](clasp_model::policy::Overflow) are taken; without one that
/// fits, those stay for which the count may be wrong, else the first.
///
/// # Errors
/// - `InvalidRequest`: the name is empty.
/// - `NotFound`: the provider's list is closed and has no such model.
/// - `ProviderError`: no provider is set up.
/// - `Permission`: no target is in a required region.
/// - `Overloaded`, or what all that are unavailable say: nothing is available now; it names each target and why, and when one may be.
pub fn decide(router: &Router, query: &Query<'_>, live: &dyn Live) -> Result<Plan, Failure> {
    let name = Name::of(router.unpicked(bare(query.model)));
    if name.raw.is_empty() {
        return Err(Failure::invalid("model: must not be empty"));
    }
    let named = names::resolve(router, query, &name)?;
    let scene = Scene { router, query, live, name: &name };
    let mut targets = scene.primaries(&named);
    scene.put_in_order(&mut targets, &named);
    scene.add_fallbacks(&mut targets, &named);
    let is_fit = |target: &Candidate<'_>| target.fault.is_none();
    if !targets.iter().any(is_fit) {
        scene.add_larger(&mut targets);
    }
    if !targets.iter().any(|target| is_fit(target) || target.is_tight()) {
        scene.nothing_left(&mut targets)?;
    }
    let is_left = targets.iter().any(is_fit);
    // What is only tight serves where nothing else does.
    let is_tried = |target: &Candidate<'_>| match is_left {
        true => is_fit(target),
        false => target.is_tight(),
    };
    let (tried, rest): (Vec<_>, Vec<_>) = targets.into_iter().partition(is_tried);
    Ok(Plan {
        targets: tried.into_iter().map(Candidate::into_choice).collect(),
        passed_over: rest.iter().map(Candidate::passed_over).collect(),
        rule: named.rule.map(str::to_owned),
        mapping: named.mapping,
    })
}

/// All that one decision looks at.
pub(crate) struct Scene<'r> {
    pub(crate) router: &'r Router,
    pub(crate) query: &'r Query<'r>,
    pub(crate) live: &'r dyn Live,
    pub(crate) name: &'r Name<'r>,
}

/// A target that a request may go to.
pub(crate) struct Candidate<'r> {
    pub(crate) provider: &'r str,
    pub(crate) at: Option<&'r Provider>,
    pub(crate) model: &'r str,
    pub(crate) facts: Facts,
    pub(crate) weight: f64,
    hash: u64,
    parameters: Option<&'r Parameters>,
    pub(crate) role: Role,
    pub(crate) reason: Reason,
    pub(crate) fault: Option<Fault>,
}

/// Why a target is not tried.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Nobody has the provider.
    Nowhere,
    /// The provider is not set up.
    NotSetUp,
    /// The provider has no such model.
    Unknown(Box<Failure>),
    /// It is in no required region.
    Region(String),
    /// The input is larger than its window.
    TooLong(u32),
    /// It cannot do something that the request needs.
    Unable(&'static str),
    /// It is less than the first target, and fallbacks may not be.
    Lesser(String),
    /// It takes nothing now.
    Unavailable(Unavailable),
    /// The input, or the input and its answer, may be larger than its window.
    Tight(u32),
}

impl<'r> Scene<'r> {
    /// What the name stands for, as written.
    fn primaries(&self, named: &Named<'r>) -> Vec<Candidate<'r>> {
        match &named.group {
            Group::Line(line) => line
                .targets
                .iter()
                .map(|placed| self.candidate(placed, Role::Primary, Reason::Written))
                .collect(),
            Group::Model { provider, model } => {
                let at = provider.and_then(|at| self.router.providers.get(at));
                let name = at.map_or(&self.router.default_provider, |provider| &provider.name);
                let mut only = Candidate {
                    facts: self.facts(at, name, model),
                    provider: name,
                    at,
                    model,
                    weight: 1.0,
                    hash: 0,
                    parameters: None,
                    role: Role::Primary,
                    reason: Reason::Written,
                    fault: None,
                };
                only.fault = self.fault(&only);
                vec![only]
            }
        }
    }

    /// A written target for this request.
    pub(crate) fn candidate(
        &self,
        placed: &'r Placed,
        role: Role,
        reason: Reason,
    ) -> Candidate<'r> {
        let (at, provider) = match &placed.place {
            Place::At(at) => {
                let at = self.router.providers.get(*at);
                (at, at.map_or("", |provider| provider.name.as_str()))
            }
            Place::Nowhere(provider) => (None, provider.as_str()),
        };
        let (model, unknown) = match (&placed.model, at) {
            (Some(model), _) => (model.as_str(), None),
            (None, None) => (self.name.raw, None),
            (None, Some(provider)) => self.clients_own(provider),
        };
        let mut candidate = Candidate {
            facts: self.facts(at, provider, model),
            provider,
            at,
            model,
            weight: placed.weight,
            hash: placed.hash,
            parameters: Some(&placed.parameters),
            role,
            reason,
            fault: unknown,
        };
        if candidate.fault.is_none() {
            candidate.fault = self.fault(&candidate);
        }
        candidate
    }

    /// The client's own model at a provider.
    fn clients_own(&self, provider: &'r Provider) -> (&'r str, Option<Fault>) {
        let raw = self.router.split(self.name.raw).map_or(self.name.raw, |(_, rest)| rest);
        match names::on(self.router, provider, raw) {
            Ok((model, _)) => (model, None),
            Err(failure) => (raw, Some(Fault::Unknown(Box::new(failure)))),
        }
    }

    pub(crate) fn facts(&self, at: Option<&Provider>, provider: &str, model: &str) -> Facts {
        let known = at.and_then(|provider| provider.facts(model)).unwrap_or_default();
        match known.window.is_none() || known.abilities.is_none() {
            true => known.or(self.live.model(provider, model).as_ref().map(Facts::from)),
            false => known,
        }
    }

    /// Why a target cannot serve this request; what passes by itself last.
    fn fault(&self, candidate: &Candidate<'_>) -> Option<Fault> {
        let Some(provider) = candidate.at else { return Some(Fault::Nowhere) };
        if !provider.usable {
            return Some(Fault::NotSetUp);
        }
        regions::fault(&self.router.routing.regions, provider)
            .or_else(|| capability::fault(self.query, &candidate.facts))
            .or_else(|| self.unavailable(candidate))
            .or_else(|| capability::tight(self.query, candidate))
    }

    fn unavailable(&self, candidate: &Candidate<'_>) -> Option<Fault> {
        let unavailable = self.live.unavailable(candidate.provider, candidate.model)?;
        Some(Fault::Unavailable(unavailable))
    }
}

impl Candidate<'_> {
    pub(crate) fn is_tight(&self) -> bool {
        matches!(self.fault, Some(Fault::Tight(_)))
    }

    pub(crate) fn is_for(&self, provider: &str, model: &str) -> bool {
        self.provider == provider && self.model == model
    }

    pub(crate) fn most_output(&self) -> Option<u32> {
        self.parameters.and_then(|parameters| parameters.max_output_tokens)
    }

    pub(crate) fn into_choice(self) -> Choice {
        Choice {
            provider: self.provider.to_owned(),
            model: self.model.to_owned(),
            reason: self.reason,
            role: self.role,
            parameters: self.parameters.cloned().unwrap_or_default(),
        }
    }

    fn passed_over(&self) -> PassedOver {
        PassedOver {
            provider: self.provider.to_owned(),
            model: self.model.to_owned(),
            why: self.why(),
        }
    }

    /// Why it is not tried, in one short sentence.
    pub(crate) fn why(&self) -> String {
        match &self.fault {
            None => "It was not needed.".to_owned(),
            Some(Fault::Nowhere) => format!("Provider {} is not available.", self.provider),
            Some(Fault::NotSetUp) => format!("Provider {} is not set up.", self.provider),
            Some(Fault::Unknown(_)) => format!("Provider {} has no such model.", self.provider),
            Some(Fault::Region(why) | Fault::Lesser(why)) => why.clone(),
            Some(Fault::TooLong(window)) => {
                format!("The input is larger than its context window of {window} tokens.")
            }
            Some(Fault::Unable(what)) => format!("It cannot {what}."),
            Some(Fault::Unavailable(unavailable)) => unavailable.why.clone(),
            Some(Fault::Tight(window)) => {
                format!("Its context window of {window} tokens may be too small.")
            }
        }
    }
}
