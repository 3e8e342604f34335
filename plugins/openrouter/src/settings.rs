//! The operator's settings: which vendors may serve, who is named as the caller.
//!
//! <https://openrouter.ai/docs/guides/routing/llms-full.txt>, as of 2026-11-21.

use clasp_plugin::{Dialect, Failure, Field, Header, Request, Target, failure};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What stands in `target.config`; see `settings.schema.json`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Settings {
    /// Preferences among the vendors that serve a model.
    provider: Map<String, Value>,
    /// Models to go on to when the first cannot serve.
    models: Vec<String>,
    referer: Option<String>,
    title: Option<String>,
    /// Further members for each body.
    add: Map<String, Value>,
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// Settings that do not fit the schema.
    pub(crate) fn read(target: &Target) -> Result<Self, Failure> {
        serde_json::from_str(&target.config).map_err(|error| {
            failure::invalid("target.config", format!("the settings cannot be read: {error}"))
        })
    }

    /// The members that they add to a body. What the client says itself goes before.
    pub(crate) fn members(&self, request: &Request) -> Vec<Field> {
        let mut members: Vec<(&str, String)> = vec![("usage", r#"{"include":true}"#.into())];
        if !self.provider.is_empty() {
            members.push(("provider", Value::Object(self.provider.clone()).to_string()));
        }
        if !self.models.is_empty() {
            members.push(("models", Value::from(self.models.clone()).to_string()));
        }
        members.extend(self.add.iter().map(|(name, value)| (name.as_str(), value.to_string())));
        // The same name may mean another thing in another dialect.
        let ours_too = request.dialect != Dialect::AnthropicMessages;
        let said = |name: &str| ours_too && request.extra.iter().any(|field| field.name == name);
        let ours = members.into_iter().filter(|(name, _)| !said(name));
        ours.map(|(name, value)| Field { name: name.into(), value }).collect()
    }

    /// The headers that name the caller.
    pub(crate) fn headers(&self) -> Vec<Header> {
        let header = |name: &str, value: &Option<String>| {
            let value = value.clone().filter(|value| !value.is_empty())?;
            Some(Header { name: name.into(), value })
        };
        let all = [header("http-referer", &self.referer), header("x-title", &self.title)];
        all.into_iter().flatten().collect()
    }
}
