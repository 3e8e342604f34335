//! Checks a document against the part of JSON Schema (2020-12) that settings are described in, and
//! says what is wrong in words: where, what it must be, and the nearest name that is known.

use serde_json::{Map, Value};

/// Most faults that are told at once.
const MAX_FAULTS: usize = 5;

/// References that are followed one into another; more are a loop.
const MAX_REFERENCES: usize = 16;

/// What does not fit.
pub(super) fn faults(root: &Value, document: &Value) -> Vec<String> {
    let mut check = Check { root, faults: Vec::new() };
    check.value(root, document, "");
    check.faults.truncate(MAX_FAULTS);
    check.faults
}

struct Check<'s> {
    root: &'s Value,
    faults: Vec<String>,
}

impl Check<'_> {
    fn value(&mut self, schema: &Value, value: &Value, path: &str) {
        let Value::Object(rules) = self.resolved(schema) else { return };
        let rules = rules.clone();
        let types = types(&rules);
        if !types.is_empty() && !types.iter().any(|name| is_type(value, name)) {
            let wanted: Vec<&str> = types.iter().map(|name| article(name)).collect();
            return self.fault(path, &format!("it must be {}", wanted.join(" or ")), value);
        }
        if let Some(allowed) = rules.get("enum").and_then(Value::as_array)
            && !allowed.contains(value)
        {
            let words: Vec<String> = allowed.iter().map(shown).collect();
            let near = value.as_str().and_then(|word| nearest(word, words.iter()));
            let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            let what = format!("it must be one of {}{near}", words.join(", "));
            return self.fault(path, &what, value);
        }
        let bound = |name: &str| rules.get(name).and_then(Value::as_f64);
        if let Some(number) = value.as_f64() {
            if let Some(least) = bound("minimum").filter(|least| number < *least) {
                self.fault(path, &format!("it must be at least {least}"), value);
            }
            if let Some(most) = bound("maximum").filter(|most| number > *most) {
                self.fault(path, &format!("it must be at most {most}"), value);
            }
        }
        match value {
            Value::Array(items) => {
                let Some(schema) = rules.get("items") else { return };
                for (index, item) in items.iter().enumerate() {
                    self.value(schema, item, &format!("{path}[{index}]"));
                }
            }
            Value::Object(members) => self.members(&rules, members, path),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn members(&mut self, rules: &Map<String, Value>, members: &Map<String, Value>, path: &str) {
        let none = Map::new();
        let known = rules.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let required = rules.get("required").and_then(Value::as_array).into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.faults.push(format!("{}`{name}` is missing", within(path)));
            }
        }
        let others = rules.get("additionalProperties");
        for (name, member) in members {
            let place = match path {
                "" => name.clone(),
                path => format!("{path}.{name}"),
            };
            match (known.get(name), others) {
                (Some(schema), _) => self.value(schema, member, &place),
                (None, Some(Value::Bool(false))) => {
                    let what = match nearest(name, known.keys()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None if known.len() <= 12 => {
                            let names: Vec<&str> = known.keys().map(String::as_str).collect();
                            format!("known are {}", names.join(", "))
                        }
                        None => "no member has a name like it".to_owned(),
                    };
                    self.faults.push(format!("{}`{name}` is not known; {what}", within(path)));
                }
                (None, Some(schema)) => self.value(schema, member, &place),
                (None, None) => {}
            }
        }
    }

    fn resolved<'v>(&'v self, mut schema: &'v Value) -> &'v Value {
        for _ in 0..MAX_REFERENCES {
            let pointer = schema.get("$ref").and_then(Value::as_str);
            let target = pointer.and_then(|pointer| self.root.pointer(pointer.strip_prefix('#')?));
            let Some(target) = target else { break };
            schema = target;
        }
        schema
    }

    fn fault(&mut self, path: &str, what: &str, value: &Value) {
        let path = if path.is_empty() { "the profile".to_owned() } else { format!("`{path}`") };
        let mut is = value.to_string();
        if is.chars().count() > 40 {
            is = is.chars().take(40).chain("…".chars()).collect();
        }
        self.faults.push(format!("{path} is {is}; {what}"));
    }
}

fn within(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("in `{path}`: ") }
}

fn types(rules: &Map<String, Value>) -> Vec<&str> {
    match rules.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        _ => true,
    }
}

fn article(name: &str) -> &'static str {
    match name {
        "null" => "null",
        "boolean" => "true or false",
        "string" => "a text",
        "array" => "a list",
        "object" => "an object",
        "integer" => "a whole number",
        _ => "a number",
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The known name that is most like `word`, if any is like enough to be meant.
fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k String>) -> Option<&'k str> {
    let most = (word.len() / 4).clamp(1, 3);
    known
        .map(|known| (strsim::damerau_levenshtein(word, known), known.as_str()))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}
