//! A key given away for a short-lived token, at an endpoint that the manifest names.
//!
//! The endpoint's host must be among the manifest's (rule D7): the operator's base URL does not
//! count, for it is another server.

use std::time::Duration;

use clasp_model::TokenExchange;
use secrecy::SecretString;
use serde_json::Value;

use super::fetch::{self, Fetcher, Question};
use super::refusal::Refusal;
use super::{Fresh, Pass, clock};
use crate::credentials::fill;
use crate::endpoint::{Endpoint, hosts};

/// How long a token holds when its endpoint does not say.
const USUAL: Duration = Duration::from_secs(600);

pub(super) async fn token(
    fetcher: &Fetcher,
    endpoint: &Endpoint,
    exchange: &TokenExchange,
) -> Result<Fresh, Refusal> {
    let url = fetch::endpoint(&exchange.url, "the manifest's token endpoint")?;
    if !hosts::is_listed(endpoint, &url) {
        let host = url.host_str().unwrap_or_default();
        let what = format!("its manifest does not list {host}, where it would fetch a token");
        return Err(Refusal::wrong(what, "tell the plugin's author"));
    }
    let key = fill(endpoint, &exchange.header.value)
        .map_err(|fault| Refusal::wrong(fault.to_string(), "set the key again"))?;
    let question = Question::post(url).header(&exchange.header.name, &key);
    let document = fetcher.ask(question).await?.json()?;
    let Some(token) = document.pointer(&exchange.token).and_then(Value::as_str) else {
        let what = format!("the token endpoint answered without {}", exchange.token);
        return Err(Refusal::server(what, false));
    };
    let expires = exchange.expires.as_ref().and_then(|pointer| document.pointer(pointer));
    let lifetime = expires.and_then(|expires| lifetime(expires, clock::now())).unwrap_or(USUAL);
    let pass = Pass::Token(SecretString::from(token));
    Ok(Fresh { pass, lifetime: Some(lifetime), renewable: true })
}

/// Unix seconds, as a number or its digits; or a date.
fn lifetime(expires: &Value, now: u64) -> Option<Duration> {
    let seconds = match expires {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    match seconds {
        Some(seconds) => Duration::try_from_secs_f64(seconds)
            .ok()
            .map(|at| at.saturating_sub(Duration::from_secs(now))),
        None => clock::until(expires.as_str()?, now),
    }
}
