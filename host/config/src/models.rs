//! The operator's say in which model a request goes to, as it was written; `route` applies it.

use std::collections::BTreeMap;

use crate::origin::Setting;

/// Model names as the operator wrote them: `model` or `provider/model`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Models {
    /// For every request that nothing else applies to.
    pub default: Option<Setting<String>>,
    /// For names with `opus`.
    pub opus: Option<Setting<String>>,
    /// For names with `sonnet`.
    pub sonnet: Option<Setting<String>>,
    /// For names with `haiku`.
    pub haiku: Option<Setting<String>>,
    /// By alias, in lower case.
    pub aliases: BTreeMap<String, Setting<String>>,
}

impl Models {
    /// Whether nothing is mapped.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
