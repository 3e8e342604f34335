//! Function tools as OpenAI's models see them: TypeScript types in a namespace
//! (<https://github.com/openai/harmony/blob/main/docs/format.md>, seen 2026-11-21).

#[cfg(test)]
mod tests;

use std::fmt::Write;

use clasp_model::FunctionTool;
use serde_json::{Map, Value};

/// How deep references are followed; they may lead to themselves.
const DEPTH: usize = 16;

/// Most bytes of a function for each byte of its schema: one that repeats itself, by references or
/// by lists of types, must not grow without bound.
const GROWTH: usize = 4;

/// All functions in their namespace, and how many of them are without parameters.
pub(crate) fn namespace<'a>(tools: impl Iterator<Item = &'a FunctionTool>) -> (String, u64) {
    let mut text = String::from("namespace functions {\n\n");
    let mut bare = 0;
    for tool in tools {
        let (types, without) = function(tool);
        text.push_str(&types);
        bare += u64::from(without);
    }
    text.push_str("} // namespace functions");
    (text, bare)
}

/// A function as a type, and whether it is without parameters. A schema that cannot be read stands
/// as it is.
fn function(tool: &FunctionTool) -> (String, bool) {
    let description = tool.description.as_deref().unwrap_or_default();
    let Ok(schema) = serde_json::from_str::<Value>(tool.parameters.as_str()) else {
        let text = format!("// {description}\ntype {} = {}", tool.name, tool.parameters.as_str());
        return (text, false);
    };
    let mut writer = Writer {
        text: String::new(),
        root: &schema,
        titles: tool.strict != Some(true),
        limit: GROWTH * tool.parameters.as_str().len() + description.len(),
    };
    writer.comment(description);
    writer.title(&schema);
    writer.push("type ");
    writer.push(&tool.name);
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(properties) = properties.filter(|properties| !properties.is_empty()) else {
        writer.push(" = () => any;\n\n");
        return (writer.text, true);
    };
    writer.push(" = (_: {\n");
    writer.members(properties, &schema, 0);
    writer.push("}) => any;\n\n");
    (writer.text, false)
}

struct Writer<'a> {
    text: String,
    root: &'a Value,
    titles: bool,
    limit: usize,
}

impl<'a> Writer<'a> {
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn full(&self) -> bool {
        self.text.len() > self.limit
    }

    fn comment(&mut self, text: &str) {
        if !text.is_empty() {
            self.push("// ");
            self.push(text);
            self.push("\n");
        }
    }

    fn title(&mut self, schema: &Value) {
        if self.titles
            && let Some(title) = schema.get("title").and_then(Value::as_str)
        {
            self.comment(title);
        }
    }

    fn members(&mut self, properties: &'a Map<String, Value>, schema: &'a Value, depth: usize) {
        if self.full() {
            return;
        }
        let required = schema.get("required").and_then(Value::as_array);
        let required: std::collections::HashSet<&str> =
            required.into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in properties {
            self.title(property);
            if let Some(description) = property.get("description").and_then(Value::as_str) {
                self.comment(description);
            }
            self.push(name);
            self.push(if required.contains(name.as_str()) { ": " } else { "?: " });
            self.kind(property, depth);
            self.push(",");
            if let Some(default) = property.get("default") {
                self.push(" // default: ");
                self.value(default, false);
            }
            self.push("\n");
        }
    }

    fn kind(&mut self, schema: &'a Value, depth: usize) {
        if self.full() {
            return self.push("any");
        }
        if let Some(schema) = self.target(schema, depth) {
            return self.kind(schema, depth + 1);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return self.union(values, |writer, value| writer.value(value, true));
        }
        if let Some(value) = schema.get("const") {
            return self.value(value, true);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(kinds) = schema.get(key).and_then(Value::as_array) {
                return self.union(kinds, |writer, kind| writer.kind(kind, depth));
            }
        }
        match schema.get("type") {
            Some(Value::String(name)) => self.named(name, schema, depth),
            Some(Value::Array(names)) => self.union(names, |writer, name| {
                writer.named(name.as_str().unwrap_or("any"), schema, depth);
            }),
            _ => self.push("any"),
        }
    }

    fn named(&mut self, name: &str, schema: &'a Value, depth: usize) {
        match (name, schema.get("properties").and_then(Value::as_object)) {
            ("array", _) => {
                match schema.get("items") {
                    Some(items) => self.kind(items, depth),
                    None => self.push("any"),
                }
                self.push("[]");
            }
            ("integer", _) => self.push("number"),
            ("object", Some(properties)) => {
                self.push("{\n");
                self.members(properties, schema, depth);
                self.push("}");
            }
            _ => self.push(name),
        }
    }

    fn union(&mut self, items: &'a [Value], mut each: impl FnMut(&mut Self, &'a Value)) {
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.push(" | ");
            }
            each(self, item);
        }
    }

    /// What a reference within the schema leads to.
    fn target(&self, schema: &Value, depth: usize) -> Option<&'a Value> {
        let place = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        if depth >= DEPTH {
            return None;
        }
        self.root.pointer(place)
    }

    fn value(&mut self, value: &Value, quoted: bool) {
        match value {
            Value::String(text) if !quoted => self.push(text),
            // Writing to a string does not fail.
            _ => drop(write!(self.text, "{value}")),
        }
    }
}
