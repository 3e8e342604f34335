//! Who the operator is with a provider that wants more than a key: what is known of the account, and
//! the tokens that it was given.
//!
//! Tokens are kept until shortly before they expire, and fetched by one request for all that wait.
//! They are fetched only from where the host itself, the operator, or for a token exchange the
//! manifest says (rule D7).

mod aws;
mod cache;
mod clock;
mod entra;
mod exchange;
mod fetch;
mod file;
mod google;
mod refusal;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clasp_model::{Auth, Failure};
use secrecy::{ExposeSecret, SecretString};

pub(crate) use self::aws::region;
pub use self::aws::region_from_files;
pub(crate) use self::cache::Granted;
use self::cache::Slot;
pub(crate) use self::clock::{amz_date, now};
pub(crate) use self::fetch::Fetcher;
pub use self::google::project_from_file;
pub(crate) use self::refusal::ways;
use crate::endpoint::Endpoint;

/// The operator's account with a cloud.
#[derive(Clone, Default)]
pub struct Account {
    /// Variables, by the names that the clouds' own tools use.
    pub variables: BTreeMap<String, SecretString>,
    /// Where the clouds' tools keep their files.
    pub home: Option<PathBuf>,
    /// Files and metadata servers count, too.
    pub of_machine: bool,
}

/// The operator's account, and the tokens it was given. Clones share the tokens.
#[derive(Clone, Default)]
pub struct Identity {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    account: Account,
    slots: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// What a request is authenticated with.
#[derive(Debug)]
pub(crate) enum Pass {
    /// A token, to be sent as it is.
    Token(SecretString),
    /// Keys, to sign with.
    Aws(AwsKeys),
}

/// Keys to sign requests to AWS with.
#[derive(Clone, Debug)]
pub(crate) struct AwsKeys {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
    pub(crate) session: Option<SecretString>,
}

/// A pass as it was just fetched.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) pass: Pass,
    /// How long it holds; none: until it is refused.
    pub(crate) lifetime: Option<Duration>,
    /// Another one may be had by asking again.
    pub(crate) renewable: bool,
}

impl Account {
    /// A variable that is not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?.expose_secret().trim();
        (!value.is_empty()).then_some(value)
    }

    fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}

impl Identity {
    /// An account that was given no token yet.
    pub fn new(account: Account) -> Self {
        Self { shared: Arc::new(Shared { account, slots: Mutex::default() }) }
    }

    /// The same account without the tokens that it was given.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.shared.account.clone())
    }

    pub(crate) fn account(&self) -> &Account {
        &self.shared.account
    }

    /// Whether something is there to log in with in this way. Metadata servers are not asked.
    pub(crate) fn is_set(&self, auth: &Auth) -> bool {
        match auth {
            Auth::AwsSigv4(_) => aws::is_set(self.account()),
            Auth::Google(_) => google::is_set(self.account()),
            Auth::Entra(_) => entra::is_set(self.account()),
            Auth::Header(_) | Auth::Query(_) | Auth::TokenExchange(_) => false,
        }
    }

    /// A pass that holds: the one that is kept, or a new one.
    pub(crate) async fn pass(
        &self,
        fetcher: &Fetcher,
        endpoint: &Endpoint,
        auth: &Auth,
    ) -> Result<Granted, Failure> {
        self.slot(auth).get(|| self.fetch(fetcher, endpoint, auth)).await
    }

    /// Another pass than the one that was refused, if there may be one.
    pub(crate) async fn renew(
        &self,
        fetcher: &Fetcher,
        endpoint: &Endpoint,
        auth: &Auth,
        refused: &Granted,
    ) -> Option<Granted> {
        self.slot(auth).renew(refused, || self.fetch(fetcher, endpoint, auth)).await
    }

    /// A renewed pass was refused as well: the fault is another one.
    pub(crate) fn renewal_was_useless(&self, auth: &Auth) {
        self.slot(auth).renewal_was_useless();
    }

    /// All that must not be seen.
    pub(crate) fn secrets(&self) -> Vec<SecretString> {
        const OPEN: [&str; 6] =
            ["_REGION", "_PROFILE", "_ID", "_FILE", "_HOST", "GOOGLE_APPLICATION_CREDENTIALS"];
        let open = |name: &str| OPEN.iter().any(|ending| name.ends_with(ending));
        let variables = self.shared.account.variables.iter();
        let mut secrets: Vec<SecretString> =
            variables.filter(|(name, _)| !open(name)).map(|(_, value)| value.clone()).collect();
        let slots = self.slots();
        for pass in slots.values().flat_map(|slot| slot.passes()) {
            match &*pass {
                Pass::Token(token) => secrets.push(token.clone()),
                Pass::Aws(keys) => {
                    secrets.push(keys.secret.clone());
                    secrets.extend(keys.session.clone());
                }
            }
        }
        secrets
    }

    fn slot(&self, auth: &Auth) -> Arc<Slot> {
        let name = match auth {
            Auth::AwsSigv4(service) => format!("aws {service}"),
            Auth::Google(scopes) => format!("google {}", scopes.join(" ")),
            Auth::Entra(scope) => format!("entra {scope}"),
            Auth::TokenExchange(exchange) => format!("exchange {}", exchange.url),
            Auth::Header(_) | Auth::Query(_) => String::new(),
        };
        Arc::clone(self.slots().entry(name).or_default())
    }

    fn slots(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Slot>>> {
        self.shared.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch(
        &self,
        fetcher: &Fetcher,
        endpoint: &Endpoint,
        auth: &Auth,
    ) -> impl Future<Output = Result<Fresh, Failure>> + Send + 'static {
        let (identity, fetcher, auth) = (self.clone(), fetcher.clone(), auth.clone());
        let endpoint = endpoint.clone();
        async move {
            let account = identity.account();
            let plugin = &endpoint.plugin;
            let fetched = match &auth {
                Auth::AwsSigv4(service) => aws::pass(&fetcher, account, service).await,
                Auth::Google(scopes) => google::token(&fetcher, account, scopes).await,
                Auth::Entra(scope) => entra::token(&fetcher, account, scope).await,
                Auth::TokenExchange(to) => exchange::token(&fetcher, &endpoint, to).await,
                Auth::Header(_) | Auth::Query(_) => Err(refusal::Refusal::none()),
            };
            fetched.map_err(|refusal| {
                let failure = refusal.failure(plugin, &auth, account);
                endpoint.mask_failure(failure)
            })
        }
    }
}

/// Shows names only.
impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.variables.keys()).finish()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Identity").field(&self.shared.account).finish()
    }
}
