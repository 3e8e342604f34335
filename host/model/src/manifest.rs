//! What a plugin says of itself, where a request goes, and what a plugin makes of it.

use serde::{Deserialize, Serialize};

use crate::http::HttpRequest;
use crate::request::{Dialect, Json};

/// A secret that the operator supplies. The plugin learns its name, never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// Referred to as `{name}` in templates.
    pub name: String,
    /// For the operator.
    pub description: String,
    /// Environment variables to look in, in order.
    pub env: Vec<String>,
    /// Without it the plugin cannot work.
    pub required: bool,
}

/// A header or query parameter with places for secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Template {
    /// Header or query parameter name.
    pub name: String,
    /// E.g. `Bearer {api-key}`.
    pub value: String,
}

/// A token that is fetched with a secret and kept until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TokenExchange {
    /// POST here.
    pub url: String,
    /// With this header.
    pub header: Template,
    /// JSON pointer to the token.
    pub token: String,
    /// JSON pointer to the expiry, Unix seconds.
    pub expires: Option<String>,
    /// How the token is sent.
    pub apply: Template,
}

/// How the host authenticates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// A header.
    Header(Template),
    /// A query parameter.
    Query(Template),
    /// AWS Signature Version 4 for this service.
    AwsSigv4(String),
    /// Google application default credentials with these OAuth scopes.
    Google(Vec<String>),
    /// Microsoft Entra ID with this OAuth scope.
    Entra(String),
    /// A fetched token.
    TokenExchange(TokenExchange),
}

/// A client dialect that the provider speaks itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Native {
    /// The dialect.
    pub dialect: Dialect,
    /// Its path below the base URL.
    pub path: String,
}

/// What a plugin is and what it may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Manifest {
    /// Lower-case, unique among loaded plugins.
    pub id: String,
    /// For people.
    pub name: String,
    /// The plugin's own version.
    pub version: String,
    /// In one sentence.
    pub description: String,
    /// A web page.
    pub homepage: Option<String>,
    /// An SPDX expression.
    pub license: Option<String>,
    /// Where requests go unless the operator says otherwise.
    pub default_base_url: Option<String>,
    /// Hosts it may reach; `*.` stands for any labels before.
    pub hosts: Vec<String>,
    /// What the operator must supply.
    pub secrets: Vec<Secret>,
    /// Tried in order; the first whose secrets are set is used.
    pub auth: Vec<Auth>,
    /// Client dialects the provider speaks itself.
    pub native: Vec<Native>,
    /// JSON Schema (2020-12) of [`Target::config`].
    pub config_schema: Json,
}

/// What a model can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Abilities {
    /// Calls tools.
    pub tools: bool,
    /// Calls several at once.
    pub parallel_tools: bool,
    /// Sees images.
    pub images: bool,
    /// Reads documents.
    pub documents: bool,
    /// Hears.
    pub audio: bool,
    /// Thinks.
    pub thinking: bool,
    /// Keeps to an output schema.
    pub output_schema: bool,
    /// Caches prompts.
    pub prompt_cache: bool,
}

/// US dollars per million tokens.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Prompt tokens.
    pub input: f64,
    /// Tokens made.
    pub output: f64,
    /// Prompt tokens read from the cache.
    pub cache_read: Option<f64>,
    /// Prompt tokens written to the cache.
    pub cache_write: Option<f64>,
}

/// A provider's model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Model {
    /// The provider's id of it.
    pub id: String,
    /// For people.
    pub name: Option<String>,
    /// In tokens.
    pub context_window: Option<u32>,
    /// In tokens.
    pub max_output_tokens: Option<u32>,
    /// A tokenizer that the host may know: `o200k_base`, `cl100k_base`, …
    pub tokenizer: Option<String>,
    /// None: unknown.
    pub abilities: Option<Abilities>,
    /// None: unknown.
    pub price: Option<Price>,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    /// Without a slash at the end.
    pub base_url: String,
    /// The provider's own model id.
    pub model: String,
    /// In tokens; none: unknown.
    #[serde(default)]
    pub context_window: Option<u32>,
    /// In tokens; none: unknown, so nothing is clamped.
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// None: unknown, so nothing is ruled out.
    #[serde(default)]
    pub abilities: Option<Abilities>,
    /// The operator's settings for this provider, valid against the manifest's schema.
    #[serde(default = "empty_object")]
    pub config: Json,
    /// The provider's name, which the plugin is not told: one plugin may serve several vendors,
    /// whose state must not mix (rule C10). Empty: the one that has the plugin's own name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub provider: String,
}

/// What was done to something that the provider cannot take as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Left out.
    Dropped,
    /// Given another name.
    Renamed,
    /// Brought into the provider's limits.
    Clamped,
    /// Put at another place.
    Moved,
    /// Completed.
    Repaired,
}

/// One such change, for the explain record (rules C12, F4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What was done.
    pub change: Change,
    /// JSON path in the canonical request: `messages[3].parts[0]`.
    pub path: String,
    /// In one sentence.
    pub detail: String,
}

/// What a plugin made of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// What to send, and to send again on a retry.
    pub http: HttpRequest,
    /// What reading the answer must remember, in the plugin's own encoding.
    pub state: Vec<u8>,
    /// What could not be taken as it is.
    pub notes: Vec<Note>,
}

fn empty_object() -> Json {
    Json::from_checked("{}".into())
}
