//! The operator's settings: what `target.config` may hold, each with its default.

use clasp_plugin::{Failure, Target, failure};
use serde::Deserialize;

/// JSON Schema of the settings.
pub(crate) const SCHEMA: &str = include_str!("config.schema.json");

/// The settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// `citation_options.mode`
    pub(crate) citations: Option<String>,
    /// `safety_mode`
    pub(crate) safety_mode: Option<String>,
    /// `priority`
    pub(crate) priority: Option<u32>,
}

impl Config {
    /// Reads the settings of a target.
    ///
    /// # Errors
    /// What does not fit the schema.
    pub(crate) fn read(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config).map_err(|error| {
            failure::invalid("config", format!("the settings of this provider: {error}"))
        })
    }
}
