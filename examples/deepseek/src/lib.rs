//! DeepSeek: a plugin for a server that speaks Chat Completions is a profile and a manifest.
//!
//! <https://api-docs.deepseek.com>, as of 2026-11-21.

use clasp_plugin::chat::{self, OutputFormat, Profile, ReasoningParam};
use clasp_plugin::{
    Abilities, Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Model, Provider, Request,
    Secret, Target, Template,
};

/// The provider.
#[derive(Debug)]
pub struct DeepSeek;

/// In which DeepSeek differs from the common lot.
const PROFILE: Profile = Profile {
    reasoning: ReasoningParam::Toggle(&["low", "high", "max"]),
    // A thinking model refuses a conversation without its earlier thinking.
    reasoning_back: Some("reasoning_content"),
    reasoning_back_always: true,
    // Thinking is on unless it is turned off, and then a forced call is refused.
    forced_tools: false,
    output_format: OutputFormat::JsonObject,
    images: false,
    documents: false,
    audio: false,
    ..Profile::COMPATIBLE
};

impl Provider for DeepSeek {
    type State = chat::State;
    type Exchange = chat::Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "deepseek".into(),
            name: "DeepSeek".into(),
            description: "DeepSeek's own API".into(),
            default_base_url: Some("https://api.deepseek.com".into()),
            hosts: vec!["api.deepseek.com".into()],
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "An API key of platform.deepseek.com".into(),
                env: vec!["DEEPSEEK_API_KEY".into()],
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

    fn known_models() -> Vec<Model> {
        let model = |id: &str| Model {
            id: id.into(),
            context_window: Some(1_000_000),
            max_output_tokens: Some(384_000),
            abilities: Some(Abilities::TOOLS | Abilities::THINKING | Abilities::PROMPT_CACHE),
            ..Model::default()
        };
        vec![model("deepseek-v4-pro"), model("deepseek-v4-flash")]
    }

    fn list_models(_: &Target) -> Option<HttpRequest> {
        Some(chat::list_models())
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        chat::parse_models(response, &Self::known_models())
    }
}

clasp_plugin::export!(DeepSeek);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::DeepSeek>(env!("CARGO_MANIFEST_DIR"));
    }
}
