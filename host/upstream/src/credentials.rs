//! Which credentials a request gets, and putting them on it.
//!
//! Called only with an address that was allowed (rule D7); no failure shows a secret's value.

mod sigv4;
mod template;

use clasp_model::{
    Auth, Failure, FailureKind, HttpRequest, Method, Source, Template, TokenExchange,
};
use http::{HeaderMap, HeaderValue};
use reqwest::Url;
use secrecy::ExposeSecret as _;

pub(crate) use self::template::fill;
use self::template::{Fault, TOKEN, fill_with, names};
use crate::answer::Answer;
use crate::endpoint::{Endpoint, hosts};
use crate::headers::credential_name;
use crate::identity::{self, AwsKeys, Fetcher, Granted, Pass};

/// Shorter bodies are hashed in place: it takes less than a switch of threads is worth.
const HASHED_AT_ONCE: u64 = 1024 * 1024;

/// What a request was authenticated with, if it was a token that may be renewed.
#[derive(Debug)]
pub(crate) struct Used {
    auth: Auth,
    granted: Granted,
}

/// Puts the endpoint's credentials on a request.
pub(crate) async fn apply(
    fetcher: &Fetcher,
    endpoint: &Endpoint,
    request: &HttpRequest,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Result<Option<Used>, Failure> {
    let Some(auth) = choose(endpoint)? else { return Ok(None) };
    match auth {
        Auth::Header(template) => put_header(endpoint, template, None, headers)?,
        Auth::Query(template) => put_query(endpoint, template, url)?,
        Auth::AwsSigv4(_) | Auth::Google(_) | Auth::Entra(_) | Auth::TokenExchange(_) => {
            hosts::check_account(endpoint, auth, url)?;
            let granted = endpoint.identity.pass(fetcher, endpoint, auth).await?;
            put_pass(endpoint, auth, &granted.pass, request, url, headers).await?;
            return Ok(Some(Used { auth: auth.clone(), granted }));
        }
    }
    Ok(None)
}

/// The same with another token than the one that was refused, if there is one.
pub(crate) async fn renew(
    fetcher: &Fetcher,
    endpoint: &Endpoint,
    refused: &Used,
    request: &HttpRequest,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Option<Used> {
    let Used { auth, granted } = refused;
    let granted = endpoint.identity.renew(fetcher, endpoint, auth, granted).await?;
    put_pass(endpoint, auth, &granted.pass, request, url, headers).await.ok()?;
    Some(Used { auth: auth.clone(), granted })
}

impl Used {
    /// Whether an answer says that the token does not hold any more.
    pub(crate) fn is_refused(&self, answer: &Answer) -> bool {
        match (&self.auth, answer.status) {
            (_, 401) => true,
            (Auth::AwsSigv4(_), 403) => {
                let kind = answer.headers.iter().find(|header| header.name == "x-amzn-errortype");
                let expired = ["ExpiredToken", "UnrecognizedClient", "InvalidClientTokenId"];
                kind.is_some_and(|kind| expired.iter().any(|name| kind.value.starts_with(name)))
            }
            _ => false,
        }
    }

    /// It was a new one, and refused as well: the fault is another.
    pub(crate) fn was_useless(&self, endpoint: &Endpoint) {
        endpoint.identity.renewal_was_useless(&self.auth);
    }
}

async fn put_pass(
    endpoint: &Endpoint,
    auth: &Auth,
    pass: &Pass,
    request: &HttpRequest,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    match (pass, auth) {
        (Pass::Token(token), Auth::TokenExchange(exchange)) => {
            put_header(endpoint, &exchange.apply, Some(token.expose_secret()), headers)
        }
        (Pass::Token(token), _) => {
            let value = HeaderValue::try_from(format!("Bearer {}", token.expose_secret()));
            let mut value = value.map_err(|_invalid| {
                let message = format!("the token of `{}` cannot be sent", endpoint.plugin);
                Failure::new(FailureKind::Authentication, Source::Host, message)
            })?;
            value.set_sensitive(true);
            headers.insert(http::header::AUTHORIZATION, value);
            Ok(())
        }
        (Pass::Aws(keys), auth) => {
            let service = match auth {
                Auth::AwsSigv4(service) => service.as_str(),
                _ => "",
            };
            sign(endpoint, keys, service, request, url, headers).await
        }
    }
}

async fn sign(
    endpoint: &Endpoint,
    keys: &AwsKeys,
    service: &str,
    request: &HttpRequest,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    let unsigned = |what: String| {
        let message = format!("requests of `{}` cannot be signed: {what}", endpoint.plugin);
        Failure::new(FailureKind::Authentication, Source::Host, message)
    };
    let region = identity::region(url, endpoint.identity.account()).ok_or_else(|| {
        unsigned("no region is set: set AWS_REGION, or `region` in the AWS profile".to_owned())
    })?;
    let hash = match request.body_len() {
        length if length < HASHED_AT_ONCE => sigv4::body_hash(&request.body),
        _ => {
            let body = request.body.clone();
            let hashing = tokio::task::spawn_blocking(move || sigv4::body_hash(&body));
            hashing.await.map_err(|_ended| unsigned("hashing it ended early".to_owned()))?
        }
    };
    let hash = hash.map_err(|error| Failure::invalid(error.to_string()))?;
    let date = identity::amz_date(identity::now());
    let scope = sigv4::Scope { region: &region, service, date: &date };
    let method = method(request.method);
    sigv4::spell(url);
    sigv4::sign(keys, &scope, &method, url, headers, &hash).map_err(unsigned)
}

/// The method as HTTP has it.
pub(crate) fn method(method: Method) -> http::Method {
    match method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
    }
}

fn put_header(
    endpoint: &Endpoint,
    template: &Template,
    token: Option<&str>,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    let name = credential_name(&template.name).ok_or_else(|| {
        bad_manifest(endpoint, &format!("{:?} cannot be a header", template.name))
    })?;
    let value = fill_with(endpoint, &template.value, token)
        .map_err(|fault| template_fault(endpoint, fault))?;
    let sendable = Some(value).filter(|value| value.is_ascii());
    let value = sendable.and_then(|value| HeaderValue::try_from(value).ok());
    let mut value =
        value.ok_or_else(|| unsendable(endpoint, &template.value, "characters that no key has"))?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

fn put_query(endpoint: &Endpoint, template: &Template, url: &mut Url) -> Result<(), Failure> {
    let value = fill(endpoint, &template.value).map_err(|fault| template_fault(endpoint, fault))?;
    // A parameter of the same name that the plugin wrote must not win.
    if url.query_pairs().any(|(name, _)| name == template.name) {
        let message = format!(
            "the plugin `{}` wrote the query parameter `{}` itself, which its manifest leaves to \
             the host",
            endpoint.plugin, template.name
        );
        return Err(Failure::new(FailureKind::Permission, Source::Plugin, message));
    }
    url.query_pairs_mut().append_pair(&template.name, &value);
    Ok(())
}

/// The first way to authenticate for which something is set; where nothing is, the first that the
/// machine itself may know an account for; none where none is needed.
fn choose(endpoint: &Endpoint) -> Result<Option<&Auth>, Failure> {
    let identity = &endpoint.identity;
    let mut missing = Vec::new();
    let mut ways: Vec<String> = Vec::new();
    let mut machine = None;
    for auth in &endpoint.auth {
        let names = match auth {
            Auth::Header(template) | Auth::Query(template) => names(&template.value),
            Auth::TokenExchange(exchange) => names_of_exchange(exchange),
            Auth::AwsSigv4(_) | Auth::Google(_) | Auth::Entra(_) => {
                if identity.is_set(auth) {
                    return Ok(Some(auth));
                }
                if identity.account().of_machine && !matches!(auth, Auth::Entra(_)) {
                    machine = machine.or(Some(auth));
                }
                ways.push(identity::ways(&endpoint.plugin, auth, identity.account()));
                continue;
            }
        };
        let names = names.map_err(|fault| template_fault(endpoint, fault))?;
        let unset: Vec<&str> =
            names.into_iter().filter(|name| !template::is_set(endpoint, name)).collect();
        if unset.is_empty() {
            return Ok(Some(auth));
        }
        missing.extend(unset);
    }
    if machine.is_some() {
        return Ok(machine);
    }
    let required = |name: &&str| {
        let declared = endpoint.declared.iter().find(|secret| secret.name == **name);
        declared.is_none_or(|secret| secret.required)
    };
    if !ways.is_empty() || missing.iter().any(required) {
        let wanted = Some(wanted(endpoint, &missing)).filter(|wanted| !wanted.is_empty());
        let ways: Vec<String> = wanted.into_iter().chain(ways).collect();
        let message = format!("`{}` has no key: set {}", endpoint.plugin, ways.join(", or "));
        return Err(Failure::new(FailureKind::Authentication, Source::Host, message));
    }
    Ok(None)
}

fn names_of_exchange(exchange: &TokenExchange) -> Result<Vec<&str>, Fault> {
    let mut all = names(&exchange.header.value)?;
    all.extend(names(&exchange.apply.value)?.into_iter().filter(|name| *name != TOKEN));
    Ok(all)
}

/// What the operator is to set, once each: `OPENAI_API_KEY or OTHER_KEY (the key's description)`.
fn wanted(endpoint: &Endpoint, missing: &[&str]) -> String {
    let mut texts: Vec<String> = Vec::new();
    for name in missing {
        let declared = endpoint.declared.iter().find(|secret| secret.name == *name);
        let text = match declared {
            Some(secret) => {
                let variables = match secret.env.is_empty() {
                    true => format!("the secret `{name}`"),
                    false => secret.env.join(" or "),
                };
                match secret.description.is_empty() {
                    true => variables,
                    false => format!("{variables} ({})", secret.description.trim_end_matches('.')),
                }
            }
            None => format!("the secret `{name}`"),
        };
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.join(", or ")
}

fn template_fault(endpoint: &Endpoint, fault: Fault) -> Failure {
    match fault {
        Fault::Control(name) => unsendable(endpoint, &format!("{{{name}}}"), "control characters"),
        fault => bad_manifest(endpoint, &fault.to_string()),
    }
}

/// A secret that cannot be sent is the operator's to mend.
fn unsendable(endpoint: &Endpoint, template: &str, what: &str) -> Failure {
    let names = names(template).unwrap_or_default();
    let message = format!(
        "the value of {} has {what} (a line break copied along?): set it again",
        wanted(endpoint, &names),
    );
    Failure::new(FailureKind::Authentication, Source::Host, message)
}

fn bad_manifest(endpoint: &Endpoint, what: &str) -> Failure {
    let message = format!("the manifest of the plugin `{}` is wrong: {what}", endpoint.plugin);
    Failure::new(FailureKind::Protocol, Source::Plugin, message)
}

#[cfg(test)]
mod tests;
