//! The operator's accounts with clouds: the variables that a provider may log in with.
//!
//! They belong to the clouds' own providers. Any other plugin gets only what is set for it by name
//! (`NAME_AWS_ACCESS_KEY_ID`), and no file or metadata server (rule D7).

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use clasp_model::{Auth, Manifest};
use secrecy::SecretString;

use crate::provider::prefix;
use crate::{Config, Setting, vendor};

/// Variables of AWS's tools, but for those that say where credentials are fetched.
const AWS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
];

const GOOGLE: &[&str] = &[
    "GOOGLE_ACCESS_TOKEN",
    "VERTEX_ACCESS_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "NO_GCE_CHECK",
];

const AZURE: &[&str] = &[
    "AZURE_AD_TOKEN",
    "AZURE_OPENAI_AD_TOKEN",
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
];

/// Variables that say where credentials are fetched. The working directory's `.env` has no say.
const ENDPOINTS: &[&str] = &[
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AZURE_AUTHORITY_HOST",
    "GCE_METADATA_HOST",
];

/// Those that alone say that an account is meant.
const TELLING: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "GOOGLE_ACCESS_TOKEN",
    "VERTEX_ACCESS_TOKEN",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GCE_METADATA_HOST",
    "AZURE_AD_TOKEN",
    "AZURE_OPENAI_AD_TOKEN",
    "AZURE_CLIENT_SECRET",
];

/// What a provider may log in to its cloud with.
#[derive(Clone, Default)]
pub struct Account {
    /// By the names that the clouds' own tools use.
    pub variables: BTreeMap<String, SecretString>,
    /// Where the clouds' tools keep their files.
    pub home: Option<PathBuf>,
    /// Files and metadata servers count, too.
    pub of_machine: bool,
}

/// Shows names only.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("of_machine", &self.of_machine)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// Whether a variable says that an account is to be used.
    pub fn is_set(&self) -> bool {
        TELLING.iter().any(|name| self.variables.contains_key(*name))
    }
}

/// Whether this is a way to log in with a cloud's account.
pub(crate) fn is_account(auth: &Auth) -> bool {
    !variables_of(auth).is_empty()
}

/// Whether a variable belongs to an account: it may be there for other programs.
pub(crate) fn is_account_variable(name: &str) -> bool {
    TELLING.contains(&name) || AWS.contains(&name)
}

fn variables_of(auth: &Auth) -> &'static [&'static str] {
    match auth {
        Auth::AwsSigv4(_) => AWS,
        Auth::Google(_) => GOOGLE,
        Auth::Entra(_) => AZURE,
        Auth::Header(_) | Auth::Query(_) | Auth::TokenExchange(_) => &[],
    }
}

impl Config {
    /// The accounts that the ways to authenticate of `manifest` ask for.
    pub(crate) fn account(
        &self,
        name: &str,
        manifest: &Manifest,
        region: Option<&str>,
        base_url: &Setting<String>,
        warnings: &mut Vec<String>,
    ) -> Account {
        let environment = &self.environment;
        if !manifest.auth.iter().any(is_account) {
            return Account::default();
        }
        let of_machine = name == manifest.id && vendor::of(name).has_accounts();
        let mut variables = BTreeMap::new();
        let mut take = |variable: &str, trusted: bool| {
            let own = format!("{}_{variable}", prefix(name));
            let value = |name: &str| match trusted {
                true => environment.trusted(name),
                false => environment.get(name),
            };
            let shared = Some(variable).filter(|_| of_machine);
            let read = [Some(own.as_str()), shared].into_iter().flatten();
            let found = read.filter_map(|name| Some((name, value(name)?))).next();
            let Some((source, value)) = found else { return };
            if TELLING.contains(&variable) && self.is_diverted(&base_url.origin, source) {
                warnings.push(format!(
                    "the account of {source} is used at {}, which the working directory's .env \
                     says ({}); if that is not yours, remove it",
                    base_url.value, base_url.origin
                ));
            }
            variables.insert(variable.to_owned(), SecretString::from(value));
        };
        let asked = manifest.auth.iter().flat_map(variables_of);
        asked.for_each(|variable| take(variable, false));
        ENDPOINTS.iter().for_each(|variable| take(variable, true));
        if let Some(region) = region.filter(|_| manifest.auth.iter().any(is_aws)) {
            variables.insert("AWS_REGION".to_owned(), SecretString::from(region));
        }
        let home = environment.home().filter(|_| of_machine).map(Into::into);
        Account { variables, home, of_machine }
    }

    /// The variable that says that a provider's account is to be used.
    pub(crate) fn account_variable(&self, name: &str, manifest: &Manifest) -> Option<String> {
        let of_machine = name == manifest.id && vendor::of(name).has_accounts();
        let telling = manifest.auth.iter().flat_map(variables_of);
        telling.filter(|variable| TELLING.contains(variable)).find_map(|variable| {
            let own = format!("{}_{variable}", prefix(name));
            let shared = of_machine.then(|| (*variable).to_owned());
            let mut names = [Some(own), shared].into_iter().flatten();
            names.find(|name| self.environment.get(name).is_some())
        })
    }
}

fn is_aws(auth: &Auth) -> bool {
    matches!(auth, Auth::AwsSigv4(_))
}
