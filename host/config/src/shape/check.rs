//! A file against its shape: everything that does not fit, at once.

use super::{Member, Name, Object, Shape};
use crate::fault::nearest;
use crate::file::File;
use crate::file::node::{Data, Node, Text, Type};
use crate::kind::{Kind, one_of};
use crate::{Fault, definition};

/// More are not told at once.
const MOST_FAULTS: usize = 100;

/// Everything in `file` that does not fit `shape`.
pub(crate) fn check(file: &File, shape: &Shape) -> Vec<Fault> {
    let mut check = Check { file, faults: Vec::new() };
    check.node(&file.root, shape, "");
    check.faults
}

/// Whether a key stands in the file itself, and not in a variable.
pub(crate) fn has_secret(node: &Node, shape: &Shape) -> bool {
    match (shape, &node.data) {
        (Shape::Value(kind), Data::Text(text)) => {
            *kind == Kind::Secret && text.written.is_none() && node.is_set()
        }
        (Shape::List(each), Data::List(items)) => items.iter().any(|item| has_secret(item, each)),
        (Shape::Names(each, _), Data::Map(entries)) => {
            entries.iter().any(|entry| has_secret(&entry.node, each))
        }
        (Shape::Object(object), Data::Map(_)) => object
            .members
            .iter()
            .any(|member| node.get(member.key).is_some_and(|node| has_secret(node, &member.shape))),
        (Shape::Shared(_, make), _) => has_secret(node, &make()),
        (Shape::Either(shapes), data) => {
            shapes.iter().any(|shape| shape.is_for(data) && has_secret(node, shape))
        }
        _ => false,
    }
}

struct Check<'a> {
    file: &'a File,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn node(&mut self, node: &Node, shape: &Shape, at: &str) {
        if matches!(node.data, Data::Null) {
            return;
        }
        match (shape, &node.data) {
            (Shape::Anything, _) => {}
            (Shape::Shared(_, make), _) => self.node(node, &make(), at),
            (Shape::Later(what), _) => {
                let what = format!("{at}: this build has no {what} yet");
                self.fault(node.line, what, "leave it out");
            }
            (Shape::Value(kind), Data::Text(text)) => self.value(node.line, text, *kind, at),
            (Shape::List(each), Data::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    let at = format!("{at}[{index}]");
                    if item.is_set() {
                        self.node(item, each, &at);
                    } else {
                        self.fault(item.line, format!("{at} is empty"), "remove it");
                    }
                }
            }
            (Shape::Names(each, name), Data::Map(_)) => self.names(node, each, *name, at),
            (Shape::Object(object), Data::Map(_)) => self.object(node, object, at),
            (Shape::Either(shapes), _) => {
                match shapes.iter().find(|shape| shape.is_for(&node.data)) {
                    Some(shape) => self.node(node, shape, at),
                    None => self.misfit(node, shape, at),
                }
            }
            // An empty text is as not set.
            (_, Data::Text(_)) if !node.is_set() => {}
            _ => self.misfit(node, shape, at),
        }
    }

    fn misfit(&mut self, node: &Node, shape: &Shape, at: &str) {
        let what = format!("{at} is {}", node.called());
        self.fault(node.line, what, format!("give {}", shape.words()));
    }

    fn value(&mut self, line: usize, text: &Text, kind: Kind, at: &str) {
        if text.unset || text.value.trim().is_empty() {
            return;
        }
        let is = match text.type_of() {
            Type::Number => "a number",
            Type::Boolean => "a truth",
            Type::Null | Type::Text => "",
        };
        if kind.is_text() && !is.is_empty() {
            let what = format!("{at} is {is}, not a text");
            self.fault(line, what, "put quotes around it if it is meant so");
            return;
        }
        if let Err(expected) = kind.check(text.value.trim()) {
            let what = match kind {
                // A URL may have a password in it.
                kind if kind.is_secret() || kind == Kind::Url => {
                    format!("this will not do for {at}")
                }
                _ => format!("{} will not do for {at}", text.shown()),
            };
            self.fault(line, what, expected);
        }
    }

    fn names(&mut self, node: &Node, each: &Shape, name: Name, at: &str) {
        for entry in node.entries() {
            if let Err(expected) = name.check(&entry.key) {
                let what = format!("{:?} is no name for a member of {at}", entry.key);
                self.fault(entry.line, what, format!("give {expected}"));
            }
            self.node(&entry.node, each, &format!("{at}.{}", entry.key));
        }
    }

    fn object(&mut self, node: &Node, object: &Object, at: &str) {
        let place = |key: &str| if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") };
        for entry in node.entries() {
            let key = entry.key.as_str();
            let member = object.members.iter().find(|member| member.key == key);
            match (member, &object.others) {
                (Some(member), _) => self.node(&entry.node, &member.shape, &place(key)),
                (None, Some(others)) => self.node(&entry.node, others, &place(key)),
                // A place for anchors.
                (None, None) if at.is_empty() && key.starts_with("x-") => {}
                (None, None) => {
                    let fix = meant(key, object)
                        .unwrap_or_else(|| format!("there are {}", known(object).join(", ")));
                    self.fault(entry.line, format!("there is no setting {}", place(key)), fix);
                }
            }
        }
        for member in object.members.iter().filter(|member| member.required) {
            if node.get(member.key).is_none() {
                let what = format!("{at} has no {}", member.key);
                self.fault(node.line, what, format!("add `{}:`, {}", member.key, member.about));
            }
        }
    }

    fn fault(&mut self, line: usize, what: String, fix: impl Into<String>) {
        let fault = Fault::at(self.file.origin(line), what, fix);
        // An alias brings the same value again.
        match self.faults.len() {
            _ if self.faults.contains(&fault) => {}
            0..MOST_FAULTS => self.faults.push(fault),
            MOST_FAULTS => self
                .faults
                .push(Fault::missing("there is more that is wrong", "correct this first")),
            _ => {}
        }
    }
}

/// The keys that a mapping may have in this build.
fn known(object: &Object) -> Vec<&'static str> {
    let is_read = |member: &&Member| !matches!(member.shape, Shape::Later(_));
    object.members.iter().filter(is_read).map(|member| member.key).collect()
}

/// What somebody meant by a key that there is not.
fn meant(key: &str, object: &Object) -> Option<String> {
    let folded = key.to_lowercase().replace('-', "_");
    let near = nearest(&folded, known(object));
    let elsewhere = || {
        let mut settings = definition::settings().map(|definition| definition.key);
        settings.find(|known| known.rsplit('.').next() == Some(&folded))
    };
    near.or_else(elsewhere).map(|near| format!("did you mean {near}?"))
}

impl Shape {
    /// Whether what stands there is of the sort that this describes.
    pub(crate) fn is_for(&self, data: &Data) -> bool {
        if let Self::Shared(_, make) = self {
            return make().is_for(data);
        }
        match data {
            Data::Null => true,
            Data::Text(_) => matches!(self, Self::Value(_) | Self::Anything),
            Data::List(_) => matches!(self, Self::List(_) | Self::Anything),
            Data::Map(_) => matches!(self, Self::Object(_) | Self::Names(..) | Self::Anything),
        }
    }

    /// What would do, in words.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Value(kind) => kind.words(),
            Self::List(each) => match &**each {
                Self::Value(Kind::Text | Kind::Secret) => "a list of texts".into(),
                Self::Value(Kind::OneOf(words)) => format!("a list of {}", one_of(words)),
                _ => "a list".into(),
            },
            Self::Names(..) => "a mapping of names".into(),
            Self::Object(object) => {
                format!("a mapping with {}", known(object).join(", "))
            }
            Self::Either(shapes) => {
                let words: Vec<String> = shapes.iter().map(Self::words).collect();
                words.join(", or ")
            }
            Self::Shared(_, make) => make().words(),
            Self::Anything => "anything".into(),
            Self::Later(_) => "nothing".into(),
        }
    }
}
