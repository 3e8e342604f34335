//! Any server that speaks Chat Completions, steered by a profile: what differs from server to
//! server is data ([`ways`]), and reaches the plugin as its settings.
//!
//! The rule: the plugin knows no server by name. What one of them needs is a member of
//! `profile.schema.json`, and its profile says so.

mod answer;
mod ways;

use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Secret,
    Target, Template, chat,
};

pub use self::answer::Answer;
use self::ways::Ways;

/// The provider `compat`, and every provider that is made of a profile.
#[derive(Debug)]
pub struct Compat;

impl Provider for Compat {
    type State = chat::State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "compat".into(),
            name: "OpenAI-compatible".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Servers that speak Chat Completions, each by a profile".into(),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "The server's key, if it wants one".into(),
                env: vec!["COMPAT_API_KEY".into()],
                required: false,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            config_schema: include_str!("../profile.schema.json").into(),
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<chat::State>, Failure> {
        let ways = Ways::read(target)?;
        let mut begun = chat::begin_with(&ways.profile, target, request, &ways.add)?;
        begun.http.headers.extend(ways.headers(request));
        Ok(begun)
    }

    fn exchange(target: Target, state: chat::State) -> Answer {
        // Settings that cannot be read were refused when the request was written.
        Answer::new(Ways::read(&target).unwrap_or_default(), state)
    }

    fn list_models(target: &Target) -> Option<HttpRequest> {
        let path = Ways::read(target).ok()?.models_path;
        Some(HttpRequest { path, ..chat::list_models() })
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        chat::parse_models(response, &[])
    }
}

clasp_plugin::export!(Compat);

#[cfg(test)]
mod tests;
