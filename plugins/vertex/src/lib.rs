//! Gemini and Claude on Google's Vertex AI.
//!
//! The work is the SDK's bases for both; here stand the manifest, where a model's requests go
//! ([`place`]), how Claude is asked here ([`claude`]), and whose state is whose ([`maker`]).

mod answer;
mod claude;
mod maker;
mod place;
#[cfg(test)]
mod tests;

use clasp_plugin::gemini::{self, Service, Settings};
use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Target,
    failure,
};
use serde_json::Value;

use self::answer::{Answer, State};
use self::maker::Maker;
use self::place::{Named, Place};

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
            description: "Gemini and Claude on Google's Vertex AI".into(),
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
        match Named::of(&target.model)? {
            Named::Google(id) => {
                let path = place.google(id, target);
                let request = Maker::Google.own(request);
                let begun = gemini::begin(Service::Vertex, &path, target, &request)?;
                let state = State::Gemini(begun.state);
                Ok(Begun { http: begun.http, state, notes: begun.notes })
            }
            Named::Anthropic(id) => {
                let request = Maker::Anthropic.own(request);
                let begun = claude::begin(&place, id, target, &request)?;
                let state = State::Claude(begun.state);
                Ok(Begun { http: begun.http, state, notes: begun.notes })
            }
        }
    }

    fn exchange(_: Target, state: State) -> Answer {
        Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        let mut models = gemini::known();
        models.extend(clasp_plugin::messages::known_models());
        models
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        let place = Place::of(target)?;
        match Named::of(&target.model)? {
            Named::Google(id) => {
                let path = place.google(id, target);
                let request = Maker::Google.own(request);
                gemini::count(Service::Vertex, &path, target, &request).map(Some)
            }
            Named::Anthropic(id) => {
                let request = Maker::Anthropic.own(request);
                claude::count(&place, id, target, &request).map(Some)
            }
        }
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        if !(200..300).contains(&response.status) {
            return Err(answer::rejected(response));
        }
        // Google's word, and Anthropic's.
        let text = String::from_utf8_lossy(&response.body);
        let count = serde_json::from_str::<Value>(&text).ok().and_then(|document| {
            let count = document.get("totalTokens").or_else(|| document.get("input_tokens"))?;
            count.as_u64()
        });
        count.ok_or_else(|| failure::protocol("the answer holds no count of tokens"))
    }
}

clasp_plugin::export!(Vertex);
