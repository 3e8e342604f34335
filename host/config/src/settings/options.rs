//! A plugin's settings in the file: `providers.<name>.options`.

use serde_json::{Map, Value};

use super::{read, upper};
use crate::fault::nearest;
use crate::file::node::{Data, Entry, Node, Type};
use crate::{Config, Fault, Origin, schema};

/// The options of one provider.
pub(super) struct Options<'a> {
    config: &'a Config,
    entries: &'a [Entry],
}

impl<'a> Options<'a> {
    pub(super) fn new(config: &'a Config, name: &str) -> Self {
        let section = config.section(name);
        let entries = section.map(|section| section.options.entries()).unwrap_or_default();
        Self { config, entries }
    }

    pub(super) fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    pub(super) fn origin(&self, entry: &Entry) -> Origin {
        match &self.config.file {
            Some(path) => Origin::File { path: path.clone(), line: entry.line },
            None => Origin::Default,
        }
    }

    /// What the plugin does not know is a misspelt one.
    pub(super) fn check(
        &self,
        name: &str,
        taken: &[&str],
        properties: &Map<String, Value>,
    ) -> Result<(), Fault> {
        let unknown = |entry: &&Entry| !taken.contains(&entry.key.as_str());
        let Some(entry) = self.entries.iter().find(unknown) else { return Ok(()) };
        let known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let near = known.iter().copied().find(|known| upper(known) == upper(&entry.key));
        let fix =
            match (near.or_else(|| nearest(&entry.key, known.iter().copied())), known.as_slice()) {
                (Some(near), _) => format!("did you mean {near}?"),
                (None, []) => "its plugin has no settings".to_owned(),
                (None, known) => format!("there are {}", known.join(", ")),
            };
        let what = format!("{} is no setting of {name}'s", entry.key);
        Err(Fault::at(self.origin(entry), what, fix))
    }
}

/// A node as the plugin reads it: values without quotes as YAML's core schema says, values of
/// variables as the plugin's schema asks for.
pub(super) fn json(node: &Node, rules: &Value) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Text(text) if text.written.is_some() => read(&text.value, rules),
        Data::Text(text) => match text.type_of() {
            Type::Null => Value::Null,
            Type::Boolean => Value::Bool(text.value.eq_ignore_ascii_case("true")),
            Type::Number => serde_json::from_str(&text.value)
                .unwrap_or_else(|_| Value::String(text.value.clone())),
            // `on` and `yes` are truths where a truth is wanted.
            Type::Text if text.plain && schema::types(rules) == ["boolean"] => {
                read(&text.value, rules)
            }
            Type::Text => Value::String(text.value.clone()),
        },
        Data::List(items) => {
            let rules = rules.get("items").unwrap_or(&Value::Null);
            items.iter().map(|item| json(item, rules)).collect()
        }
        Data::Map(entries) => {
            let properties = rules.get("properties");
            let member = |entry: &Entry| {
                let rules = properties.and_then(|properties| properties.get(&entry.key));
                (entry.key.clone(), json(&entry.node, rules.unwrap_or(&Value::Null)))
            };
            Value::Object(entries.iter().map(member).collect())
        }
    }
}

/// As a message may show it.
pub(super) fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.called().to_owned(), |text| text.shown())
}
