//! Cohere, by version 2 of its chat API.
//!
//! <https://docs.cohere.com/reference/chat> and <https://docs.cohere.com/reference/chat-stream>, as
//! of 2026-11-21.

mod answer;
mod calls;
mod chunk;
mod citations;
mod config;
mod documents;
mod error;
mod messages;
mod models;
mod params;
mod request;
mod tools;

use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Secret,
    Target, Template,
};

pub use self::answer::Answer;
pub use self::request::State;

/// The provider `cohere`.
#[derive(Debug)]
pub struct Cohere;

impl Provider for Cohere {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "cohere".into(),
            name: "Cohere".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Cohere's Command, North and Aya models".into(),
            homepage: Some("https://docs.cohere.com".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://api.cohere.com".into()),
            hosts: vec!["api.cohere.com".into(), "api.cohere.ai".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of dashboard.cohere.com".into(),
                env: vec!["COHERE_API_KEY".into(), "CO_API_KEY".into()],
                required: true,
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

    fn exchange(_: Target, state: State) -> Answer {
        Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        models::known()
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(models::list())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        models::parse(response)
    }
}

clasp_plugin::export!(Cohere);

#[cfg(test)]
mod tests;
