//! Gemini on Google's Vertex AI.
//!
//! The work is the SDK's base for Gemini models; here stand the manifest and where a model's
//! requests go ([`place`]).

mod place;
#[cfg(test)]
mod tests;

use clasp_plugin::gemini::{self, Answer, Service, Settings, State};
use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Target,
};

use self::place::Place;

/// The provider `vertex`.
#[derive(Debug)]
pub struct Vertex;

/// The OAuth scope that every call needs.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

impl Provider for Vertex {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "vertex".into(),
            name: "Google Vertex AI".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Gemini on Google's Vertex AI".into(),
            homepage: Some("https://cloud.google.com/vertex-ai/generative-ai/docs".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://{location}-aiplatform.googleapis.com/v1".into()),
            hosts: vec!["*.googleapis.com".into()],
            auth: vec![Auth::Google(vec![SCOPE.into()])],
            config_schema: format!("{}{}}}}}", place::SCHEMA, Settings::SCHEMA),
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
        let place = Place::of(target)?;
        gemini::begin(Service::Vertex, &place.path(target)?, target, request)
    }

    fn exchange(_: Target, state: State) -> Answer {
        Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        gemini::known()
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        let place = Place::of(target)?;
        gemini::count(Service::Vertex, &place.path(target)?, target, request).map(Some)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        gemini::parse_token_count(response)
    }
}

clasp_plugin::export!(Vertex);
