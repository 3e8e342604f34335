//! A provider made of a small file: a plugin's own code under another manifest, steered by settings
//! that the file says.
//!
//! The plugin publishes what may stand in a profile as the schema of its settings; the host reads
//! from it only what a manifest needs. So a profile gets no right that a plugin file does not have.

mod check;
mod manifest;

use std::path::Path;

use clasp_model::{Json, Manifest, Model, Target};
use serde_json::{Map, Value};

use crate::Limits;

/// The plugin that profiles steer.
pub(crate) const STEERED: &str = "compat";

/// Largest file, in bytes.
pub(crate) const MAX_BYTES: usize = 256 << 10;

/// What a file makes of the plugin that it steers.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    /// The settings that it says, as an object.
    ways: Map<String, Value>,
    /// The same as text.
    text: Json,
    pub(crate) models: Vec<Model>,
}

impl Profile {
    /// Reads a profile for the plugin with the manifest `steered`. `name` is the file's.
    pub(crate) fn read(
        name: &str,
        bytes: &[u8],
        steered: &Manifest,
        limits: &Limits,
    ) -> Result<(Self, Manifest), String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("{} bytes; at most {MAX_BYTES} are allowed", bytes.len()));
        }
        if bytes.trim_ascii().is_empty() {
            return Err(format!("the file is empty; {EXAMPLE}"));
        }
        let document: Value = serde_json::from_slice(bytes)
            .map_err(|error| format!("not JSON: {error}; {EXAMPLE}"))?;
        let schema: Value =
            serde_json::from_str(steered.config_schema.as_str()).unwrap_or_default();
        let faults = check::faults(&schema, &document);
        if !faults.is_empty() {
            return Err(faults.join("; "));
        }
        let Value::Object(mut ways) = document else {
            return Err(format!("it is no JSON object; {EXAMPLE}"));
        };
        let (manifest, models) = manifest::take(name, &mut ways, &schema, steered)?;
        crate::manifest::check(&manifest, limits)?;
        let text = json(&ways);
        Ok((Self { ways, text, models }, manifest))
    }

    /// The target as the plugin gets it: what the operator set stands over what the profile says.
    pub(crate) fn steer(&self, target: &Target) -> Target {
        let config = match serde_json::from_str::<Map<String, Value>>(target.config.as_str()) {
            Ok(set) if !set.is_empty() => {
                let mut ways = self.ways.clone();
                ways.extend(set);
                json(&ways)
            }
            _ => self.text.clone(),
        };
        Target { config, ..target.clone() }
    }

    /// Adds to a model that the provider lists what the profile knows of it.
    pub(crate) fn complete(&self, listed: Model) -> Model {
        let Some(known) = self.models.iter().find(|known| known.id == listed.id) else {
            return listed;
        };
        let known = known.clone();
        Model {
            id: known.id,
            name: known.name.or(listed.name),
            context_window: known.context_window.or(listed.context_window),
            max_output_tokens: known.max_output_tokens.or(listed.max_output_tokens),
            tokenizer: known.tokenizer.or(listed.tokenizer),
            abilities: known.abilities.or(listed.abilities),
            price: known.price.or(listed.price),
        }
    }
}

const EXAMPLE: &str = "the smallest is {\"base_url\": \"https://api.example.com/v1\"}";

/// Whether a file is a profile, by its name. A schema beside the profiles is none.
pub(crate) fn is_profile(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".json") && !name.ends_with(".schema.json")
}

fn json(members: &Map<String, Value>) -> Json {
    let text = serde_json::to_string(members).unwrap_or_else(|_| String::from("{}"));
    Json::from_checked(text.into())
}

#[cfg(test)]
mod tests;
