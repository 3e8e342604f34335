//! Amazon Bedrock: every model by one API, Converse.
//!
//! What the families of models take beyond it stands in [`family`]. The host signs requests and
//! fills the region into the base URL.

mod answer;
mod config;
mod content;
mod error;
mod event;
mod family;
mod models;
mod params;
mod request;
mod tools;

use clasp_plugin::{
    Auth, Aws, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request,
    Target,
};

/// The provider `bedrock`.
#[derive(Debug)]
pub struct Bedrock;

impl Provider for Bedrock {
    type State = request::State;
    type Exchange = answer::Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "bedrock".into(),
            name: "Amazon Bedrock".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "Amazon Bedrock: any model by its Converse API".into(),
            homepage: Some("https://docs.aws.amazon.com/bedrock/".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: Some("https://bedrock-runtime.{region}.amazonaws.com".into()),
            hosts: vec!["*.amazonaws.com".into(), "*.amazonaws.com.cn".into()],
            secrets: Vec::new(),
            auth: vec![Auth::AwsSigv4(Aws { service: "bedrock".into() })],
            native: Vec::new(),
            config_schema: include_str!("config.json").into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<request::State>, Failure> {
        request::begin(target, request)
    }

    fn exchange(_: Target, state: request::State) -> answer::Answer {
        answer::Answer::new(state)
    }

    fn known_models() -> Vec<Model> {
        models::known()
    }

    fn count_tokens(target: &Target, request: &Request) -> Result<Option<HttpRequest>, Failure> {
        request::count_tokens(target, request)
    }

    fn parse_token_count(response: &HttpResponse) -> Result<u64, Failure> {
        request::parse_token_count(response)
    }
}

clasp_plugin::export!(Bedrock);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::Bedrock>(env!("CARGO_MANIFEST_DIR"));
    }
}
