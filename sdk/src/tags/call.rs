//! Reads a tool call that a model wrote into its text, in the three ways that models are taught:
//! `{"name": …, "arguments": {…}}`, `<function=f><parameter=p>…</parameter></function>`, and
//! `f<arg_key>p</arg_key><arg_value>…</arg_value>`.

use serde_json::{Map, Value};

/// A call: the tool's name, and its arguments as JSON.
#[derive(Debug, PartialEq)]
pub struct Call {
    /// The tool's name.
    pub name: String,
    /// Its arguments' JSON.
    pub arguments: String,
}

/// Reads what stands between the tags; none when it is no call.
pub(super) fn read(text: &str) -> Option<Call> {
    let text = text.trim();
    if text.starts_with('{') {
        return object(text);
    }
    if let Some(rest) = text.strip_prefix("<function=") {
        let (name, rest) = rest.split_once('>')?;
        let body = rest.rsplit_once("</function>").map_or(rest, |(body, _)| body);
        return call(name, pairs(body, "<parameter=", ">", "</parameter>"));
    }
    let (name, rest) = text.split_at(text.find("<arg_key>").unwrap_or(text.len()));
    call(name, pairs(rest, "<arg_key>", "</arg_key>", "</arg_value>"))
}

fn object(text: &str) -> Option<Call> {
    let object: Map<String, Value> = serde_json::from_str(text).ok()?;
    let name = object.get("name")?.as_str()?.to_owned();
    let arguments = match object.get("arguments").or_else(|| object.get("parameters")) {
        None | Some(Value::Null) => String::from("{}"),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    Some(Call { name, arguments })
}

fn call(name: &str, arguments: Option<Map<String, Value>>) -> Option<Call> {
    let name = name.trim();
    let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(plain) {
        return None;
    }
    Some(Call { name: name.to_owned(), arguments: Value::Object(arguments?).to_string() })
}

/// Names with values. A value that reads as JSON is that, any other is text.
fn pairs(mut text: &str, open: &str, middle: &str, close: &str) -> Option<Map<String, Value>> {
    let mut found = Map::new();
    while let Some((_, rest)) = text.split_once(open) {
        let (name, rest) = rest.split_once(middle)?;
        let (value, rest) = rest.split_once(close)?;
        let value = value.trim_start().strip_prefix("<arg_value>").unwrap_or(value);
        let value = value.strip_prefix('\n').unwrap_or(value);
        let value = value.strip_suffix('\n').unwrap_or(value);
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        found.insert(name.trim().to_owned(), value);
        text = rest;
    }
    Some(found)
}
