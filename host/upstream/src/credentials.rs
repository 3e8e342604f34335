//! Which credentials a request gets, and putting them on it.
//!
//! Called only with an address that was allowed (rule D7); no failure shows a secret's value.

mod template;

use clasp_model::{Auth, Failure, FailureKind, Source};
use http::{HeaderMap, HeaderValue};
use reqwest::Url;

use self::template::{Fault, fill, names};
use crate::endpoint::Endpoint;
use crate::headers::credential_name;

/// Puts the endpoint's credentials on a request.
pub(crate) fn apply(
    endpoint: &Endpoint,
    url: &mut Url,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    let Some(auth) = choose(endpoint)? else { return Ok(()) };
    match auth {
        Auth::Header(template) => {
            let name = credential_name(&template.name).ok_or_else(|| {
                bad_manifest(endpoint, &format!("{:?} cannot be a header", template.name))
            })?;
            let value = filled(endpoint, &template.value)?;
            let sendable = Some(value).filter(|value| value.is_ascii());
            let value = sendable.and_then(|value| HeaderValue::try_from(value).ok());
            let mut value = value.ok_or_else(|| {
                unsendable(endpoint, &template.value, "characters that no key has")
            })?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Auth::Query(template) => {
            let value = filled(endpoint, &template.value)?;
            // A parameter of the same name that the plugin wrote must not win.
            let others: Vec<(String, String)> = url
                .query_pairs()
                .filter(|(name, _)| *name == template.name)
                .map(|(name, value)| (name.into_owned(), value.into_owned()))
                .collect();
            if !others.is_empty() {
                let message = format!(
                    "the plugin `{}` wrote the query parameter `{}` itself, which its manifest \
                     leaves to the host",
                    endpoint.plugin, template.name
                );
                return Err(Failure::new(FailureKind::Permission, Source::Plugin, message));
            }
            url.query_pairs_mut().append_pair(&template.name, &value);
        }
        Auth::AwsSigv4(_) | Auth::Google(_) | Auth::Entra(_) | Auth::TokenExchange(_) => {}
    }
    Ok(())
}

/// The first way to authenticate whose secrets are set; none where none is needed.
fn choose(endpoint: &Endpoint) -> Result<Option<&Auth>, Failure> {
    let mut missing = Vec::new();
    let mut later = None;
    for auth in &endpoint.auth {
        match auth {
            Auth::Header(template) | Auth::Query(template) => {
                let names =
                    names(&template.value).map_err(|fault| template_fault(endpoint, fault))?;
                let unset = names.into_iter().filter(|name| !template::is_set(endpoint, name));
                let unset: Vec<&str> = unset.collect();
                if unset.is_empty() {
                    return Ok(Some(auth));
                }
                missing.extend(unset);
            }
            Auth::AwsSigv4(_) => later = later.or(Some("AWS Signature Version 4")),
            Auth::Google(_) => later = later.or(Some("Google application default credentials")),
            Auth::Entra(_) => later = later.or(Some("Microsoft Entra ID")),
            Auth::TokenExchange(_) => later = later.or(Some("a token exchange")),
        }
    }
    if let Some(later) = later {
        let instead = match wanted(endpoint, &missing) {
            wanted if wanted.is_empty() => String::new(),
            wanted => format!("; instead, set {wanted}"),
        };
        let message = format!(
            "`{}` authenticates with {later}, which is not supported yet by this build{instead}",
            endpoint.plugin
        );
        return Err(Failure::new(FailureKind::Unsupported, Source::Host, message));
    }
    let required = |name: &&str| {
        let declared = endpoint.declared.iter().find(|secret| secret.name == **name);
        declared.is_none_or(|secret| secret.required)
    };
    if missing.iter().any(required) {
        let message =
            format!("`{}` has no key: set {}", endpoint.plugin, wanted(endpoint, &missing));
        return Err(Failure::new(FailureKind::Authentication, Source::Host, message));
    }
    Ok(None)
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

fn filled(endpoint: &Endpoint, text: &str) -> Result<String, Failure> {
    fill(endpoint, text).map_err(|fault| template_fault(endpoint, fault))
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
