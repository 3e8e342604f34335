//! Every value with where it came from, for `config show`.

use secrecy::SecretString;

use super::Reader;
use crate::file::{Data, Node};
use crate::kind::Kind;
use crate::shape::{self, Shape};
use crate::{Origin, definition};

/// A value as people may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its place in a configuration file: `server.port`.
    pub key: String,
    /// As it was written; a secret is `(set)`, nothing is empty.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// What is shown of a secret.
const SET: &str = "(set)";

impl Reader {
    pub(super) fn shown(&self) -> Vec<Shown> {
        let mut shown: Vec<Shown> = definition::settings()
            .map(|definition| match self.find(definition) {
                Some(found) => {
                    let hidden = definition.kind.is_secret() || found.secret;
                    let value = if hidden { SET.to_owned() } else { found.text };
                    Shown { key: definition.key.to_owned(), value, origin: found.origin }
                }
                None => Shown {
                    key: definition.key.to_owned(),
                    value: definition.default.to_owned(),
                    origin: Origin::Default,
                },
            })
            .collect();
        let mut more = Vec::new();
        self.leaves(&self.file.root, &shape::root(), "", &mut more);
        for leaf in more {
            // A setting with one value was shown, and one that is more than that stands below it.
            if !shown.iter().any(|known| known.key == leaf.key) {
                let above = |known: &Shown| {
                    known.origin == Origin::Default
                        && leaf
                            .key
                            .strip_prefix(&known.key)
                            .is_some_and(|rest| rest.starts_with(['.', '[']))
                };
                shown.retain(|known| !above(known));
                shown.push(leaf);
            }
        }
        shown.extend(self.of_variables());
        shown
    }

    /// Aliases, keys and base URLs of providers that variables set.
    fn of_variables(&self) -> Vec<Shown> {
        let names = self.environment.names().filter(|name| self.environment.get(name).is_some());
        names
            .filter_map(|name| {
                let origin = self.environment.origin(name);
                let value = self.environment.get(name)?.to_owned();
                let provider = |rest: &str| rest.to_lowercase().replace('_', "-");
                if let Some(alias) = name.strip_prefix(definition::ALIAS_PREFIX) {
                    let key = format!("aliases.{}", alias.to_lowercase());
                    return Some(Shown { key, value, origin });
                }
                let own = name.strip_prefix("CLASP_").unwrap_or(name);
                if (own != name && name != "CLASP_ANTHROPIC_BASE_URL")
                    || name == "ANTHROPIC_BASE_URL"
                {
                    return None;
                }
                if let Some(rest) = name.strip_suffix("_API_KEY") {
                    let key = format!("providers.{}.api_key", provider(rest));
                    return Some(Shown { key, value: SET.to_owned(), origin });
                }
                let rest = own.strip_suffix("_BASE_URL")?;
                // A user or password belongs in no URL, but may be there.
                let value = if value.contains('@') { SET.to_owned() } else { value };
                Some(Shown { key: format!("providers.{}.base_url", provider(rest)), value, origin })
            })
            .collect()
    }

    /// Values of the file that are likely secrets, for masking. Clients' keys are not kept.
    pub(super) fn masked(&self) -> Vec<SecretString> {
        let mut masked = Vec::new();
        let parts = self.file.root.entries().iter();
        for part in parts.filter(|part| !["auth", "keys"].contains(&part.key.as_str())) {
            likely(&part.node, &mut masked);
        }
        masked
    }

    /// Every single value of the file.
    fn leaves(&self, node: &Node, shape: &Shape, at: &str, shown: &mut Vec<Shown>) {
        let place = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
        let shape = match shape {
            Shape::Shared(_, make) => return self.leaves(node, &make(), at, shown),
            Shape::Either(shapes) => {
                let Some(fits) = shapes.iter().find(|shape| shape.is_for(&node.data)) else {
                    return;
                };
                fits
            }
            shape => shape,
        };
        match &node.data {
            Data::Null => {}
            Data::Text(text) if node.is_set() => {
                let hidden = match shape {
                    Shape::Value(kind) => {
                        kind.is_secret() || *kind == Kind::Url && text.value.contains('@')
                    }
                    _ => false,
                };
                let hidden = hidden || text.secret.is_some();
                let value = if hidden { SET.to_owned() } else { text.value.trim().to_owned() };
                let origin = self.file.origin(node.line);
                shown.push(Shown { key: at.to_owned(), value, origin });
            }
            Data::Text(_) => {}
            Data::List(items) => {
                let each = match shape {
                    Shape::List(each) => each,
                    _ => &Shape::Anything,
                };
                for (index, item) in items.iter().enumerate() {
                    self.leaves(item, each, &format!("{at}[{index}]"), shown);
                }
            }
            Data::Map(entries) => {
                for entry in entries {
                    let inner = match shape {
                        Shape::Names(each, _) => Some(&**each),
                        Shape::Object(object) => object.member(&entry.key),
                        _ => Some(&Shape::Anything),
                    };
                    let Some(inner) = inner else { continue };
                    self.leaves(&entry.node, inner, &place(&entry.key), shown);
                }
            }
        }
    }
}

/// Texts below `node` whose keys are named like secrets.
fn likely(node: &Node, masked: &mut Vec<SecretString>) {
    const ENDINGS: &[&str] = &["authorization", "cookie", "key", "password", "secret", "token"];
    for entry in node.entries() {
        let name = entry.key.to_lowercase();
        match entry.node.value() {
            Some(value) if ENDINGS.iter().any(|ending| name.ends_with(ending)) => {
                masked.push(SecretString::from(value));
            }
            _ => likely(&entry.node, masked),
        }
    }
    node.items().iter().for_each(|item| likely(item, masked));
}
