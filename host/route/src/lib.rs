//! Which provider and model a request goes to: pure decisions, no I/O.
//!
//! In this order: an alias; a `provider/model` prefix; the operator's model for the tier that the
//! name speaks of; the operator's model for everything; a provider that has the model; the default
//! provider. Case, `[1m]` and dates in a name never break it (rule D6).

pub mod live;

mod decide;
mod name;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use self::decide::{PICKED, decide, suggestion};
pub use self::name::Tier;

/// What the operator says. Model names are `model` or `provider/model`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Serves what nothing else claims.
    pub default_provider: String,
    /// For every request that nothing else applies to.
    pub model: Option<String>,
    /// For names with `opus`.
    pub opus: Option<String>,
    /// For names with `sonnet`.
    pub sonnet: Option<String>,
    /// For names with `haiku`.
    pub haiku: Option<String>,
    /// By alias, in lower case.
    pub aliases: BTreeMap<String, String>,
}

/// What one provider has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderModels {
    /// Its models' ids, the most capable first. For an endpoint of the operator's own, which may
    /// have quite other models than the plugin knows of, none.
    pub known: Vec<String>,
    /// It may have others: an unknown name is sent on, and the provider's own answer counts.
    pub open: bool,
}

/// What the providers have that are set up. One without its key has no place here: names such as
/// `openai/gpt-5` are also the models of other providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {
    /// By the provider's name.
    pub providers: BTreeMap<String, ProviderModels>,
}

/// Why a request goes where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The operator's alias.
    Alias,
    /// The client named the provider.
    Prefix,
    /// The operator's model for the tier.
    Tier(Tier),
    /// The operator's model for everything.
    Model,
    /// The provider has it.
    Known,
    /// The provider's own model for the tier that the client's name speaks of.
    TierDefault(Tier),
    /// The client's own name, sent on.
    Passed,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The provider's name.
    pub provider: String,
    /// The provider's own id of the model.
    pub model: String,
    /// Why.
    pub reason: Reason,
}

impl Rules {
    /// Every model that the operator names, aliases by their own name.
    pub fn models(&self) -> impl Iterator<Item = &str> {
        [&self.model, &self.opus, &self.sonnet, &self.haiku]
            .into_iter()
            .flatten()
            .chain(self.aliases.keys())
            .map(String::as_str)
    }
}

impl Default for ProviderModels {
    fn default() -> Self {
        Self { known: Vec::new(), open: true }
    }
}
