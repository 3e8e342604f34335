//! Tokens of Microsoft Entra ID: a given one, or one for an application's secret
//! (<https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow>,
//! read 2026-11-21).

use std::time::Duration;

use secrecy::SecretString;

use super::fetch::{self, Fetcher, Question};
use super::refusal::Refusal;
use super::{Account, Fresh, Pass};

/// Where applications log in unless `AZURE_AUTHORITY_HOST` says otherwise.
const AUTHORITY: &str = "https://login.microsoftonline.com";

/// A token that is used as it is.
const TOKENS: [&str; 2] = ["AZURE_AD_TOKEN", "AZURE_OPENAI_AD_TOKEN"];

const APPLICATION: [&str; 3] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];

pub(super) fn is_set(account: &Account) -> bool {
    account.first(&TOKENS).is_some() || account.get("AZURE_CLIENT_SECRET").is_some()
}

pub(super) async fn token(
    fetcher: &Fetcher,
    account: &Account,
    scope: &str,
) -> Result<Fresh, Refusal> {
    if let Some(token) = account.first(&TOKENS) {
        let pass = Pass::Token(SecretString::from(token));
        return Ok(Fresh { pass, lifetime: None, renewable: false });
    }
    let [tenant, client, secret] = APPLICATION.map(|name| account.get(name));
    let (Some(tenant), Some(client), Some(secret)) = (tenant, client, secret) else {
        let unset = APPLICATION.iter().filter(|name| account.get(name).is_none());
        let unset: Vec<String> = unset.map(|name| format!("{name} is not set")).collect();
        return Err(Refusal::nowhere(unset));
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-._".contains(letter);
    if !tenant.chars().all(plain) {
        let what = "AZURE_TENANT_ID is neither an id nor a domain";
        return Err(Refusal::wrong(what, "copy the tenant's id again"));
    }
    let authority = account.get("AZURE_AUTHORITY_HOST").unwrap_or(AUTHORITY).trim_end_matches('/');
    // The variable of Azure's own tools often stands without a scheme.
    let authority = match authority.contains("://") {
        true => authority.to_owned(),
        false => format!("https://{authority}"),
    };
    let url = format!("{authority}/{tenant}/oauth2/v2.0/token");
    let url = fetch::endpoint(&url, "AZURE_AUTHORITY_HOST")?;
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
        ("scope", scope),
    ];
    let reply = fetcher.ask(Question::form(url, &fields)).await?;
    let document = reply.json().map_err(|refusal| {
        refusal.with_fix("check AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET")
    })?;
    granted(&document)
}

/// A token as OAuth's token endpoints give it.
pub(super) fn granted(document: &serde_json::Value) -> Result<Fresh, Refusal> {
    let token = document.get("access_token").and_then(serde_json::Value::as_str);
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return Err(Refusal::server("the token endpoint answered without access_token", false));
    };
    let seconds = document.get("expires_in");
    let seconds = seconds.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    let lifetime = Some(Duration::from_secs(seconds.unwrap_or(USUAL)));
    Ok(Fresh { pass: Pass::Token(SecretString::from(token)), lifetime, renewable: true })
}

/// Seconds that a token holds when nobody says how long.
const USUAL: u64 = 600;
