//! A plugin's own settings by variable: each property of its schema is `NAME_<PROPERTY>`.
//!
//! What the plugin gets fits its schema, with the defaults filled in; it never gets a variable that
//! is named like a secret, nor another vendor's (rule D7).

mod options;

use clasp_model::{Json, Manifest};
use serde_json::{Map, Value};

use self::options::Options;
use crate::fault::nearest;
use crate::provider::{prefix, secret_variables};
use crate::vendor::{self, Vendor};
use crate::{Config, Fault, Origin, environment, schema, value};

/// What belongs to every provider, and is no setting of a plugin's.
const TAKEN: &[&str] = &["API_KEY", "BASE_URL", "LANE"];

/// The settings of a provider, and what should be looked at.
#[derive(Debug)]
pub(crate) struct Settings {
    members: Map<String, Value>,
    pub(crate) warnings: Vec<String>,
}

impl Settings {
    /// As the plugin reads them.
    pub(crate) fn json(&self) -> Json {
        Json::from_checked(Value::Object(self.members.clone()).to_string().into())
    }

    /// The value of a setting that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name)?.as_str()
    }
}

impl Config {
    /// The plugin's settings for the provider `name`.
    ///
    /// # Errors
    /// A value does not fit the schema, or one is missing that the plugin needs.
    pub(crate) fn settings(&self, name: &str, manifest: &Manifest) -> Result<Settings, Fault> {
        let root: Value = serde_json::from_str(manifest.config_schema.as_str()).unwrap_or_default();
        let top = schema::resolved(&root, &root);
        let empty = Map::new();
        let properties = top.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let mut settings = Settings { members: Map::new(), warnings: Vec::new() };
        let owner = self.settings_of(name);
        let mut known: Vec<String> = TAKEN.iter().map(|own| variable(owner, own)).collect();
        let options = Options::new(self, owner);
        let mut taken: Vec<&str> = Vec::new();
        for (property, rules) in properties {
            let rules = schema::resolved(&root, rules);
            let variables = variables(owner, manifest, property, rules);
            let set = variables.iter().find(|name| self.environment.get(name).is_some());
            // An option is named like the property, or like a variable of it.
            let option = options.entries().iter().find(|entry| {
                entry.key == *property || variables.contains(&variable(owner, &upper(&entry.key)))
            });
            taken.extend(option.map(|option| option.key.as_str()));
            let fits = |value: Value, origin: &dyn Fn() -> Origin, shown: &dyn Fn() -> String| {
                let checked = schema::check(&root, rules, &value);
                checked.map(|()| value).map_err(|(at, what)| {
                    let wrong = format!("{} will not do for {property}{at} of {name}", shown());
                    Fault::at(origin(), wrong, what)
                })
            };
            let value = match (set, option) {
                (Some(variable), _) => {
                    let text = self.environment.get(variable).unwrap_or_default();
                    let origin = || self.environment.origin(variable);
                    Some(fits(read(text, rules), &origin, &|| format!("{text:?}"))?)
                }
                (None, Some(option)) if option.node.is_set() => {
                    let value = options::json(&option.node, rules);
                    let origin = || options.origin(option);
                    Some(fits(value, &origin, &|| options::shown(&option.node))?)
                }
                (None, _) => default(rules),
            };
            known.extend(variables);
            if let Some(value) = value {
                settings.members.insert(property.clone(), value);
            }
        }
        options.check(name, &taken, properties)?;
        required(owner, manifest, top, &settings, properties)?;
        settings.warnings = self.misspelt(owner, manifest, &known);
        Ok(settings)
    }

    /// The variables that may hold a setting of a provider's, for messages.
    pub(crate) fn setting_variables(name: &str, manifest: &Manifest, setting: &str) -> String {
        let root: Value = serde_json::from_str(manifest.config_schema.as_str()).unwrap_or_default();
        let rules = root.get("properties").and_then(|properties| properties.get(setting));
        let rules = rules.map(|rules| schema::resolved(&root, rules));
        variables(name, manifest, setting, rules.unwrap_or(&Value::Null)).join(" or ")
    }

    /// Variables of the provider's name that are almost a setting's.
    fn misspelt(&self, name: &str, manifest: &Manifest, known: &[String]) -> Vec<String> {
        let own = format!("{}_", prefix(name));
        let secrets = manifest.secrets.iter();
        let secrets = secrets.flat_map(|secret| secret_variables(name, manifest, secret));
        let secrets: Vec<String> = secrets.collect();
        self.environment
            .names()
            .filter(|set| set.starts_with(&own) && !known.iter().any(|known| known == set))
            .filter(|set| !secrets.iter().any(|secret| secret == set))
            .filter_map(|set| {
                let near = nearest(set, known.iter().map(String::as_str))?;
                let origin = self.environment.origin(set);
                Some(format!("{origin} is no setting of {name}'s; did you mean {near}?"))
            })
            .collect()
    }
}

/// Settings that the schema requires and nothing gives.
fn required(
    name: &str,
    manifest: &Manifest,
    top: &Value,
    settings: &Settings,
    properties: &Map<String, Value>,
) -> Result<(), Fault> {
    let required = top.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut missing = required.filter_map(Value::as_str);
    let Some(missing) = missing.find(|property| !settings.members.contains_key(*property)) else {
        return Ok(());
    };
    let about = properties.get(missing).and_then(|rules| rules.get("description"));
    let about = about.and_then(Value::as_str).map_or(String::new(), |about| format!(" ({about})"));
    let variables = Config::setting_variables(name, manifest, missing);
    Err(Fault::missing(
        format!("provider {name} needs {missing} and nothing sets it"),
        format!("set {variables}{about}"),
    ))
}

/// The variables that may hold a setting, in order.
fn variables(name: &str, manifest: &Manifest, property: &str, rules: &Value) -> Vec<String> {
    let upper = upper(property);
    let mut variables = Vec::new();
    let own = variable(name, &upper);
    let secret = manifest
        .secrets
        .iter()
        .any(|secret| secret_variables(name, manifest, secret).contains(&own));
    if !TAKEN.contains(&upper.as_str()) && !secret {
        variables.push(own);
    }
    // Under another name it is another server, which the vendor's variables say nothing of.
    if name == manifest.id {
        let vendor: &Vendor = vendor::of(name);
        let listed: Vec<&str> = match rules.get("x-env") {
            Some(Value::String(variable)) => vec![variable],
            Some(Value::Array(listed)) => listed.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mine = |listed: &&str| vendor.may_read(name, listed) && !environment::is_secret(listed);
        let allowed = listed.into_iter().filter(mine);
        for listed in allowed.chain(vendor.setting(&upper).iter().copied()) {
            if !variables.iter().any(|known| known == listed) {
                variables.push(listed.to_owned());
            }
        }
    }
    variables
}

fn variable(name: &str, upper: &str) -> String {
    format!("{}_{upper}", prefix(name))
}

/// `deploymentName`, `deployment-name` and `deployment_name` are `DEPLOYMENT_NAME`.
fn upper(property: &str) -> String {
    let mut upper = String::with_capacity(property.len() + 4);
    let mut was_lower = false;
    for letter in property.chars() {
        if letter.is_ascii_uppercase() && was_lower {
            upper.push('_');
        }
        was_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        match letter.is_ascii_alphanumeric() {
            true => upper.push(letter.to_ascii_uppercase()),
            false => upper.push('_'),
        }
    }
    upper
}

/// A variable's text as the type that the schema asks for; as text where it cannot be.
fn read(text: &str, rules: &Value) -> Value {
    let types = schema::types(rules);
    let json = || serde_json::from_str::<Value>(text).ok();
    for name in &types {
        let value = match *name {
            "boolean" => value::boolean(text).ok().map(Value::Bool),
            "integer" | "number" => json().filter(Value::is_number),
            "array" => json().filter(Value::is_array).or_else(|| list(text, rules)),
            "object" => json().filter(Value::is_object),
            "null" => (text == "null").then_some(Value::Null),
            _ => None,
        };
        if let Some(value) = value {
            return value;
        }
    }
    let as_text = Value::String(text.to_owned());
    if types.contains(&"string") {
        return as_text;
    }
    match rules.get("enum").and_then(Value::as_array) {
        Some(allowed) if allowed.contains(&as_text) => as_text,
        _ if types.is_empty() => json().unwrap_or(as_text),
        _ => as_text,
    }
}

/// `a, b` as a list.
fn list(text: &str, rules: &Value) -> Option<Value> {
    if text.starts_with(['[', '{']) {
        return None;
    }
    let items = rules.get("items").unwrap_or(&Value::Null);
    let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    Some(pieces.map(|piece| read(piece, items)).collect())
}

/// What holds unless it is set: the schema's default, also that of members inside.
fn default(rules: &Value) -> Option<Value> {
    if let Some(default) = rules.get("default") {
        return Some(default.clone());
    }
    let properties = rules.get("properties")?.as_object()?;
    let members: Map<String, Value> = properties
        .iter()
        .filter_map(|(name, rules)| Some((name.clone(), default(rules)?)))
        .collect();
    (!members.is_empty()).then_some(Value::Object(members))
}

#[cfg(test)]
mod tests;
