//! Where a request goes: targets with all that is needed to ask them.

use std::collections::HashSet;
use std::sync::Arc;

use clasp_model::Target;
use clasp_model::policy::Streaming;
use clasp_route::{Choice, Plan, Role};

use super::Provider;

/// A target of one request. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub(crate) provider: Arc<Provider>,
    pub(crate) target: Arc<Target>,
    /// `provider/model`.
    pub(crate) name: Arc<str>,
    pub(crate) choice: Arc<Choice>,
    pub(crate) streaming: Streaming,
}

/// Where a request goes.
pub(crate) struct Decided {
    /// In the order in which they are tried; at least one.
    pub(crate) targets: Vec<Chosen>,
    pub(crate) plan: Arc<Plan>,
}

impl Decided {
    /// Leaves out what was tried. Whether anything is left.
    pub(crate) fn without(&mut self, tried: &HashSet<Arc<str>>) -> bool {
        self.targets.retain(|chosen| !tried.contains(&chosen.name));
        let left = |choice: &Choice| {
            let name = format!("{}/{}", choice.provider, choice.model);
            !tried.contains(name.as_str())
        };
        Arc::make_mut(&mut self.plan).targets.retain(left);
        !self.targets.is_empty()
    }

    /// The target that was to serve, where `chosen` is another one.
    pub(crate) fn fallback_of(&self, chosen: &Chosen) -> Option<Arc<str>> {
        let first = self.targets.first()?;
        if first.name != chosen.name {
            return Some(Arc::clone(&first.name));
        }
        // The first is a stand-in where all that come before it were passed over.
        let left_out = self.plan.passed_over.first()?;
        (chosen.choice.role != Role::Primary)
            .then(|| format!("{}/{}", left_out.provider, left_out.model).into())
    }
}
