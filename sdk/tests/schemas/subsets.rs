//! Each vendor's subset, as a check of its own.

use serde_json::{Map, Value};

type Words = Map<String, Value>;

/// Walks all schemas of a converted one and collects what `check` finds.
fn walk(
    schema: &Value,
    path: &str,
    problems: &mut Vec<String>,
    check: &dyn Fn(&Words, &str) -> Vec<String>,
) {
    let Value::Object(words) = schema else {
        problems.push(format!("{path}: not an object: {schema}"));
        return;
    };
    problems.extend(check(words, path).into_iter().map(|problem| format!("{path}: {problem}")));
    for (word, value) in words {
        let inside = format!("{path}.{word}");
        match (word.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, schema) in properties {
                    walk(schema, &format!("{inside}.{name}"), problems, check);
                }
            }
            ("anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                for schema in schemas {
                    walk(schema, &inside, problems, check);
                }
            }
            ("items", schema) => walk(schema, &inside, problems, check),
            ("additionalProperties", Value::Object(_)) => walk(value, &inside, problems, check),
            _ => {}
        }
    }
}

fn unknown(words: &Words, known: &str) -> Vec<String> {
    let known: Vec<&str> = known.split_whitespace().collect();
    words
        .keys()
        .filter(|word| !known.contains(&word.as_str()))
        .map(|word| format!("unknown {word}"))
        .collect()
}

/// Kinds of values that hold for each vendor.
fn kinds(words: &Words) -> Vec<String> {
    let mut problems = Vec::new();
    for (word, value) in words {
        let right = match word.as_str() {
            "type" => value.is_string() || value.is_array(),
            "description" | "title" | "format" | "pattern" => value.is_string(),
            "properties" => value.is_object(),
            "enum" => value.as_array().is_some_and(|values| !values.is_empty()),
            "anyOf" | "oneOf" | "prefixItems" => value.is_array(),
            "required" | "propertyOrdering" => {
                value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
            }
            "minimum" | "maximum" => value.is_number(),
            "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties"
            | "maxProperties" => value.is_u64(),
            "nullable" => value.is_boolean(),
            _ => true,
        };
        if !right {
            problems.push(format!("{word} is {value}"));
        }
    }
    problems
}

fn object_top(schema: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if schema["type"] != "object" {
        problems.push("the top is no object".to_owned());
    }
    for word in ["anyOf", "oneOf", "allOf", "enum", "not", "$ref"] {
        if schema.get(word).is_some() {
            problems.push(format!("{word} at the top"));
        }
    }
    problems
}

pub fn gemini(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    problems.extend(gemini_output(schema));
    problems
}

pub fn gemini_output(schema: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    walk(schema, "", &mut problems, &|words, _| {
        let mut problems = unknown(
            words,
            "type format title description nullable enum maxItems minItems properties required \
             minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering \
             default items minimum maximum",
        );
        problems.extend(kinds(words));
        let Some(Value::String(kind)) = words.get("type") else {
            if !(words.len() == 1 && words.contains_key("anyOf")) {
                problems.push("no type, or something beside anyOf".to_owned());
            }
            return problems;
        };
        let own: &[&str] = match kind.as_str() {
            "string" => &["minLength", "maxLength", "pattern", "format", "enum"],
            "number" | "integer" => &["minimum", "maximum", "format"],
            "array" => &["items", "minItems", "maxItems"],
            "object" => {
                &["properties", "required", "minProperties", "maxProperties", "propertyOrdering"]
            }
            "boolean" | "null" => &[],
            other => {
                problems.push(format!("type {other}"));
                &[]
            }
        };
        let shared = ["type", "title", "description", "nullable", "example", "default"];
        for word in words.keys() {
            if !own.contains(&word.as_str()) && !shared.contains(&word.as_str()) {
                problems.push(format!("{word} of a {kind}"));
            }
        }
        if kind == "array" && !words.contains_key("items") {
            problems.push("items: missing field".to_owned());
        }
        if words.get("properties").is_some_and(|known| known.as_object().is_none_or(Map::is_empty))
        {
            problems.push("properties: should be non-empty".to_owned());
        }
        for name in words.get("required").and_then(Value::as_array).into_iter().flatten() {
            if words.get("properties").and_then(|known| known.get(name.as_str()?)).is_none() {
                problems.push(format!("required {name} is not defined"));
            }
        }
        for value in words.get("enum").and_then(Value::as_array).into_iter().flatten() {
            if value.as_str().is_none_or(str::is_empty) {
                problems.push(format!("enum {value}"));
            }
        }
        let formats: &[&str] = match kind.as_str() {
            "string" => &["enum", "date-time"],
            "number" => &["float", "double"],
            _ => &["int32", "int64"],
        };
        if let Some(format) = words.get("format").and_then(Value::as_str)
            && !formats.contains(&format)
        {
            problems.push(format!("format {format}"));
        }
        problems
    });
    problems
}

pub fn gemini_json(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    problems.extend(gemini_json_output(schema));
    problems
}

pub fn gemini_json_output(schema: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    walk(schema, "", &mut problems, &|words, _| {
        let mut problems = unknown(
            words,
            "type format title description enum items prefixItems minItems maxItems minimum \
             maximum anyOf oneOf properties additionalProperties required propertyOrdering",
        );
        problems.extend(kinds(words));
        for value in words.get("enum").and_then(Value::as_array).into_iter().flatten() {
            if !value.is_string() && !value.is_number() {
                problems.push(format!("enum {value}"));
            }
        }
        problems
    });
    problems
}

pub fn openai(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    if !schema["properties"].is_object() {
        problems.push("object schema missing properties".to_owned());
    }
    problems
}

pub fn nova(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    problems.extend(
        schema
            .as_object()
            .map(|words| unknown(words, "type properties required"))
            .unwrap_or_default(),
    );
    let text = schema.to_string();
    if text.contains("\"$ref\":") && !text.contains("\"$ref\":{") {
        problems.push("a reference".to_owned());
    }
    problems
}

pub fn ollama(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    walk(schema, "", &mut problems, &|words, _| {
        let mut problems = unknown(words, "type description enum items anyOf properties required");
        problems.extend(kinds(words));
        problems
    });
    problems
}

pub fn cohere(schema: &Value) -> Vec<String> {
    let mut problems = object_top(schema);
    walk(schema, "", &mut problems, &|words, _| {
        let mut problems = unknown(
            words,
            "type format title description enum items properties required pattern default",
        );
        problems.extend(kinds(words));
        if words.get("type").is_some_and(Value::is_array) {
            problems.push("a list of types".to_owned());
        }
        let pattern = words.get("pattern").and_then(Value::as_str).unwrap_or_default();
        if pattern.contains(['^', '$']) {
            problems.push(format!("pattern {pattern}"));
        }
        problems
    });
    problems
}
