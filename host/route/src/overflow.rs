//! Where a request goes that its provider refused as too long.

use clasp_model::ContextSize;

use crate::decide::{Candidate, Fault, Scene};
use crate::name::{Name, bare};
use crate::plan::{Choice, Plan, Role};
use crate::{Live, Query, Router};

/// What is tried instead of the rest of `plan` after `failed` refused the context as too long: the
/// targets of [`Overflow::targets`](clasp_model::policy::Overflow), then those of the plan behind
/// `failed`; only those whose window is known to be larger, or not known. `told` is what the
/// provider said of the sizes. Empty: nothing larger is there.
pub fn after_overflow(
    router: &Router,
    query: &Query<'_>,
    plan: &Plan,
    failed: &Choice,
    told: ContextSize,
    live: &dyn Live,
) -> Vec<Choice> {
    let name = Name::of(router.unpicked(bare(query.model)));
    let scene = Scene { router, query, live, name: &name };
    let is_failed = |one: &Choice| one.provider == failed.provider && one.model == failed.model;
    let at = plan.targets.iter().position(is_failed);
    let (tried, rest) = plan.targets.split_at(at.map_or(0, |at| at + 1));
    let is_tried = |provider: &str, model: &str| {
        let is_it = |one: &Choice| one.provider == provider && one.model == model;
        tried.iter().any(is_it) || is_it(failed)
    };
    let refused = scene.window(&failed.provider, &failed.model);
    let least = [refused.map(u64::from), told.limit].into_iter().flatten().max();
    let needed = told.tokens.or(query.tokens);
    let is_larger = |window: Option<u32>| {
        window.map(u64::from).is_none_or(|window| {
            least.is_none_or(|least| window > least) && needed.is_none_or(|needed| window >= needed)
        })
    };
    let is_able = |candidate: &Candidate<'_>| match candidate.fault {
        None | Some(Fault::Tight(_)) => true,
        // The provider's own count is better than the one that says so.
        Some(Fault::TooLong(_)) => told.tokens.is_some(),
        Some(_) => false,
    };
    let mut choices: Vec<Choice> = scene
        .larger(&[])
        .into_iter()
        .filter(|one| is_able(one) && is_larger(one.facts.window))
        .filter(|one| !is_tried(one.provider, one.model))
        .map(Candidate::into_choice)
        .collect();
    for choice in rest {
        let is_there = choices
            .iter()
            .any(|other| other.provider == choice.provider && other.model == choice.model);
        if !is_there && is_larger(scene.window(&choice.provider, &choice.model)) {
            choices.push(Choice { role: Role::Larger, ..choice.clone() });
        }
    }
    choices
}

impl Scene<'_> {
    /// The context window of a chosen model, if anybody knows it.
    fn window(&self, provider: &str, model: &str) -> Option<u32> {
        let at = self.router.providers.iter().find(|one| one.name == provider);
        self.facts(at, provider, model).window
    }
}
