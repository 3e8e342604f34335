//! Ollama, by its own chat API.
//!
//! <https://docs.ollama.com/api/chat>, as of 2026-11-21; what the page leaves open was read in the
//! server's source, <https://github.com/ollama/ollama/blob/main/server/routes.go>, of 2026-08-21.

mod answer;
mod chunk;
mod config;
mod error;
mod messages;
mod models;
mod options;
mod prompted;
mod request;
mod tools;

use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Secret,
    Target, Template,
};

pub use self::answer::Answer;
pub use self::request::State;

/// The provider `ollama`.
#[derive(Debug)]
pub struct Ollama;

impl Provider for Ollama {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "ollama".into(),
            name: "Ollama".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Ollama, on this machine, on another, or in its cloud".into(),
            homepage: Some("https://docs.ollama.com/api".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("http://localhost:11434".into()),
            hosts: vec!["localhost".into(), "127.0.0.1".into(), "ollama.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of ollama.com, for models in its cloud".into(),
                env: vec!["OLLAMA_API_KEY".into()],
                required: false,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            config_schema: config::SCHEMA.into(),
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
        request::begin(target, request)
    }

    fn exchange(target: Target, state: State) -> Answer {
        Answer::new(target.model, state)
    }

    fn list_models(target: &Target) -> Option<HttpRequest> {
        Some(models::list(target))
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        models::parse(response)
    }
}

clasp_plugin::export!(Ollama);

#[cfg(test)]
mod tests;
