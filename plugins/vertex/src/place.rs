//! Where a model's requests go: project, location, publisher and model.
//!
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations>, as of 2026-11-21.

use clasp_plugin::gemini::segment;
use clasp_plugin::{Failure, Target, failure};
use serde_json::Value;

/// The operator's project and its location.
#[derive(Debug)]
pub(crate) struct Place {
    project: String,
    location: String,
}

/// A model by its publisher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named<'a> {
    /// Gemini.
    Google(&'a str),
    /// Claude.
    Anthropic(&'a str),
}

/// The settings' JSON Schema, up to the members that all Gemini models have.
pub(crate) const SCHEMA: &str = r#"{
  "type": "object",
  "additionalProperties": false,
  "required": ["project"],
  "properties": {
    "project": {
      "type": "string",
      "minLength": 1,
      "description": "The Google Cloud project that pays, by its id"
    },
    "location": {
      "type": "string",
      "minLength": 1,
      "description": "Where the models run: `global`, `us-central1`, `europe-west4`, …",
      "default": "global"
    },
    "betas": {
      "description": "Claude: beta flags that every request asks for, beside those of the client",
      "type": "array",
      "items": {"type": "string", "minLength": 1},
      "default": []
    },
    "cache": {
      "description": "Claude: where cache breakpoints come from. `auto`: from the client; where its dialect knows none, they stand at the end of the instructions and of the last turn. `client`: from the client alone",
      "enum": ["auto", "client"],
      "default": "auto"
    },"#;

impl Place {
    /// Reads the settings of a target.
    ///
    /// # Errors
    /// Where they do not fit, or name no project.
    pub(crate) fn of(target: &Target) -> Result<Self, Failure> {
        let config: Value = serde_json::from_str(&target.config)
            .map_err(|error| failure::invalid("config", error.to_string()))?;
        let text = |name: &str| {
            let text = config.get(name).and_then(Value::as_str).unwrap_or_default();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let Some(project) = text("project") else {
            let what = "set the id of the Google Cloud project that pays";
            return Err(failure::invalid("config.project", what));
        };
        Ok(Self { project, location: text("location").unwrap_or_else(|| "global".into()) })
    }

    /// The path of a model of Google's, without its method.
    pub(crate) fn google(&self, id: &str, target: &Target) -> String {
        if id.bytes().all(|byte| byte.is_ascii_digit()) {
            // A tuned model, by the number of its endpoint.
            return self.resource(target, &format!("endpoints/{id}"));
        }
        self.published("google", id, target)
    }

    /// The path of a publisher's model, without its method.
    pub(crate) fn published(&self, publisher: &str, id: &str, target: &Target) -> String {
        self.resource(target, &format!("publishers/{publisher}/models/{}", segment(id)))
    }

    fn resource(&self, target: &Target, resource: &str) -> String {
        let Self { project, location } = self;
        let (project, location) = (segment(project), segment(location));
        format!("{}/projects/{project}/locations/{location}/{resource}", version(target))
    }
}

impl<'a> Named<'a> {
    /// Reads `gemini-2.5-pro`, `google/gemini-2.5-pro`, `publishers/google/models/gemini-2.5-pro`,
    /// and the same of Claude.
    ///
    /// # Errors
    /// A publisher whose models speak otherwise.
    pub(crate) fn of(model: &'a str) -> Result<Self, Failure> {
        let name = model.strip_prefix("publishers/").unwrap_or(model);
        let (publisher, id) = match name.split_once('/') {
            Some((publisher, id)) => (publisher, id.strip_prefix("models/").unwrap_or(id)),
            None if name.starts_with("claude-") => ("anthropic", name),
            None => ("google", name),
        };
        match publisher {
            "google" => Ok(Self::Google(id)),
            "anthropic" => Ok(Self::Anthropic(id)),
            other => {
                let what = format!("models of {other} cannot be asked on Vertex AI from here");
                Err(failure::unsupported("model", what))
            }
        }
    }
}

/// The API's version, where the base URL does not end with one.
fn version(target: &Target) -> &'static str {
    let last = target.base_url.rsplit('/').next().unwrap_or_default();
    let digits = last.strip_prefix('v').and_then(|rest| rest.chars().next());
    if digits.is_some_and(|digit| digit.is_ascii_digit()) { "" } else { "/v1" }
}
