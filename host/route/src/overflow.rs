//! Where a request goes that its provider refused as too long.

use clasp_model::ContextSize;

use crate::decide::{Candidate, Fault, Scene};
use crate::name::{Name, bare};
use crate::plan::{Choice, Plan, Role};
use crate::{Live, Query, Router};

/// What is tried instead of the rest of `plan` after the last of `tried` refused the context as too
/// long: the targets of [`Overflow::targets`](clasp_model::policy::Overflow), then those of the plan;
/// only those that were not tried, and whose window is known to be larger or not known. `told` is
/// what the provider said of the sizes. Empty: nothing larger is there.
pub fn after_overflow(
    router: &Router,
    query: &Query<'_>,
    plan: &Plan,
    tried: &[Choice],
    told: ContextSize,
    live: &dyn Live,
) -> Vec<Choice> {
    let name = Name::of(router.unpicked(bare(query.model)));
    let scene = Scene { router, query, live, name: &name };
    let refused = tried.last().and_then(|choice| scene.window(choice)).map(u64::from);
    // The provider knows its own window better.
    let least = told.limit.or(refused);
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
    let mut choices: Vec<Choice> = Vec::new();
    let mut add = |choice: Choice| {
        let is_it = |one: &Choice| one.provider == choice.provider && one.model == choice.model;
        if !tried.iter().any(is_it) && !choices.iter().any(is_it) {
            choices.push(Choice { role: Role::Larger, ..choice });
        }
    };
    for candidate in scene.larger(&[]) {
        if is_able(&candidate) && is_larger(candidate.facts.window) {
            add(candidate.into_choice());
        }
    }
    for choice in &plan.targets {
        if is_larger(scene.window(choice)) {
            add(choice.clone());
        }
    }
    choices
}

impl Scene<'_> {
    /// The context window of a chosen model, if anybody knows it.
    fn window(&self, choice: &Choice) -> Option<u32> {
        let at = self.router.providers.iter().find(|one| one.name == choice.provider);
        self.facts(at, &choice.provider, &choice.model).window
    }
}
