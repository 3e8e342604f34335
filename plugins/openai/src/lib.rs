//! OpenAI, and any server that speaks its APIs: Chat Completions or Responses, by model.
//!
//! The work is the SDK's: the two bases, and what OpenAI's models take. Here stand the choice
//! between the two and the manifest.

use clasp_plugin::openai::{self, Answer, Settings, State, known_models, profiles};
use clasp_plugin::{
    Auth, Begun, Dialect, Failure, HttpRequest, HttpResponse, Manifest, Model, Native, Provider,
    Request, Secret, Target, Template, chat, responses,
};

/// The provider `openai`.
#[derive(Debug)]
pub struct OpenAi;

impl Provider for OpenAi {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        let native = |dialect, path: &str| Native { dialect, path: path.into() };
        Manifest {
            id: "openai".into(),
            name: "OpenAI".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "OpenAI, and servers that speak its APIs".into(),
            homepage: Some("https://platform.openai.com/docs".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://api.openai.com/v1".into()),
            hosts: vec!["api.openai.com".into()],
            // A server of one's own often wants none; the host knows when the address is the
            // operator's.
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of platform.openai.com".into(),
                env: vec!["OPENAI_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            native: vec![
                native(Dialect::OpenaiChat, "/chat/completions"),
                native(Dialect::OpenaiResponses, "/responses"),
            ],
            config_schema: include_str!("config.json").into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
        let settings = Settings::read(target);
        let profiles = profiles(&target.base_url, &target.model);
        openai::begin(settings.api(&target.model), &profiles, &settings, target, request)
    }

    fn exchange(target: Target, state: State) -> Answer {
        Answer::new(&profiles(&target.base_url, &target.model), &target, state)
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
        let profiles = profiles(&target.base_url, &target.model);
        responses::count(&profiles.responses, target, request).map(Some)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        responses::parse_count(response)
    }
}

clasp_plugin::export!(OpenAi);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::OpenAi>(env!("CARGO_MANIFEST_DIR"));
    }
}
