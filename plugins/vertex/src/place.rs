//! Where a model's requests go: project, location, publisher and model.
//!
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference> and
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations>, as of 2026-11-21.

use clasp_plugin::gemini::segment;
use clasp_plugin::{Failure, Target, failure};
use serde::Deserialize;

/// The operator's project and its location.
#[derive(Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    project: String,
    location: String,
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
    },"#;

impl Default for Place {
    fn default() -> Self {
        Self { project: String::new(), location: "global".into() }
    }
}

impl Place {
    /// Reads the settings of a target.
    ///
    /// # Errors
    /// Where they do not fit, or name no project.
    pub(crate) fn of(target: &Target) -> Result<Self, Failure> {
        let place: Self = serde_json::from_str(&target.config)
            .map_err(|error| failure::invalid("config", error.to_string()))?;
        if place.project.is_empty() {
            let what = "set the id of the Google Cloud project that pays";
            return Err(failure::invalid("config.project", what));
        }
        Ok(place)
    }

    /// The path of a target's model, without its method.
    ///
    /// # Errors
    /// A publisher whose models do not speak as Google's do.
    pub(crate) fn path(&self, target: &Target) -> Result<String, Failure> {
        let model = target.model.as_str();
        let model = model.strip_prefix("publishers/").unwrap_or(model);
        let (publisher, id) = match model.split_once('/') {
            Some((publisher, id)) => (publisher, id.strip_prefix("models/").unwrap_or(id)),
            None => ("google", model),
        };
        if publisher != "google" {
            let what = format!("models of {publisher} cannot be asked on Vertex AI from here");
            return Err(failure::unsupported("model", what));
        }
        let resource = if id.bytes().all(|byte| byte.is_ascii_digit()) {
            // A tuned model, by the number of its endpoint.
            format!("endpoints/{id}")
        } else {
            format!("publishers/google/models/{}", segment(id))
        };
        Ok(self.resource(target, &resource))
    }

    fn resource(&self, target: &Target, resource: &str) -> String {
        let Self { project, location } = self;
        let (project, location) = (segment(project), segment(location));
        format!("{}/projects/{project}/locations/{location}/{resource}", version(target))
    }
}

/// The API's version, where the base URL does not end with one.
fn version(target: &Target) -> &'static str {
    let last = target.base_url.rsplit('/').next().unwrap_or_default();
    let digits = last.strip_prefix('v').and_then(|rest| rest.chars().next());
    if digits.is_some_and(|digit| digit.is_ascii_digit()) { "" } else { "/v1" }
}
