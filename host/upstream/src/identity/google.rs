//! Tokens for Google Cloud, from where its own libraries look for them: a given token, a service
//! account's or a user's file, the metadata server
//! (<https://cloud.google.com/docs/authentication/application-default-credentials>, read 2026-11-21).

mod assertion;

use std::path::PathBuf;

use reqwest::Url;
use secrecy::SecretString;
use serde::Deserialize;

use super::entra::granted;
use super::fetch::{self, Fetcher, Question};
use super::refusal::Refusal;
use super::{Account, Fresh, Pass, clock, file};

/// Where tokens are granted unless the file says otherwise.
const TOKEN_URL: &str = "https://oauth2.googleapis.com/token";

/// What is asked for where the plugin names nothing.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The metadata server, where `GCE_METADATA_HOST` names no other.
const METADATA: &str = "metadata.google.internal";

const TOKENS: [&str; 2] = ["GOOGLE_ACCESS_TOKEN", "VERTEX_ACCESS_TOKEN"];

const FILE: &str = "GOOGLE_APPLICATION_CREDENTIALS";

/// A file of credentials. Has no `Debug`: it holds keys.
#[derive(Deserialize)]
struct Credentials {
    #[serde(rename = "type", default)]
    kind: String,
    client_email: Option<String>,
    private_key: Option<SecretString>,
    private_key_id: Option<String>,
    token_uri: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    refresh_token: Option<SecretString>,
}

pub(super) fn is_set(account: &Account) -> bool {
    account.first(&TOKENS).is_some()
        || account.first(&[FILE, "GCE_METADATA_HOST"]).is_some()
        || usual_file(account).is_some_and(|path| path.exists())
}

pub(super) async fn token(
    fetcher: &Fetcher,
    account: &Account,
    scopes: &[String],
) -> Result<Fresh, Refusal> {
    if let Some(token) = account.first(&TOKENS) {
        let pass = Pass::Token(SecretString::from(token));
        return Ok(Fresh { pass, lifetime: None, renewable: false });
    }
    let scope = match scopes {
        [] => SCOPE.to_owned(),
        scopes => scopes.join(" "),
    };
    let named = account.get(FILE).map(PathBuf::from);
    let mut tried = vec![format!("{FILE} is not set")];
    if let Some(path) = named.clone().or_else(|| usual_file(account)) {
        let text = file::read(&path).await.map_err(|why| Refusal::wrong(why, "correct it"))?;
        match text {
            Some(text) => {
                return from_file(fetcher, &path.display().to_string(), &text, &scope).await;
            }
            None if named.is_some() => {
                let what = format!("{FILE} names {}, which is not there", path.display());
                return Err(Refusal::wrong(what, "correct it"));
            }
            None => tried.push(format!("there is no {}", path.display())),
        }
    }
    if !account.of_machine {
        return Err(Refusal::nowhere(tried));
    }
    match metadata(fetcher, account, &scope).await {
        Ok(fresh) => Ok(fresh),
        Err(refusal) => {
            tried.push(format!("metadata server: {}", refusal.reasons()));
            Err(Refusal::nowhere(tried))
        }
    }
}

/// The project of the operator's file, and the file that says so.
pub fn project_from_file(account: &Account) -> Option<(String, PathBuf)> {
    #[derive(Deserialize)]
    struct Project {
        project_id: Option<String>,
        quota_project_id: Option<String>,
    }
    let path = account.get(FILE).map(PathBuf::from).or_else(|| usual_file(account))?;
    let text = file::read_now(&path).ok()??;
    let project: Project = serde_json::from_str(&text).ok()?;
    Some((project.project_id.or(project.quota_project_id)?, path))
}

/// Where Google's own tool keeps what `gcloud auth application-default login` gave it.
fn usual_file(account: &Account) -> Option<PathBuf> {
    if !account.of_machine {
        return None;
    }
    let directory = match account.get("CLOUDSDK_CONFIG") {
        Some(directory) => PathBuf::from(directory),
        None => account.home.as_ref()?.join(".config").join("gcloud"),
    };
    Some(directory.join("application_default_credentials.json"))
}

async fn from_file(
    fetcher: &Fetcher,
    path: &str,
    text: &str,
    scope: &str,
) -> Result<Fresh, Refusal> {
    // The parser's own words could show a key.
    let credentials: Credentials = serde_json::from_str(text).map_err(|error| {
        let what = format!("{path} is no file of credentials (line {})", error.line());
        Refusal::wrong(what, "download the key again")
    })?;
    let url = credentials.token_uri.as_deref().unwrap_or(TOKEN_URL);
    let url = fetch::endpoint(url, &format!("token_uri in {path}"))?;
    let question = match credentials.kind.as_str() {
        "service_account" => service_account(&credentials, path, url, scope)?,
        "authorized_user" => user(&credentials, path, url)?,
        other => {
            return Err(Refusal::wrong(
                format!("{path} is of the type {other:?}, which clasp does not log in with"),
                "use a service account's key file, or GOOGLE_ACCESS_TOKEN=$(gcloud auth \
                 application-default print-access-token)",
            ));
        }
    };
    let reply = fetcher.ask(question).await?;
    let document = reply.json().map_err(|refusal| {
        let fix = match credentials.kind.as_str() {
            "authorized_user" => "log in again: gcloud auth application-default login".to_owned(),
            _ => format!("check that the key in {path} is still in use, and this machine's clock"),
        };
        refusal.with_fix(fix)
    })?;
    granted(&document)
}

fn service_account(
    credentials: &Credentials,
    path: &str,
    url: Url,
    scope: &str,
) -> Result<Question, Refusal> {
    let (Some(email), Some(key)) = (&credentials.client_email, &credentials.private_key) else {
        let what = format!("{path} has no client_email or no private_key");
        return Err(Refusal::wrong(what, "download the key again"));
    };
    let key_id = credentials.private_key_id.as_deref();
    let claims = assertion::Claims { email, scope, audience: url.as_str(), now: clock::now() };
    let assertion = assertion::signed(&claims, key_id, key).map_err(|why| {
        Refusal::wrong(format!("private_key in {path} {why}"), "download the key again")
    })?;
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    Ok(Question::form(url, &[("grant_type", grant), ("assertion", &assertion)]))
}

fn user(credentials: &Credentials, path: &str, url: Url) -> Result<Question, Refusal> {
    use secrecy::ExposeSecret;
    let parts = (&credentials.client_id, &credentials.client_secret, &credentials.refresh_token);
    let (Some(id), Some(secret), Some(refresh)) = parts else {
        let what = format!("{path} has no client_id, client_secret or refresh_token");
        return Err(Refusal::wrong(what, "log in again: gcloud auth application-default login"));
    };
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", id),
        ("client_secret", secret.expose_secret()),
        ("refresh_token", refresh.expose_secret()),
    ];
    Ok(Question::form(url, &fields))
}

async fn metadata(fetcher: &Fetcher, account: &Account, scope: &str) -> Result<Fresh, Refusal> {
    let off = account.get("NO_GCE_CHECK").filter(|_| account.get("GCE_METADATA_HOST").is_none());
    if off.is_some_and(|off| off.eq_ignore_ascii_case("true")) {
        return Err(Refusal::nowhere(vec!["NO_GCE_CHECK is set".to_owned()]));
    }
    let host = account.get("GCE_METADATA_HOST").unwrap_or(METADATA);
    let url = format!("http://{host}/computeMetadata/v1/instance/service-accounts/default/token");
    let mut url = Url::parse(&url).map_err(|error| {
        Refusal::wrong(format!("GCE_METADATA_HOST is no host: {error}"), "give host:port")
    })?;
    url.query_pairs_mut().append_pair("scopes", &scope.replace(' ', ","));
    let question = Question::get(url).header("metadata-flavor", "Google").nearby();
    granted(&fetcher.ask(question).await?.json()?)
}

#[cfg(test)]
mod tests;
