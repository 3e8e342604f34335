//! What is tried behind a route's own targets.

use clasp_model::policy::FallbackMode;

use super::names::{Group, Named};
use super::strategy::price_key;
use super::{Candidate, Fault, Scene, capability, regions};
use crate::Tier;
use crate::plan::{Mapping, Reason, Role};
use crate::route::{Line, Placed};

impl<'r> Scene<'r> {
    /// Puts the route's fallbacks behind its targets, then the tier's, then everybody's, each target
    /// once.
    pub(super) fn add_fallbacks(&self, targets: &mut Vec<Candidate<'r>>, named: &Named<'r>) {
        let router = self.router;
        let line: Option<&'r Line> = match &named.group {
            Group::Line(line) => Some(line),
            Group::Model { .. } => None,
        };
        let tier = || router.tier(Tier::of(&self.name.lower)?);
        let tier = match named.mapping {
            Mapping::Tier(_) => None,
            _ if router.tiers.iter().all(Option::is_none) => None,
            _ => tier(),
        };
        let own = line.map_or(&[][..], |line| &line.fallback);
        let tiers = tier.map_or(&[][..], |line| &line.fallback);
        if own.is_empty() && tiers.is_empty() && router.fallback.is_empty() {
            return;
        }
        let own_mode = line.and_then(|line| line.mode);
        let mode = own_mode.or(tier.and_then(|line| line.mode)).unwrap_or(router.routing.mode);
        let written = |list: &'r [Placed], reason: Reason| {
            list.iter().map(move |placed| self.candidate(placed, Role::Fallback, reason.clone()))
        };
        let chain = written(own, Reason::RouteFallback)
            .chain(written(tiers, Reason::TierFallback))
            .chain(written(&router.fallback, Reason::Fallback));
        let begin = targets.len();
        let first = match mode {
            FallbackMode::Strict => self.first_written(named),
            FallbackMode::Balanced | FallbackMode::Cost => None,
        };
        for mut fallback in chain {
            if targets.iter().any(|other| other.is_for(fallback.provider, fallback.model)) {
                continue;
            }
            let lacks =
                first.as_ref().and_then(|first| capability::lacks(&first.facts, &fallback.facts));
            // What passes by itself, or may serve all the same, would let it in again.
            let may_serve =
                matches!(fallback.fault, None | Some(Fault::Unavailable(_) | Fault::Tight(_)));
            if let (Some(what), true) = (lacks, may_serve) {
                let why = format!("It lacks what the first target has: {what}.");
                fallback.fault = Some(Fault::Lesser(why));
            }
            targets.push(fallback);
        }
        let Some(fallbacks) = targets.get_mut(begin..) else { return };
        let regions = &router.routing.regions;
        let price = |target: &Candidate<'_>| match mode {
            FallbackMode::Cost => price_key(target.facts.price).0,
            FallbackMode::Balanced | FallbackMode::Strict => 0.0,
        };
        fallbacks.sort_by(|one, other| {
            let rank = |target: &Candidate<'_>| regions::rank(regions, target.at);
            rank(one).cmp(&rank(other)).then_with(|| price(one).total_cmp(&price(other)))
        });
    }

    /// The target that fallbacks are measured by.
    fn first_written(&self, named: &Named<'r>) -> Option<Candidate<'r>> {
        match &named.group {
            Group::Line(line) => {
                Some(self.candidate(line.targets.first()?, Role::Primary, Reason::Written))
            }
            Group::Model { .. } => self.primaries(named).into_iter().next(),
        }
    }
}
