//! OpenAI, and any server that speaks its Chat Completions.
//!
//! The work is the SDK's OpenAI-compatible base; here stands what OpenAI's models take
//! ([`family`]), what is known of them ([`models`]), and the manifest.

mod family;
mod models;

use clasp_plugin::{
    Auth, Begun, Dialect, Failure, HttpRequest, HttpResponse, Manifest, Model, Native, Provider,
    Request, Secret, Target, Template, chat,
};

/// The provider `openai`.
#[derive(Debug)]
pub struct OpenAi;

impl Provider for OpenAi {
    type State = chat::State;
    type Exchange = chat::Answer;

    fn manifest() -> Manifest {
        let native = |dialect, path: &str| Native { dialect, path: path.into() };
        Manifest {
            id: "openai".into(),
            name: "OpenAI".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "OpenAI, and servers that speak its Chat Completions".into(),
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
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<chat::State>, Failure> {
        chat::begin(&family::profile(target), target, request)
    }

    fn exchange(target: Target, state: chat::State) -> chat::Answer {
        chat::Answer::new(&family::profile(&target), state)
    }

    fn known_models() -> Vec<Model> {
        models::known()
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(chat::list_models())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        chat::parse_models(response, &models::known())
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
