//! The operator's settings.

use clasp_plugin::messages::Cache;
use clasp_plugin::{Failure, Target, failure};
use serde::Deserialize;
use serde_json::{Map, Value};

/// See `config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Config {
    pub(crate) betas: Vec<String>,
    pub(crate) cache: Cache,
    pub(crate) guardrail: Option<Guardrail>,
    pub(crate) latency: Option<String>,
    pub(crate) service_tier: Option<String>,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) additional_fields: Map<String, Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Guardrail {
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) trace: Option<String>,
    pub(crate) stream: Option<String>,
}

impl Config {
    pub(crate) fn read(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config)
            .map_err(|error| failure::invalid("target.config", error.to_string()))
    }
}
