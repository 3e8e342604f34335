//! What an operator sets: deployments, and the models that they run.

use clasp_plugin::Target;
use clasp_plugin::openai::{Settings, is_openai_model, known_models};
use serde_json::Value;

/// The settings, read from [`Target::config`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Azure {
    /// Where requests go that name no deployment.
    deployment: Option<String>,
    /// Each deployment's model.
    deployments: Vec<Deployment>,
    /// A dated version asks the deployments API.
    pub(crate) api_version: Option<String>,
    /// What is the same for OpenAI.
    pub(crate) openai: Settings,
}

/// A deployment, and the model that it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deployment {
    pub(crate) name: String,
    pub(crate) model: String,
}

impl Azure {
    /// Reads the settings, which the host has checked against the schema.
    pub(crate) fn read(target: &Target) -> Self {
        let config: Value = serde_json::from_str(&target.config).unwrap_or_default();
        let text = |name: &str| config.get(name).and_then(Value::as_str).map(str::to_owned);
        let deployments = config.get("deployments").and_then(Value::as_object);
        let deployment = |(name, model): (&String, &Value)| {
            Some(Deployment { name: name.clone(), model: model.as_str()?.to_owned() })
        };
        Self {
            deployment: text("deployment"),
            deployments: deployments.into_iter().flatten().filter_map(deployment).collect(),
            api_version: text("api-version"),
            openai: Settings::read(target),
        }
    }

    /// The deployment for a model that is asked for by the deployment's name or by its own.
    pub(crate) fn deployment(&self, asked: &str) -> Deployment {
        let named = |name: &str| self.deployments.iter().find(|known| known.name == name);
        let running = || self.deployments.iter().find(|known| known.model == asked);
        if let Some(known) = named(asked).or_else(running) {
            return known.clone();
        }
        let name = self.deployment.as_deref().unwrap_or(asked);
        let model = named(name).map_or(name, |known| &known.model);
        // Names given after the model say more than what a client asked for.
        let model = if is_openai_model(model) || !is_openai_model(asked) { model } else { asked };
        Deployment { name: name.into(), model: model.into() }
    }
}

impl Deployment {
    /// The target with the deployment for its model, and what is known of that model.
    pub(crate) fn target(&self, target: &Target) -> Target {
        let mut target = Target { model: self.name.clone(), ..target.clone() };
        if let Some(known) = known_models().into_iter().find(|known| known.id == self.model) {
            target.context_window = target.context_window.or(known.context_window);
            target.max_output_tokens = target.max_output_tokens.or(known.max_output_tokens);
            target.abilities = target.abilities.or(known.abilities);
        }
        target
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_is_found_by_its_name_and_by_its_model() {
        let config = r#"{"deployment":"main","deployments":{"main":"gpt-5","fast":"gpt-4o-mini"}}"#;
        let target = Target { config: config.into(), ..Target::default() };
        let azure = Azure::read(&target);
        let found = |asked: &str| {
            let Deployment { name, model } = azure.deployment(asked);
            (name, model)
        };
        assert_eq!(found("fast"), ("fast".into(), "gpt-4o-mini".into()));
        assert_eq!(found("gpt-4o-mini"), ("fast".into(), "gpt-4o-mini".into()));
        assert_eq!(found("claude-sonnet-4-5"), ("main".into(), "gpt-5".into()));
        let config = r#"{"deployment":"prod"}"#;
        let target = Target { config: config.into(), ..Target::default() };
        let found = Azure::read(&target).deployment("gpt-5");
        assert_eq!(found, Deployment { name: "prod".into(), model: "gpt-5".into() });
        let plain = Azure::default();
        let same = Deployment { name: "gpt-4o".into(), model: "gpt-4o".into() };
        assert_eq!(plain.deployment("gpt-4o"), same);
        let known = same.target(&Target::default());
        assert_eq!(known.max_output_tokens, Some(16_384));
    }
}
