//! Anthropic, and any server that speaks its Messages API.
//!
//! The work is the SDK's Messages base; here stand the manifest and the list of models
//! ([`models`]). A client of the same dialect usually goes past all of it: the host passes its
//! bytes on.

mod models;

use clasp_plugin::messages::{self, Wire};
use clasp_plugin::{
    Auth, Begun, Dialect, Failure, HttpRequest, HttpResponse, Manifest, Model, Native, Provider,
    Request, Secret, Target, Template,
};

/// The provider `anthropic`.
#[derive(Debug)]
pub struct Anthropic;

/// JSON Schema of the settings.
const CONFIG: &str = include_str!("config.json");

impl Provider for Anthropic {
    type State = messages::State;
    type Exchange = messages::Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "anthropic".into(),
            name: "Anthropic".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Anthropic, and servers that speak its Messages API".into(),
            homepage: Some("https://platform.claude.com/docs".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://api.anthropic.com".into()),
            hosts: vec!["api.anthropic.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of platform.claude.com".into(),
                env: vec!["ANTHROPIC_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "x-api-key".into(),
                value: "{api-key}".into(),
            })],
            native: vec![Native {
                dialect: Dialect::AnthropicMessages,
                path: "/v1/messages".into(),
            }],
            config_schema: CONFIG.into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<messages::State>, Failure> {
        messages::begin(&Wire::ANTHROPIC, "/v1/messages", target, request)
    }

    fn exchange(_: Target, state: messages::State) -> messages::Answer {
        messages::Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        messages::known_models()
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(models::list())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        models::parse(response)
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        let path = "/v1/messages/count_tokens";
        messages::count_tokens(&Wire::ANTHROPIC, path, target, request).map(Some)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        messages::parse_token_count(response)
    }
}

clasp_plugin::export!(Anthropic);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::Anthropic>(env!("CARGO_MANIFEST_DIR"));
    }
}
