//! The tree that a file is: texts, lists and mappings, each with its line.

use std::fmt;

/// A value and where it stands.
#[derive(Clone, Default)]
pub(crate) struct Node {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) data: Data,
}

#[derive(Clone, Default)]
pub(crate) enum Data {
    /// Nothing, which is as not set.
    #[default]
    Null,
    Text(Text),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One member of a mapping.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Of the key.
    pub(crate) line: usize,
    pub(crate) node: Node,
}

/// A single value, in the letters in which it is written.
#[derive(Clone, Default)]
pub(crate) struct Text {
    /// With its variables filled in.
    pub(crate) value: String,
    /// What stands in the file, where that is something else.
    pub(crate) written: Option<String>,
    /// It has no quotes, so it may be a number or a truth.
    pub(crate) plain: bool,
    /// A variable in it that is named like a secret.
    pub(crate) secret: Option<String>,
    /// A variable in it is not set, which was told.
    pub(crate) unset: bool,
}

/// What YAML's core schema takes a plain value for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Null,
    Boolean,
    Number,
    Text,
}

/// Shows no values: they may be keys.
impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            Data::Null => formatter.write_str("null"),
            Data::Text(_) => formatter.write_str("text"),
            Data::List(items) => formatter.debug_list().entries(items).finish(),
            Data::Map(entries) => formatter
                .debug_map()
                .entries(entries.iter().map(|entry| (&entry.key, &entry.node)))
                .finish(),
        }
    }
}

impl Node {
    /// A member that is set.
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries().iter().find(|entry| entry.key == key)?;
        entry.node.is_set().then_some(&entry.node)
    }

    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.data {
            Data::Map(entries) => entries,
            _ => &[],
        }
    }

    pub(crate) fn items(&self) -> &[Node] {
        match &self.data {
            Data::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&Text> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a single value; none if that is empty.
    pub(crate) fn value(&self) -> Option<&str> {
        self.text().map(|text| text.value.trim()).filter(|value| !value.is_empty())
    }

    /// Neither nothing nor an empty text.
    pub(crate) fn is_set(&self) -> bool {
        match &self.data {
            Data::Null => false,
            Data::Text(text) => !text.value.trim().is_empty(),
            _ => true,
        }
    }

    /// Adds members that are not there.
    pub(crate) fn extend(&mut self, more: impl IntoIterator<Item = Entry>) {
        if !matches!(self.data, Data::Map(_)) {
            self.data = Data::Map(Vec::new());
        }
        let Data::Map(entries) = &mut self.data else { return };
        for entry in more {
            if !entries.iter().any(|known| known.key == entry.key) {
                entries.push(entry);
            }
        }
    }

    /// Adds the variables below that are named like secrets.
    pub(crate) fn secrets(&self, found: &mut Vec<String>) {
        found.extend(self.text().and_then(|text| text.secret.clone()));
        for node in self.items().iter().chain(self.entries().iter().map(|entry| &entry.node)) {
            node.secrets(found);
        }
    }

    /// What it is, for messages.
    pub(crate) fn called(&self) -> &'static str {
        match &self.data {
            Data::Null => "nothing",
            Data::Text(_) => "a single value",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }
}

impl Text {
    /// What the core schema of YAML 1.2 takes it for. With a variable in it, it is a text.
    pub(crate) fn type_of(&self) -> Type {
        if !self.plain || self.written.is_some() {
            return Type::Text;
        }
        match self.value.as_str() {
            "" | "~" | "null" | "Null" | "NULL" => Type::Null,
            "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => Type::Boolean,
            value if is_number(value) => Type::Number,
            _ => Type::Text,
        }
    }

    /// As a message may show it.
    pub(crate) fn shown(&self) -> String {
        match (&self.written, &self.secret) {
            (None, _) => format!("{:?}", self.value),
            (Some(written), Some(_)) => format!("{written:?}"),
            (Some(written), None) => format!("{written:?} (which is {:?})", self.value),
        }
    }
}

/// <https://yaml.org/spec/1.2.2/#1032-tag-resolution>
fn is_number(text: &str) -> bool {
    let digits =
        |text: &str, is: fn(&char) -> bool| !text.is_empty() && text.chars().all(|c| is(&c));
    if let Some(hex) = text.strip_prefix("0x") {
        return digits(hex, char::is_ascii_hexdigit);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return digits(octal, |digit| ('0'..='7').contains(digit));
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let special =
        matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN");
    let begins = unsigned.trim_start_matches('.').starts_with(|c: char| c.is_ascii_digit());
    special || begins && unsigned.parse::<f64>().is_ok()
}
