//! What a configuration file may say: one definition that checks it, makes its JSON Schema and its
//! reference.

mod check;
mod json;
mod reference;
mod root;

#[cfg(test)]
mod tests;

pub(crate) use self::check::{check, has_secret};
pub use self::json::schema;
pub use self::reference::reference;
pub(crate) use self::root::{CONNECTION_HEADERS, root, shared};
use crate::Definition;
use crate::kind::Kind;

/// What may stand at a place of the file.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A single value.
    Value(Kind),
    /// A list.
    List(Box<Shape>),
    /// A mapping of names of the operator's own.
    Names(Box<Shape>, Name),
    /// A mapping with known keys.
    Object(Object),
    /// Any of these, which differ in whether they are a value, a list or a mapping.
    Either(Vec<Shape>),
    /// Anything: somebody else checks it.
    Anything,
    /// What a later build reads.
    Later(&'static str),
    /// What stands at several places, by its name.
    Shared(&'static str, fn() -> Shape),
}

/// A mapping with known keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object {
    pub(crate) members: Vec<Member>,
    /// What other keys hold; none: there are no others.
    pub(crate) others: Option<Box<Shape>>,
}

impl Object {
    /// What a key holds; none: there is no such key.
    pub(crate) fn member(&self, key: &str) -> Option<&Shape> {
        let member = self.members.iter().find(|member| member.key == key);
        member.map(|member| &member.shape).or(self.others.as_deref())
    }
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) key: &'static str,
    pub(crate) about: &'static str,
    pub(crate) shape: Shape,
    pub(crate) required: bool,
    /// The setting that it is, if it has one value.
    pub(crate) setting: Option<&'static Definition>,
}

/// What names of the operator's own look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Of a provider: letters, digits, `-` and `_`.
    Provider,
    /// Of a model, or a pattern of names.
    Model,
    /// Of a header.
    Header,
}

impl Name {
    /// What stands in the reference for it.
    pub(crate) fn placeholder(self) -> &'static str {
        match self {
            Self::Provider | Self::Header => "<name>",
            Self::Model => "<model>",
        }
    }

    /// Whether `name` will do; else what would.
    pub(crate) fn check(self, name: &str) -> Result<(), &'static str> {
        let plain = |extra: &[char]| {
            !name.is_empty()
                && name.chars().all(|next| next.is_ascii_alphanumeric() || extra.contains(&next))
        };
        match self {
            Self::Provider if !plain(&['-', '_']) => Err("letters, digits, - and _"),
            Self::Model if name.trim().is_empty() => Err("a name of a model"),
            Self::Header if !plain(&['-', '_', '.']) => Err("letters, digits and dashes"),
            Self::Header if CONNECTION_HEADERS.contains(&name.to_lowercase().as_str()) => {
                Err("a header that does not belong to the connection itself")
            }
            _ => Ok(()),
        }
    }
}
