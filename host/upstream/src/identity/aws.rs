//! Keys for AWS, from where AWS's own tools look for them: variables, profile files, the container's
//! and the instance's metadata service
//! (<https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html>, read 2026-11-21).

mod metadata;
mod profile;

use std::path::PathBuf;
use std::time::Duration;

use reqwest::Url;
use secrecy::SecretString;
use serde_json::Value;

use self::profile::Profile;
use super::fetch::Fetcher;
use super::refusal::Refusal;
use super::{Account, AwsKeys, Fresh, Pass, clock};

/// Files of profiles may be rewritten by whoever renews the keys in them.
const FILE_LIFETIME: Duration = Duration::from_secs(600);

pub(super) fn is_set(account: &Account) -> bool {
    account
        .first(&[
            "AWS_ACCESS_KEY_ID",
            "AWS_BEARER_TOKEN_BEDROCK",
            "AWS_PROFILE",
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        ])
        .is_some()
        || profile::files(account).iter().any(|file| file.exists())
}

/// What requests to `service` are authenticated with.
pub(super) async fn pass(
    fetcher: &Fetcher,
    account: &Account,
    service: &str,
) -> Result<Fresh, Refusal> {
    match account.get("AWS_BEARER_TOKEN_BEDROCK").filter(|_| service == "bedrock") {
        Some(token) => {
            let pass = Pass::Token(SecretString::from(token));
            Ok(Fresh { pass, lifetime: None, renewable: false })
        }
        None => keys(fetcher, account).await,
    }
}

async fn keys(fetcher: &Fetcher, account: &Account) -> Result<Fresh, Refusal> {
    let mut tried = Vec::new();
    match (account.get("AWS_ACCESS_KEY_ID"), account.get("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => {
            let keys = AwsKeys {
                id: id.to_owned(),
                secret: SecretString::from(secret),
                session: account.get("AWS_SESSION_TOKEN").map(SecretString::from),
            };
            return Ok(Fresh { pass: Pass::Aws(keys), lifetime: None, renewable: false });
        }
        (None, None) => tried.push("AWS_ACCESS_KEY_ID is not set".to_owned()),
        (Some(_), None) => {
            let what = "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY";
            return Err(Refusal::wrong(what, "set both"));
        }
        (None, Some(_)) => {
            let what = "AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID";
            return Err(Refusal::wrong(what, "set both"));
        }
    }
    if !account.of_machine {
        return Err(Refusal::nowhere(tried));
    }
    match profile::read(account).await? {
        Profile::Keys(keys) => {
            let pass = Pass::Aws(keys);
            return Ok(Fresh { pass, lifetime: Some(FILE_LIFETIME), renewable: true });
        }
        Profile::Absent(why) => tried.push(why),
    }
    if account.get("AWS_WEB_IDENTITY_TOKEN_FILE").is_some() {
        let what = "AWS_WEB_IDENTITY_TOKEN_FILE is set, and clasp does not assume roles";
        return Err(Refusal::wrong(
            what,
            "give the pod its role by EKS Pod Identity, or set AWS_ACCESS_KEY_ID, \
             AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
        ));
    }
    match metadata::container(fetcher, account).await? {
        Some(fresh) => return Ok(fresh),
        None => tried.push("no container's credentials (AWS_CONTAINER_CREDENTIALS_…)".to_owned()),
    }
    match metadata::instance(fetcher, account).await {
        Ok(fresh) => Ok(fresh),
        Err(refusal) => {
            tried.push(format!("instance metadata: {}", refusal.reasons()));
            Err(Refusal::nowhere(tried))
        }
    }
}

/// The region that requests are signed for: the address's own, else the configured one.
pub(crate) fn region(url: &Url, account: &Account) -> Option<String> {
    let host = url.host_str().unwrap_or_default();
    let of_host = || {
        let known = [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];
        let ours = known.iter().any(|ending| host.ends_with(ending));
        host.split('.').find(|label| ours && is_region(label)).map(str::to_owned)
    };
    of_host().or_else(|| configured_region(account))
}

fn configured_region(account: &Account) -> Option<String> {
    let variable = account.first(&["AWS_REGION", "AWS_DEFAULT_REGION"]).map(str::to_owned);
    variable.or_else(|| region_from_files(account).map(|(region, _)| region))
}

/// The region of the operator's profile, and the file that says so.
pub fn region_from_files(account: &Account) -> Option<(String, PathBuf)> {
    profile::region(account)
}

/// `us-east-1`, `us-gov-west-1`
fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let area = parts.next().is_some_and(|area| area.len() == 2 && is_lower(area));
    let last = parts
        .next_back()
        .is_some_and(|last| last.len() == 1 && last.bytes().all(|digit| digit.is_ascii_digit()));
    let mut middle = parts.peekable();
    area && last && middle.peek().is_some() && middle.all(is_lower)
}

fn is_lower(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// Keys as the metadata services write them.
fn from_document(document: &Value, source: &str) -> Result<Fresh, Refusal> {
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    if let Some(code) = text("Code").filter(|code| *code != "Success") {
        return Err(Refusal::server(format!("{source} says {code}"), false));
    }
    let (Some(id), Some(secret)) = (text("AccessKeyId"), text("SecretAccessKey")) else {
        return Err(Refusal::server(format!("{source} gave no keys"), false));
    };
    let keys = AwsKeys {
        id: id.to_owned(),
        secret: SecretString::from(secret),
        session: text("Token").map(SecretString::from),
    };
    let lifetime = text("Expiration").and_then(|text| clock::until(text, clock::now()));
    let lifetime = Some(lifetime.unwrap_or(FILE_LIFETIME));
    Ok(Fresh { pass: Pass::Aws(keys), lifetime, renewable: true })
}

#[cfg(test)]
mod tests;
