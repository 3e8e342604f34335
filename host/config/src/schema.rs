//! Checks a document against a JSON Schema (2020-12), as far as settings need it.
//!
//! What is not known here rules nothing out: a setting is never refused for a keyword.

use serde_json::{Map, Value};

/// References that are followed one into another; more are a loop.
const MOST_REFERENCES: usize = 32;

/// Where in the document, as `/a/0/b`, and what would be right.
pub(crate) type Misfit = (String, String);

/// Checks `value` against `schema`, a part of `root`, and says what does not fit.
pub(crate) fn check(root: &Value, schema: &Value, value: &Value) -> Result<(), Misfit> {
    Check { root }.value(schema, value, &mut Vec::new(), 0)
}

/// The schema that a `$ref` stands for, if it is one within the document.
pub(crate) fn resolved<'schema>(root: &'schema Value, schema: &'schema Value) -> &'schema Value {
    let mut schema = schema;
    for _ in 0..MOST_REFERENCES {
        let Some(next) = reference(root, schema) else { break };
        schema = next;
    }
    schema
}

/// The types that a schema allows, by their names; empty: any.
pub(crate) fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

struct Check<'schema> {
    root: &'schema Value,
}

impl Check<'_> {
    fn value(
        &self,
        schema: &Value,
        value: &Value,
        at: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), Misfit> {
        let fail = |at: &[String], what: String| {
            Err((at.iter().map(|step| format!("/{step}")).collect(), what))
        };
        let rules = match schema {
            Value::Bool(false) => return fail(at, "it must not be there".into()),
            Value::Object(rules) if depth <= MOST_REFERENCES => rules,
            _ => return Ok(()),
        };
        if let Some(target) = reference(self.root, schema) {
            self.value(target, value, at, depth + 1)?;
        }
        let types = types(schema);
        if !types.is_empty() && !types.iter().any(|name| is_type(value, name)) {
            return fail(
                at,
                format!("it must be {}", joined(types.iter().map(|name| article(name)))),
            );
        }
        if let Some(Value::Array(allowed)) = rules.get("enum")
            && !allowed.contains(value)
        {
            return fail(at, format!("it must be {}", joined(allowed.iter().map(shown))));
        }
        if let Some(only) = rules.get("const")
            && only != value
        {
            return fail(at, format!("it must be {}", shown(only)));
        }
        if let Some(what) = number(rules, value).or_else(|| length(rules, value)) {
            return fail(at, what);
        }
        self.inside(rules, value, at, depth)?;
        self.combined(rules, value, at, depth)
    }

    fn inside(
        &self,
        rules: &Map<String, Value>,
        value: &Value,
        at: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), Misfit> {
        match value {
            Value::Array(items) => {
                let Some(schema) = rules.get("items") else { return Ok(()) };
                for (index, item) in items.iter().enumerate() {
                    at.push(index.to_string());
                    self.value(schema, item, at, depth)?;
                    at.pop();
                }
                Ok(())
            }
            Value::Object(members) => self.members(rules, members, at, depth),
            _ => Ok(()),
        }
    }

    fn members(
        &self,
        rules: &Map<String, Value>,
        members: &Map<String, Value>,
        at: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), Misfit> {
        let place = |at: &[String]| at.iter().map(|step| format!("/{step}")).collect::<String>();
        let required = rules.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                return Err((place(at), format!("`{name}` is missing")));
            }
        }
        let known = rules.get("properties").and_then(Value::as_object);
        for (name, member) in members {
            let schema = known.and_then(|known| known.get(name));
            let open = rules.contains_key("patternProperties");
            let schema = schema.or_else(|| rules.get("additionalProperties").filter(|_| !open));
            let Some(schema) = schema else { continue };
            at.push(name.clone());
            self.value(schema, member, at, depth)?;
            at.pop();
        }
        Ok(())
    }

    fn combined(
        &self,
        rules: &Map<String, Value>,
        value: &Value,
        at: &mut Vec<String>,
        depth: usize,
    ) -> Result<(), Misfit> {
        let list = |name| rules.get(name).and_then(Value::as_array).into_iter().flatten();
        for schema in list("allOf") {
            self.value(schema, value, at, depth + 1)?;
        }
        for name in ["anyOf", "oneOf"] {
            let mut first = None;
            let mut fits = false;
            for schema in list(name) {
                let steps = at.len();
                match self.value(schema, value, at, depth + 1) {
                    Ok(()) => fits = true,
                    Err(misfit) => drop(first.get_or_insert(misfit)),
                }
                at.truncate(steps);
            }
            match first {
                Some(misfit) if !fits => return Err(misfit),
                _ => {}
            }
        }
        Ok(())
    }
}

fn reference<'schema>(root: &'schema Value, schema: &Value) -> Option<&'schema Value> {
    let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(pointer)
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "number" => value.is_number(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    }
}

fn number(rules: &Map<String, Value>, value: &Value) -> Option<String> {
    let number = value.as_f64()?;
    let bound = |name: &str| rules.get(name).and_then(Value::as_f64);
    let misfits = [
        ("minimum", "at least", bound("minimum").is_some_and(|bound| number < bound)),
        ("maximum", "at most", bound("maximum").is_some_and(|bound| number > bound)),
        (
            "exclusiveMinimum",
            "above",
            bound("exclusiveMinimum").is_some_and(|bound| number <= bound),
        ),
        (
            "exclusiveMaximum",
            "below",
            bound("exclusiveMaximum").is_some_and(|bound| number >= bound),
        ),
    ];
    let (name, word, _) = misfits.into_iter().find(|(.., misfit)| *misfit)?;
    Some(format!("it must be {word} {}", rules.get(name)?))
}

fn length(rules: &Map<String, Value>, value: &Value) -> Option<String> {
    let (length, least, most, what) = match value {
        Value::String(text) => (text.chars().count(), "minLength", "maxLength", "characters"),
        Value::Array(items) => (items.len(), "minItems", "maxItems", "items"),
        _ => return None,
    };
    let bound = |name: &str| rules.get(name).and_then(Value::as_u64);
    let length = u64::try_from(length).ok()?;
    if let Some(bound) = bound(least).filter(|bound| length < *bound) {
        return Some(format!("it must have at least {bound} {what}"));
    }
    let bound = bound(most).filter(|bound| length > *bound)?;
    Some(format!("it must have at most {bound} {what}"))
}

fn article(name: &str) -> String {
    match name {
        "null" => "null".into(),
        "boolean" => "true or false".into(),
        "integer" => "a whole number".into(),
        "array" => "a list".into(),
        "object" => "a JSON object".into(),
        "string" => "text".into(),
        name => format!("a {name}"),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `a, b or c`
fn joined(texts: impl Iterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.collect();
    match (texts.pop(), texts.is_empty()) {
        (Some(last), true) => last,
        (Some(last), false) => format!("{} or {last}", texts.join(", ")),
        (None, _) => "nothing".into(),
    }
}

#[cfg(test)]
mod tests;
