//! The operator's settings for Gemini models.

use crate::{Failure, Target, failure};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The operator's settings, valid against [`Settings::SCHEMA`].
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// `safetySettings`, as Google writes them; none: the model's defaults.
    pub safety_settings: Vec<Box<RawValue>>,
    /// The name of a cached prefix: `cachedContents/…`.
    pub cached_content: Option<String>,
    /// `generationConfig.mediaResolution`
    pub media_resolution: Option<String>,
}

impl Settings {
    /// The members of the settings' JSON Schema, without the braces around them.
    pub const SCHEMA: &'static str = r#"
    "safety_settings": {
      "type": "array",
      "description": "What is blocked, as Google's safetySettings; empty: as the model's defaults have it",
      "items": {
        "type": "object",
        "properties": {
          "category": {"type": "string", "examples": ["HARM_CATEGORY_DANGEROUS_CONTENT"]},
          "threshold": {"type": "string", "examples": ["BLOCK_NONE", "BLOCK_ONLY_HIGH"]}
        },
        "required": ["category", "threshold"],
        "additionalProperties": false
      },
      "default": []
    },
    "cached_content": {
      "type": "string",
      "description": "The name of a cached prefix, which then holds instructions and tools"
    },
    "media_resolution": {
      "enum": ["MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"],
      "description": "How finely images, documents and films are looked at"
    }"#;

    /// Reads the settings of a target.
    ///
    /// # Errors
    /// Where they do not fit the schema.
    pub fn of(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config)
            .map_err(|error| failure::invalid("config", error.to_string()))
    }
}
