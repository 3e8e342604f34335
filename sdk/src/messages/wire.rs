//! What differs between the hosts of Claude, and between operators' wishes.

use serde::Deserialize;

use crate::failure;
use crate::types::{Failure, Target};

/// How a host of Claude wants the same request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wire {
    /// The body names the model; else the path does.
    pub model: bool,
    /// The body says whether a stream is wanted; else the path does.
    pub stream: bool,
    /// Where the version of the API stands.
    pub version: Version,
    /// Beta flags go into the body as `anthropic_beta`; else into the header `anthropic-beta`.
    pub betas_in_body: bool,
    /// The host fetches images and documents by URL.
    pub urls: bool,
    /// The host keeps uploaded files.
    pub files: bool,
    /// The kinds of hosted tools that the host runs, by how their names begin.
    pub hosted: &'static [&'static str],
}

/// Where the version of the API stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// In the header `anthropic-version`; the client's own if it sent one.
    Header(&'static str),
    /// In the body, as `anthropic_version`.
    Body(&'static str),
}

/// Settings that every host of Claude has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Beta flags for every request.
    pub betas: Vec<String>,
    /// Where cache breakpoints come from.
    pub cache: Cache,
}

/// Where cache breakpoints come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// The client; where its dialect knows none, the end of the instructions and of the last turn.
    #[default]
    Auto,
    /// The client alone.
    Client,
}

impl Wire {
    /// Anthropic's own API.
    pub const ANTHROPIC: Self = Self {
        model: true,
        stream: true,
        version: Version::Header("2023-06-01"),
        betas_in_body: false,
        urls: true,
        files: true,
        hosted: &[""],
    };

    /// Whether the host runs a hosted tool of this kind.
    pub(super) fn runs(&self, kind: &str) -> bool {
        self.hosted.iter().any(|prefix| kind.starts_with(prefix))
    }
}

impl Config {
    /// Reads the settings of a target; members of the plugin's own are its business.
    ///
    /// # Errors
    /// When they do not fit.
    pub fn read(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config)
            .map_err(|error| failure::invalid("target.config", error.to_string()))
    }
}
