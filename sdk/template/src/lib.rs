//! {{Name}} as a clasp plugin.
//!
//! This one is for a server that speaks OpenAI's Chat Completions. For any other, write `begin`
//! and an `Exchange` of your own; the plugin guide shows how.

use clasp_plugin::chat::{self, Profile};
use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request, Secret,
    Target, Template,
};

/// The provider.
#[derive(Debug)]
pub struct {{Name}};

/// In which the server differs from the common lot; see the fields of `Profile`.
const PROFILE: Profile = Profile { ..Profile::COMPATIBLE };

impl Provider for {{Name}} {
    type State = chat::State;
    type Exchange = chat::Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "{{name}}".into(),
            name: "{{Name}}".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "What {{Name}} is, in one sentence".into(),
            // Where requests go, and the only hosts that get the key.
            default_base_url: Some("https://api.example.com/v1".into()),
            hosts: vec!["api.example.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "Where to get a key".into(),
                env: vec!["{{NAME}}_API_KEY".into()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".into(),
                value: "Bearer {api-key}".into(),
            })],
            ..Manifest::default()
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<chat::State>, Failure> {
        chat::begin(&PROFILE, target, request)
    }

    fn exchange(_: Target, state: chat::State) -> chat::Answer {
        chat::Answer::new(&PROFILE, state)
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(chat::list_models())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        chat::parse_models(response, &[])
    }
}

clasp_plugin::export!({{Name}});

#[cfg(test)]
mod tests {
    /// Runs `cases/*`; `CLASP_CASES=update cargo test` writes what comes out.
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::{{Name}}>(env!("CARGO_MANIFEST_DIR"));
    }
}
