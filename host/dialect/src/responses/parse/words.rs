//! Items in words that any model reads: arguments as objects, outputs as texts.

use bytes::{BufMut, BytesMut};
use clasp_model::Json;
use serde_json::Value;

use crate::json::read::Reader;
use crate::json::write;
use crate::responses::callee::Callee;

/// An object with one member.
pub(super) fn wrapped(name: &str, value: impl FnOnce(&mut BytesMut)) -> Json {
    let mut out = BytesMut::new();
    out.put_u8(b'{');
    write::string(&mut out, name);
    out.put_u8(b':');
    value(&mut out);
    out.put_u8(b'}');
    json(&out)
}

/// The same object without its `type` and without members that are null.
pub(super) fn without_type(object: Json) -> Json {
    let mut out = BytesMut::with_capacity(object.as_str().len());
    let read = Reader::new(object.text()).object(|reader, name| {
        let value = reader.raw()?;
        if name != "type" && value.as_str() != "null" {
            out.put_u8(if out.is_empty() { b'{' } else { b',' });
            write::string(&mut out, name);
            out.put_u8(b':');
            out.put_slice(value.as_str().as_bytes());
        }
        Ok(())
    });
    match read {
        Ok(()) if out.is_empty() => Json::from_checked("{}".into()),
        Ok(()) => {
            out.put_u8(b'}');
            json(&out)
        }
        Err(_) => object,
    }
}

fn json(text: &BytesMut) -> Json {
    Json::from_checked(String::from_utf8_lossy(text).into_owned().into())
}

/// What shell commands wrote and how they ended, as a model reads it.
pub(super) fn shell_output(output: &Json) -> String {
    let Ok(Value::Array(outputs)) = serde_json::from_str(output.as_str()) else {
        return output.as_str().to_owned();
    };
    let mut text = String::new();
    for output in &outputs {
        let said = |name: &str| output.get(name).and_then(Value::as_str).unwrap_or_default();
        for stream in ["stdout", "stderr"] {
            text.push_str(said(stream));
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        let outcome = output.get("outcome").unwrap_or(&Value::Null);
        match outcome.get("exit_code").and_then(Value::as_i64) {
            Some(code) => text.push_str(&format!("[exit code {code}]\n")),
            None if outcome.get("type").is_some_and(|kind| kind == "timeout") => {
                text.push_str("[timed out]\n");
            }
            None => {}
        }
    }
    text
}

/// What a search for tools found, as a model reads it.
pub(super) fn found(tools: &Reader<'_>) -> String {
    let tools = tools.clone().raw().ok();
    let tools: Option<Value> = tools.and_then(|tools| serde_json::from_str(tools.as_str()).ok());
    let mut names = Vec::new();
    let name = |tool: &Value| tool.get("name")?.as_str().map(str::to_owned);
    for tool in tools.iter().filter_map(Value::as_array).flatten() {
        match (name(tool), tool.get("tools").and_then(Value::as_array)) {
            (Some(namespace), Some(members)) => {
                let members = members.iter().filter_map(name);
                names.extend(members.map(|name| Callee::qualified(&namespace, &name)));
            }
            (Some(name), None) => names.push(name),
            (None, _) => {}
        }
    }
    if names.is_empty() {
        return "No tools were found.".to_owned();
    }
    format!("Tools found, which can be called now: {}", names.join(", "))
}
