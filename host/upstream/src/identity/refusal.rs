//! Why there is no pass: what was tried, and what would help.

use clasp_model::{Auth, Failure, FailureKind, Retry, Source};

use super::Account;

/// Why no pass could be had. Holds no secret.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// What was tried and why it was nothing, in order.
    tried: Vec<String>,
    /// What would help beyond the usual.
    fix: Option<String>,
    /// It may well work in a moment.
    passing: bool,
}

impl Refusal {
    pub(super) fn none() -> Self {
        Self { tried: Vec::new(), fix: None, passing: false }
    }

    /// Something is set, and wrong.
    pub(super) fn wrong(what: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { tried: vec![what.into()], fix: Some(fix.into()), passing: false }
    }

    /// A server that should know does not answer as it should.
    pub(super) fn server(what: impl Into<String>, passing: bool) -> Self {
        Self { tried: vec![what.into()], fix: None, passing }
    }

    /// Nothing is there; `tried` tells where.
    pub(super) fn nowhere(tried: Vec<String>) -> Self {
        Self { tried, fix: None, passing: false }
    }

    /// Why, in words.
    pub(super) fn reasons(&self) -> String {
        self.tried.join("; ")
    }

    /// The same, with another way to mend it.
    pub(super) fn with_fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    /// For the client.
    pub(super) fn failure(self, plugin: &str, auth: &Auth, account: &Account) -> Failure {
        let with = match auth {
            Auth::AwsSigv4(_) => "AWS",
            Auth::Google(_) => "Google Cloud",
            Auth::Entra(_) => "Microsoft Entra ID",
            Auth::TokenExchange(_) => "its provider",
            Auth::Header(_) | Auth::Query(_) => "anything",
        };
        let fix = self.fix.clone().or_else(|| {
            let ways = ways(plugin, auth, account);
            (!self.passing && !ways.is_empty()).then(|| format!("set {ways}"))
        });
        let fix = fix.map(|fix| format!(": {fix}")).unwrap_or_default();
        let reasons = self.reasons();
        let message = format!("`{plugin}` cannot log in to {with} ({reasons}){fix}");
        let failure = Failure::new(FailureKind::Authentication, Source::Host, message);
        match self.passing {
            true => failure.with_retry(Retry::Again),
            false => failure,
        }
    }
}

/// What the operator may set to log in in this way.
pub(crate) fn ways(plugin: &str, auth: &Auth, account: &Account) -> String {
    let own = match account.of_machine {
        true => String::new(),
        false => format!("{}_", plugin.to_uppercase().replace('-', "_")),
    };
    match (auth, account.of_machine) {
        (Auth::AwsSigv4(_), true) => {
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, \
                                      or AWS_BEARER_TOKEN_BEDROCK"
                .to_owned()
        }
        (Auth::AwsSigv4(_), false) => {
            format!("{own}AWS_ACCESS_KEY_ID and {own}AWS_SECRET_ACCESS_KEY")
        }
        (Auth::Google(_), _) => format!(
            "{own}GOOGLE_APPLICATION_CREDENTIALS to a service account's key file, or \
             {own}GOOGLE_ACCESS_TOKEN"
        ),
        (Auth::Entra(_), _) => format!(
            "{own}AZURE_TENANT_ID, {own}AZURE_CLIENT_ID and {own}AZURE_CLIENT_SECRET, or \
             {own}AZURE_AD_TOKEN"
        ),
        (Auth::Header(_) | Auth::Query(_) | Auth::TokenExchange(_), _) => String::new(),
    }
}
