//! The operator's settings: what `target.config` may hold, each with its default.

use clasp_plugin::{Failure, Target, failure};
use serde::Deserialize;
use serde_json::{Map, Value};

/// JSON Schema of the settings.
pub(crate) const SCHEMA: &str = include_str!("config.schema.json");

/// The settings.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The context window to load a model with, in tokens. None: as large as the request needs;
    /// 0: the server's own.
    pub(crate) num_ctx: Option<u32>,
    /// The largest window that is asked for on a request's account, in tokens.
    pub(crate) num_ctx_max: Option<u32>,
    /// How long a model stays loaded: seconds, or text such as `30m`.
    pub(crate) keep_alive: Option<Value>,
    /// Sent with each request, whatever the client asks for: a switch or a level.
    pub(crate) think: Option<Value>,
    /// How tools are offered.
    pub(crate) tools: Tools,
    /// Further options of the model, as the API names them.
    pub(crate) options: Map<String, Value>,
}

/// How tools are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Tools {
    /// By the API; models that take none are refused.
    #[default]
    Native,
    /// In the instructions, for any model.
    Prompt,
    /// By the API, and in the instructions where the model is known to take none.
    Auto,
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
