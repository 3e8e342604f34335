//! Google's Gemini API, with a key of AI Studio.
//!
//! The work is the SDK's base for Gemini models; here stand the manifest and where requests go.

use clasp_plugin::gemini::{self, Answer, Service, Settings, State};
use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Method, Model, Provider, Request,
    Secret, Target, Template,
};

/// The provider `gemini`.
#[derive(Debug)]
pub struct Gemini;

impl Provider for Gemini {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "gemini".into(),
            name: "Google Gemini".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Google's Gemini API".into(),
            homepage: Some("https://ai.google.dev/gemini-api/docs".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://generativelanguage.googleapis.com/v1beta".into()),
            hosts: vec!["generativelanguage.googleapis.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "A key of aistudio.google.com".into(),
                env: vec!["GEMINI_API_KEY".into(), "GOOGLE_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "x-goog-api-key".into(),
                value: "{api-key}".into(),
            })],
            config_schema: format!(
                "{{\"type\":\"object\",\"properties\":{{{}}},\"additionalProperties\":false}}",
                Settings::SCHEMA
            ),
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
        gemini::begin(Service::Gemini, &path(target), target, request)
    }

    fn exchange(_: Target, state: State) -> Answer {
        Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        gemini::known()
    }

    fn list_models(target: &Target) -> Option<HttpRequest> {
        Some(HttpRequest {
            method: Method::Get,
            path: format!("{}/models?pageSize=1000", version(target)),
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        gemini::parse_models(response)
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        gemini::count(Service::Gemini, &path(target), target, request).map(Some)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        gemini::parse_token_count(response)
    }
}

/// The model's resource: `/models/gemini-2.5-pro`, or `/tunedModels/mine`.
fn path(target: &Target) -> String {
    let (kind, id) = match target.model.split_once('/') {
        Some(("tunedModels", id)) => ("tunedModels", id),
        Some(("models", id)) => ("models", id),
        _ => ("models", target.model.as_str()),
    };
    format!("{}/{kind}/{}", version(target), gemini::segment(id))
}

/// The API's version, where the base URL does not end with one.
fn version(target: &Target) -> &'static str {
    let last = target.base_url.rsplit('/').next().unwrap_or_default();
    let digits = last.strip_prefix('v').and_then(|rest| rest.chars().next());
    if digits.is_some_and(|digit| digit.is_ascii_digit()) { "" } else { "/v1beta" }
}

clasp_plugin::export!(Gemini);

#[cfg(test)]
mod tests;
