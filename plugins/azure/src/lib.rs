//! OpenAI's and other models on Microsoft Azure.
//!
//! The work is the SDK's; here stands where Azure differs: deployments in the place of models
//! ([`settings`]), its two generations of paths ([`path`]), and its list of models ([`models`]).

mod models;
mod path;
mod settings;

use clasp_plugin::openai::{self, Answer, Profiles, State, known_models, profiles};
use clasp_plugin::{
    Auth, Begun, Failure, HttpRequest, HttpResponse, Manifest, Method, Model, Provider, Request,
    Secret, Target, Template,
};

use self::path::Paths;
use self::settings::{Azure, Deployment};

/// The provider `azure`.
#[derive(Debug)]
pub struct AzureOpenAi;

impl Provider for AzureOpenAi {
    type State = State;
    type Exchange = Answer;

    fn manifest() -> Manifest {
        Manifest {
            id: "azure".into(),
            name: "Azure OpenAI".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            description: "OpenAI's and other models on Microsoft Azure".into(),
            homepage: Some("https://learn.microsoft.com/azure/ai-foundry/openai".into()),
            license: Some(env!("CARGO_PKG_LICENSE").into()),
            default_base_url: None,
            hosts: ["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"]
                .iter()
                .chain(&["openai.azure.us", "cognitiveservices.azure.us"])
                .map(|host| format!("*.{host}"))
                .collect(),
            secrets: vec![Secret {
                name: "api-key".into(),
                description: "A key of the Azure resource".into(),
                env: vec!["AZURE_API_KEY".into(), "AZURE_OPENAI_API_KEY".into()],
                required: false,
            }],
            auth: vec![
                Auth::Header(Template { name: "api-key".into(), value: "{api-key}".into() }),
                Auth::Entra("https://cognitiveservices.azure.com/.default".into()),
            ],
            // Untranslated bodies would name a model and not its deployment.
            native: Vec::new(),
            config_schema: include_str!("config.json").into(),
        }
    }

    fn begin(target: &Target, request: &Request) -> Result<Begun<State>, Failure> {
        let azure = Azure::read(target);
        let deployment = azure.deployment(&target.model);
        let paths = Paths::new(&target.base_url, azure.api_version.as_deref());
        let api = paths.api(azure.openai.api(&deployment.model), azure.openai.api);
        let profiles = ways(target, &deployment, &paths);
        let target = deployment.target(target);
        let mut begun = openai::begin(api, &profiles, &azure.openai, &target, request)?;
        begun.http.path = paths.path(api, &deployment.name);
        Ok(begun)
    }

    fn exchange(target: Target, state: State) -> Answer {
        let azure = Azure::read(&target);
        let deployment = azure.deployment(&target.model);
        let paths = Paths::new(&target.base_url, azure.api_version.as_deref());
        Answer::new(&ways(&target, &deployment, &paths), &target, state)
    }

    fn known_models() -> Vec<Model> {
        known_models()
    }

    fn list_models(target: &Target) -> Option<HttpRequest> {
        let path = Paths::new(&target.base_url, None).models();
        Some(HttpRequest { method: Method::Get, path, headers: Vec::new(), body: Vec::new() })
    }

    fn parse_models(response: &HttpResponse) -> Result<Vec<Model>, Failure> {
        models::parse(response)
    }
}

/// How the deployment's model speaks the two APIs here.
fn ways(target: &Target, deployment: &Deployment, paths: &Paths) -> Profiles {
    let Profiles { mut chat, mut responses } = profiles(&target.base_url, &deployment.model);
    // Dated versions refuse members that are younger than they are.
    chat.cache_key &= !paths.is_dated();
    responses.user = responses.user.map(|_| "user");
    Profiles { chat, responses }
}

clasp_plugin::export!(AzureOpenAi);

#[cfg(test)]
mod tests {
    #[test]
    fn cases() {
        clasp_plugin::cases::run::<super::AzureOpenAi>(env!("CARGO_MANIFEST_DIR"));
    }
}
