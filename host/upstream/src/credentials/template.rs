//! `Bearer {api-key}`: a text with places for secrets.
//!
//! A value is put in as it is, once: braces in a secret are not places.

use secrecy::ExposeSecret;

use crate::endpoint::Endpoint;

/// The place of a token that was fetched.
pub(crate) const TOKEN: &str = "token";

/// Why a template cannot be filled. Never holds a secret's value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// `{` without `}`.
    #[error("a `{{` in an auth template is never closed")]
    Open,
    /// `{}`.
    #[error("an auth template has `{{}}` without a name")]
    Nameless,
    /// A secret that is not set.
    #[error("an auth template needs the secret `{0}`, which is not set")]
    Unset(String),
    /// A secret with control characters.
    #[error("the secret `{0}` has control characters")]
    Control(String),
}

/// The names of the secrets that a template needs.
pub(crate) fn names(template: &str) -> Result<Vec<&str>, Fault> {
    let mut names = Vec::new();
    pieces(template, |piece| {
        if let Piece::Name(name) = piece {
            names.push(name);
        }
        Ok(())
    })?;
    Ok(names)
}

/// Whether a secret has a value that is not empty.
pub(crate) fn is_set(endpoint: &Endpoint, name: &str) -> bool {
    endpoint.secrets.get(name).is_some_and(|value| !value.expose_secret().is_empty())
}

/// A template with its secrets put in.
pub(crate) fn fill(endpoint: &Endpoint, template: &str) -> Result<String, Fault> {
    fill_with(endpoint, template, None)
}

/// A template with its secrets put in, and `token` for `{token}`.
pub(crate) fn fill_with(
    endpoint: &Endpoint,
    template: &str,
    token: Option<&str>,
) -> Result<String, Fault> {
    let mut text = String::with_capacity(template.len() + 64);
    pieces(template, |piece| {
        match piece {
            Piece::Text(piece) => text.push_str(piece),
            Piece::Name(name) => {
                let secret = endpoint.secrets.get(name).map(ExposeSecret::expose_secret);
                let secret = token.filter(|_| name == TOKEN).or(secret);
                let secret = secret.ok_or_else(|| Fault::Unset(name.to_owned()))?;
                if secret.chars().any(char::is_control) {
                    return Err(Fault::Control(name.to_owned()));
                }
                text.push_str(secret);
            }
        }
        Ok(())
    })?;
    Ok(text)
}

enum Piece<'template> {
    Text(&'template str),
    Name(&'template str),
}

fn pieces<'template>(
    template: &'template str,
    mut each: impl FnMut(Piece<'template>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut rest = template;
    while let Some((text, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or(Fault::Open)?;
        if name.trim().is_empty() {
            return Err(Fault::Nameless);
        }
        each(Piece::Text(text))?;
        each(Piece::Name(name.trim()))?;
        rest = after;
    }
    each(Piece::Text(rest))
}
