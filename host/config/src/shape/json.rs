//! The shape as a JSON Schema, for editors.

use serde_json::{Map, Value, json};

use super::{Name, Object, Shape, root, shared};

/// The JSON Schema (2020-12) of a configuration file, as text.
pub fn schema() -> String {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "clasp.yaml",
        "description": "The configuration of clasp, an LLM proxy",
    });
    if let (Some(members), Value::Object(whole)) = (schema.as_object_mut(), of(&root())) {
        members.extend(whole);
        members.insert("patternProperties".into(), json!({"^x-": {}}));
        let shared = shared().into_iter().filter_map(|shape| match shape {
            Shape::Shared(name, make) => Some((name.to_owned(), of(&make()))),
            _ => None,
        });
        members.insert("$defs".into(), Value::Object(shared.collect()));
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Value(kind) => kind.schema(),
        Shape::List(each) => json!({"type": "array", "items": of(each)}),
        Shape::Names(each, name) => {
            let mut schema = json!({"type": "object", "additionalProperties": of(each)});
            if *name == Name::Provider {
                schema["propertyNames"] = json!({"pattern": "^[A-Za-z0-9_-]+$"});
            }
            schema
        }
        Shape::Object(object) => of_object(object),
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(of).collect::<Vec<_>>()}),
        Shape::Shared(name, _) => json!({"$ref": format!("#/$defs/{name}")}),
        Shape::Anything => json!({}),
        Shape::Later(_) => Value::Bool(false),
    }
}

fn of_object(object: &Object) -> Value {
    let mut properties = Map::new();
    for member in &object.members {
        let mut schema = of(&member.shape);
        if let Value::Object(members) = &mut schema {
            let mut about = member.about.trim().to_owned();
            if let Some(setting) = member.setting.filter(|setting| !setting.default.is_empty()) {
                about = format!("{about} (default: {})", setting.default);
            }
            if !about.is_empty() {
                members.insert("description".into(), about.into());
            }
        }
        properties.insert(member.key.to_owned(), schema);
    }
    let others = object.others.as_deref().map_or(Value::Bool(false), of);
    let mut schema =
        json!({"type": "object", "properties": properties, "additionalProperties": others});
    let required: Vec<&str> =
        object.members.iter().filter(|member| member.required).map(|member| member.key).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}
