//! Any server that speaks the OpenAI Responses API, whatever its models are called.
//!
//! The work is the SDK's Responses base; OpenAI's own models are known by their names.

use clasp_plugin::openai::{Settings, known_models, profiles};
use clasp_plugin::{
    Auth, Begun, Dialect, Failure, HttpRequest, HttpResponse, Manifest, Model, Native, Provider,
    Request, Secret, Target, Template, chat, responses,
};

/// The provider `responses`.
#[derive(Debug)]
pub struct Responses;

impl Provider for Responses {
    type State = responses::State;
    type Exchange = responses::Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "responses".into(),
            name: "OpenAI Responses".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Any server that speaks the OpenAI Responses API".into(),
            homepage: Some("https://www.openresponses.org".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://api.openai.com/v1".into()),
            hosts: vec!["api.openai.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of the server".into(),
                env: vec!["RESPONSES_API_KEY".into(), "OPENAI_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            native: vec![Native { dialect: Dialect::OpenaiResponses, path: "/responses".into() }],
            config_schema: include_str!("config.json").into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<responses::State>, Failure> {
        let settings = Settings::read(target);
        let profile = profiles(&target.base_url, &target.model).responses;
        responses::begin(&profile, &settings.options, target, request)
    }

    fn exchange(target: Target, state: responses::State) -> responses::Answer {
        responses::Answer::new(&target, state)
    }

    fn known_models() -> Vec<Model> {
        known_models()
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(chat::list_models())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        chat::parse_models(response, &known_models())
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        // Servers that copy the API seldom have this endpoint.
        if responses::host_of(&target.base_url) != "api.openai.com" {
            return Ok(None);
        }
        let profile = profiles(&target.base_url, &target.model).responses;
        responses::count(&profile, target, request).map(Some)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        responses::parse_count(response)
    }
}

clasp_plugin::export!(Responses);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::Responses>(env!("CARGO_MANIFEST_DIR"));
    }
}
