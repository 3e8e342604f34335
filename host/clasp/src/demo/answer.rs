//! What the embedded vendor answers: what it is and how to set a key, or a tool call where one is
//! asked for.

use serde_json::{Map, Value, json};

/// Characters of the client's words that are said back.
const ECHO: usize = 200;

/// An answer, before it is written as a document or as chunks.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) call: Option<Call>,
    pub(crate) usage: Usage,
}

/// A call of a tool that the client offered.
#[derive(Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// JSON text.
    pub(crate) arguments: String,
}

/// A rough count, at four bytes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usage {
    pub(crate) prompt: usize,
    pub(crate) completion: usize,
}

/// Answers a Chat Completions request of `size` bytes.
pub(crate) fn answer(request: &Value, size: usize) -> Result<Answer, &'static str> {
    let messages = request
        .get("messages")
        .and_then(Value::as_array)
        .filter(|messages| !messages.is_empty())
        .ok_or("messages: must be a list with at least one message")?;
    let last = messages.last().unwrap_or(&Value::Null);
    let said = last_text(last);
    let (text, call) = if last.get("role").and_then(Value::as_str) == Some("tool") {
        (format!("The tool answered: {}. That was a whole round trip.", echo(&said)), None)
    } else if let Some(call) = call(request, &said) {
        (format!("Let me call {} for that.", call.name), Some(call))
    } else {
        (introduction(&said), None)
    };
    let written = text.len() + call.as_ref().map_or(0, |call| call.arguments.len());
    let usage = Usage { prompt: size.div_ceil(4), completion: written.div_ceil(4) };
    Ok(Answer { text, call, usage })
}

fn introduction(said: &str) -> String {
    let heard = match said.is_empty() {
        true => String::new(),
        false => format!("You said: \u{201c}{}\u{201d}. ", echo(said)),
    };
    format!(
        "This is clasp's demo: your request went through the proxy and its openai plugin to a \
         vendor inside clasp, which has no model. {heard}To talk to a real one, stop clasp and \
         start it with a key, for example OPENAI_API_KEY=sk-\u{2026} clasp, or with \
         CUSTOM_BASE_URL=http://localhost:8000/v1 for a server of your own. Name one of your tools \
         and I call it."
    )
}

/// The call to make: the tool that must be called, that is named in what was said, or that is the
/// only one.
fn call(request: &Value, said: &str) -> Option<Call> {
    let tools: Vec<&Value> = request
        .get("tools")?
        .as_array()?
        .iter()
        .filter_map(|tool| tool.get("function"))
        .filter(|function| name(function).is_some())
        .collect();
    let choice = request.get("tool_choice");
    let mode = choice.and_then(Value::as_str).unwrap_or("auto");
    let forced = choice.and_then(|choice| choice.pointer("/function/name")).and_then(Value::as_str);
    let named = |wanted: &str| tools.iter().find(|tool| name(tool) == Some(wanted));
    let chosen = match (mode, forced) {
        ("none", _) => None,
        (_, Some(forced)) => named(forced),
        _ => {
            let words =
                || said.split(|next: char| !(next.is_alphanumeric() || "_-".contains(next)));
            let only = || tools.first().filter(|_| tools.len() == 1 || mode == "required");
            words().find_map(named).or_else(only)
        }
    };
    let function = chosen?;
    let arguments =
        function.get("parameters").map_or_else(|| json!({}), |schema| value("", schema));
    Some(Call { name: name(function)?.to_owned(), arguments: arguments.to_string() })
}

fn name(function: &Value) -> Option<&str> {
    function.get("name")?.as_str()
}

/// Something that fits a JSON Schema well enough to show a call.
fn value(name: &str, schema: &Value) -> Value {
    let first = |list: &str| schema.get(list).and_then(Value::as_array)?.first();
    if let Some(fixed) = schema.get("const").or_else(|| first("enum")) {
        return fixed.clone();
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        Some("object") => object(schema),
        None if schema.get("properties").is_some() => object(schema),
        _ => match name {
            "command" => json!("echo 'Hello from clasp'"),
            "city" | "location" | "place" => json!("Paris"),
            _ => json!("demo"),
        },
    }
}

/// Its required members.
fn object(schema: &Value) -> Value {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    let members = required.filter_map(Value::as_str).map(|name| {
        let schema = schema.get("properties").and_then(|properties| properties.get(name));
        (name.to_owned(), value(name, schema.unwrap_or(&Value::Null)))
    });
    Value::Object(members.collect::<Map<String, Value>>())
}

/// The last piece of text of a message.
fn last_text(message: &Value) -> String {
    let content = message.get("content");
    let text = match content {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(Value::Array(parts)) => {
            parts.iter().rev().find_map(|part| part.get("text").and_then(Value::as_str))
        }
        _ => None,
    };
    text.unwrap_or_default().trim().to_owned()
}

fn echo(said: &str) -> String {
    match said.char_indices().nth(ECHO) {
        Some((end, _)) => format!("{}\u{2026}", said.get(..end).unwrap_or_default()),
        None => said.to_owned(),
    }
}
