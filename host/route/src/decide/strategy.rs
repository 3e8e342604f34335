//! The order in which the targets of a route are tried. Ties keep the written order.

use std::time::Duration;

use clasp_model::Price;
use clasp_model::policy::{Sticky, Strategy};

use super::names::{Group, Named};
use super::{Candidate, Scene, regions};
use crate::plan::{Reason, Role};
use crate::route::Line;

/// How many tokens of input are read for one that is made, for comparing prices.
const INPUT_PER_OUTPUT: f64 = 3.0;

impl Scene<'_> {
    /// Sorts a route's targets: preferred regions first, within one as the strategy says. A target of
    /// weight 0 comes behind the others, unless all have it.
    pub(super) fn put_in_order(&self, targets: &mut Vec<Candidate<'_>>, named: &Named<'_>) {
        let Group::Line(line) = named.group else { return };
        if targets.len() < 2 {
            return;
        }
        let all_weightless = targets.iter().all(|target| target.weight <= 0.0);
        for target in targets.iter_mut() {
            if all_weightless {
                target.weight = 1.0;
            } else if target.weight <= 0.0 {
                target.role = Role::Fallback;
                target.reason = Reason::Weightless;
            }
        }
        let keys = self.keys(targets, line);
        let mut keyed: Vec<_> = keys.into_iter().zip(targets.drain(..)).collect();
        let regions = &self.router.routing.regions;
        let is_spare = |target: &Candidate<'_>| target.weight <= 0.0;
        let rank = |target: &Candidate<'_>| (is_spare(target), regions::rank(regions, target.at));
        keyed.sort_by(|((a, _), one), ((b, _), other)| {
            rank(one).cmp(&rank(other)).then_with(|| a.total_cmp(b))
        });
        targets.extend(keyed.into_iter().map(|((_, reason), mut target)| {
            if target.role == Role::Primary {
                target.reason = reason;
            }
            target
        }));
    }

    /// What each target is sorted by, the least first, and why.
    fn keys(&self, targets: &[Candidate<'_>], line: &Line) -> Vec<(f64, Reason)> {
        let running = |target: &Candidate<'_>| self.live.running(target.provider, target.model);
        let each = targets.iter();
        match line.strategy {
            Strategy::Ordered => each.map(|_| (0.0, Reason::Written)).collect(),
            Strategy::Weighted => {
                let (seed, reason) = self.seed(line.sticky);
                each.map(|target| (turn(seed, target.hash, target.weight), reason.clone()))
                    .collect()
            }
            Strategy::Latency => self.by_latency(targets),
            Strategy::Cheapest => each.map(|target| price_key(target.facts.price)).collect(),
            Strategy::Busy => each
                .map(|target| {
                    let count = running(target);
                    (f64::from(count), Reason::Running(count))
                })
                .collect(),
        }
    }

    /// What weights are drawn by: the same for the same conversation or key.
    fn seed(&self, sticky: Sticky) -> (u64, Reason) {
        let kept = match sticky {
            Sticky::Session => self.query.session,
            Sticky::Key => self.query.key,
            Sticky::Off => None,
        };
        match kept {
            Some(kept) => (hash(&[kept]), Reason::Kept),
            None => (mixed(self.query.random.to_bits()), Reason::Drawn),
        }
    }

    /// The quickest first. What is not measured is tried before that, as long as no request runs
    /// there: one is enough for a measure. Which of several, chance says. What is being measured
    /// comes behind what is, the least busy first.
    fn by_latency(&self, targets: &[Candidate<'_>]) -> Vec<(f64, Reason)> {
        let measured: Vec<(Option<Duration>, u32)> = targets
            .iter()
            .map(|target| {
                let time = self.live.first_token(target.provider, target.model);
                (time, self.live.running(target.provider, target.model))
            })
            .collect();
        let is_new = |target: &Candidate<'_>, (time, running): &(Option<Duration>, u32)| {
            time.is_none() && *running == 0 && target.fault.is_none() && target.weight > 0.0
        };
        let new: Vec<usize> = (targets.iter().zip(&measured).enumerate())
            .filter(|(_, (target, live))| is_new(target, live))
            .map(|(at, _)| at)
            .collect();
        let explored = new.get((self.query.random.clamp(0.0, 1.0) * new.len() as f64) as usize);
        let explored = explored.or(new.last()).copied();
        let key = |(at, (time, running)): (usize, (Option<Duration>, u32))| match time {
            _ if explored == Some(at) => (-1.0, Reason::Unmeasured),
            Some(time) => (time.as_secs_f64(), Reason::FirstToken(time)),
            None => (UNMEASURED + f64::from(running), Reason::Unmeasured),
        };
        measured.into_iter().enumerate().map(key).collect()
    }
}

/// More seconds than any first token takes.
const UNMEASURED: f64 = 1e12;

/// The blended price of a million tokens, three of input to one of output; a price that nobody
/// knows comes behind all others.
pub(super) fn price_key(price: Option<Price>) -> (f64, Reason) {
    match price {
        Some(price) => {
            let sum = price.input * INPUT_PER_OUTPUT + price.output;
            let blended = sum / (INPUT_PER_OUTPUT + 1.0);
            (blended, Reason::Price(blended))
        }
        None => (f64::INFINITY, Reason::Unpriced),
    }
}

/// A target's turn in rendezvous hashing: the lowest of all targets comes first. With turns
/// distributed as -ln(u)/weight each target is first in just its share of the seeds, and another
/// target takes only what it is first in itself.
fn turn(seed: u64, target: u64, weight: f64) -> f64 {
    let bits = mixed(seed ^ target) >> 11;
    let uniform = (bits as f64 + 0.5) / (1_u64 << 53) as f64;
    -uniform.ln() / weight.max(f64::MIN_POSITIVE)
}

/// A hash that is the same in every process, so that a conversation keeps to its target over
/// restarts and in all instances: FNV-1a, mixed.
pub(crate) fn hash(texts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for text in texts {
        for byte in text.bytes().chain([0xff]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    mixed(hash)
}

/// The finalizer of splitmix64.
fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
