//! Targets at a provider that there is not, which are a model of the default provider then.

use std::collections::BTreeSet;

use super::{Chosen, Loaded};
use crate::fault::nearest;
use crate::{Config, Fault};

/// Plugins of vendors whose models have no slash in their names. Those of all others may have one.
const WITHOUT_SLASH: &[&str] =
    &["anthropic", "cohere", "deepseek", "grok", "kimi", "minimax", "openai", "responses"];

impl Config {
    /// The targets `x/model` where no provider is called `x`, though the default provider has no
    /// model of such a name.
    pub(super) fn stray_targets(&self, loaded: &[Loaded<'_>]) -> Vec<Fault> {
        let Ok(Chosen::Provider { name: default, .. }) = self.choose(loaded, || false) else {
            return Vec::new();
        };
        let is_said = self.provider.is_some() || self.providers.contains_key(&default);
        // A server of the operator's own may have any model.
        let is_vendors = self.plugin_of(&default, loaded).is_some_and(|manifest| {
            WITHOUT_SLASH.contains(&manifest.id.as_str()) && self.address_of(&default).is_none()
        });
        if !is_said || !is_vendors {
            return Vec::new();
        }
        let mut known = self.provider_names(loaded);
        // What is wrong with these is told of themselves.
        known.extend(self.providers.keys().cloned());
        let stray = |target: &&str| match target.split_once('/') {
            Some((provider, _)) if !provider.contains(',') => {
                !known.iter().any(|name| name.eq_ignore_ascii_case(provider))
                    && !self.routing.routes.contains_key(&target.to_lowercase())
            }
            _ => false,
        };
        let fault = |target: &str| {
            let provider = target.split('/').next().unwrap_or_default();
            let near = nearest(&provider.to_lowercase(), known.iter().map(String::as_str));
            let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
            let what = format!(
                "target {target}: there is no provider {provider}; it goes to {default} as the model \
                 {target}"
            );
            Fault::missing(what, format!("{near}write {default}/{target} if it is meant so"))
        };
        self.targets().into_iter().filter(stray).map(fault).collect()
    }

    /// Every target that the operator wrote.
    fn targets(&self) -> BTreeSet<&str> {
        let routing = &self.routing;
        let routes = routing.routes.values().chain(routing.tiers.values()).chain(&routing.default);
        let routes = routes.chain(routing.rules.iter().map(|rule| &rule.route));
        let of_routes = routes.flat_map(|route| route.targets.iter().chain(&route.fallback));
        let others = routing.fallback.iter().chain(&routing.overflow.targets);
        of_routes.chain(others).map(|target| target.model.as_str()).collect()
    }
}
