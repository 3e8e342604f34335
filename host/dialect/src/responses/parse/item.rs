//! Items of the input.
//!
//! Rule: a client sends back what it got, so each kind of item that an answer may hold is taken.
//! What other providers have no word for stays as it is; items that stand for something stored are
//! refused.

use bytes::{BufMut, BytesMut};
use clasp_model::{
    Blob, ByteString, Field, Json, Media, MediaKind, MediaSource, Message, Part, ResultPart, Role,
    Thinking, ToolCall, ToolResult,
};
use serde_json::Value;

use super::content;
use super::conversation::{Conversation, Settings};
use super::options;
use crate::arguments;
use crate::hidden;
use crate::json::read::{Fault, Kind, Read, Reader};
use crate::json::write;
use crate::responses::callee::{APPLY_PATCH, Callee, LOCAL_SHELL, SHELL, TOOL_SEARCH};

/// The members of an item, where they stand.
struct Item<'a>(Vec<(String, Reader<'a>)>);

/// Reads one item, the `index`th of the input.
pub(super) fn read<'a>(
    reader: &mut Reader<'a>,
    index: usize,
    conversation: &mut Conversation<'a>,
) -> Read<()> {
    let mut whole = reader.clone();
    let item = Item::read(reader)?;
    let kind = match item.text("type")? {
        Some(kind) => kind,
        None if item.get("role").is_some() => "message".into(),
        None if item.get("id").is_some() => "item_reference".into(),
        None => return Err(Fault::missing("type")),
    };
    match &*kind {
        "message" => message(&item, conversation),
        "reasoning" => reasoning(&item, conversation),
        "function_call" => {
            let arguments = item.required("arguments")?.string();
            let arguments = arguments.map_err(|fault| fault.under("arguments"))?;
            call(&item, &item.called()?, arguments::object(&arguments), conversation)
        }
        "custom_tool_call" => {
            let input = item.required_text("input")?;
            call(
                &item,
                &item.called()?,
                wrapped("input", |out| write::string(out, &input)),
                conversation,
            )
        }
        "local_shell_call" => {
            let action = without_type(item.object("action")?);
            call(&item, LOCAL_SHELL, action, conversation)
        }
        "shell_call" => call(&item, SHELL, item.object("action")?, conversation),
        "apply_patch_call" => call(&item, APPLY_PATCH, item.object("operation")?, conversation),
        "tool_search_call" if item.get("call_id").is_some() => {
            call(&item, TOOL_SEARCH, item.object("arguments")?, conversation)
        }
        "computer_call" => {
            let name = if item.get("actions").is_some() { "actions" } else { "action" };
            let action = item.required(name)?.raw()?;
            let action = wrapped(name, |out| out.put_slice(action.as_str().as_bytes()));
            call(&item, "computer", action, conversation)
        }
        "function_call_output" | "custom_tool_call_output" => {
            let content = item.required("output").and_then(|mut output| {
                content::results(&mut output).map_err(|fault| fault.under("output"))
            })?;
            answer(&item, content, conversation)
        }
        "local_shell_call_output" => {
            let content = vec![ResultPart::Text(item.required_text("output")?)];
            answer(&item, content, conversation)
        }
        "apply_patch_call_output" => {
            let output = item.text("output")?.unwrap_or_default();
            let content = (!output.is_empty()).then_some(ResultPart::Text(output));
            answer(&item, content.into_iter().collect(), conversation)
        }
        "shell_call_output" => {
            let output = item.required("output")?.raw()?;
            answer(&item, vec![ResultPart::Text(shell_output(&output).into())], conversation)
        }
        "computer_call_output" => {
            let content = content::result(&mut item.required("output")?);
            let content = content.map_err(|fault| fault.under("output"))?;
            answer(&item, vec![content], conversation)
        }
        "tool_search_output" => {
            let tools = item.required("tools")?;
            if item.get("call_id").is_some() {
                let found = vec![ResultPart::Text(found(&tools).into())];
                answer(&item, found, conversation)?;
            }
            conversation.discovered.push((index, tools));
            Ok(())
        }
        "additional_tools" => {
            conversation.discovered.push((index, item.required("tools")?));
            Ok(())
        }
        "configuration_update" => {
            conversation.settings.push(settings(&item)?);
            Ok(())
        }
        "image_generation_call" if item.get("result").is_some() => {
            let base64 = item.required_text("result")?;
            let format = item.text("output_format")?;
            let media_type = format!("image/{}", format.as_deref().unwrap_or("png"));
            let source = MediaSource::Blob(Blob { media_type, base64 });
            let kind = MediaKind::Image;
            let image = Media { kind, source, title: None, cache: None, extra: Vec::new() };
            conversation.said([Part::Media(image)]);
            Ok(())
        }
        "item_reference" => Err(Fault::new(
            "Items are not stored here, so none can be referred to. Send the item itself (clients \
             do so when `store` is false)",
        )),
        "compaction_trigger" => Err(Fault::new(
            "Conversations are not compacted here. Leave the item out, and shorten the conversation \
             when it is too long",
        )),
        kind if kind.ends_with("_output") || kind.ends_with("_response") => {
            conversation.answered(Part::Other(whole.raw()?));
            Ok(())
        }
        _ => {
            conversation.said([Part::Other(whole.raw()?)]);
            Ok(())
        }
    }
}

fn message(item: &Item<'_>, conversation: &mut Conversation<'_>) -> Read<()> {
    let role = item.required_text("role")?;
    let role = match &*role {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        // At any place (rule C16).
        "system" | "developer" => Role::System,
        other => {
            let message = format!(
                "Input should be 'user', 'assistant', 'system' or 'developer', not {other:?}"
            );
            return Err(Fault::new(message).under("role"));
        }
    };
    let mut content = item.required("content")?;
    let mut parts = content::parts(&mut content).map_err(|fault| fault.under("content"))?;
    let extra = item.extra(&["type", "id", "status", "role", "content"])?;
    if role != Role::Assistant {
        conversation.message(Message { role, parts, extra });
        return Ok(());
    }
    // The turn is one message, so what is said of this piece stays with it.
    let first = parts.iter_mut().find_map(|part| match part {
        Part::Text(text) => Some(text),
        _ => None,
    });
    if let Some(text) = first {
        text.extra.extend(extra);
    }
    parts.retain(|part| !matches!(part, Part::Text(text) if text.text.is_empty()));
    conversation.said(parts);
    Ok(())
}

fn reasoning(item: &Item<'_>, conversation: &mut Conversation<'_>) -> Read<()> {
    let mut text = String::new();
    for member in ["summary", "content"] {
        let Some(mut parts) = item.get(member).filter(|_| text.is_empty()) else { continue };
        let parts = content::parts(&mut parts).map_err(|fault| fault.under(member))?;
        for part in parts {
            let Part::Text(part) = part else { continue };
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&part.text);
        }
    }
    let text = ByteString::from(text);
    match item.text("encrypted_content")?.filter(|data| !data.is_empty()) {
        Some(data) => conversation.said([Part::Thinking(hidden::thinking(text, data))]),
        None if text.is_empty() => {}
        None => conversation.said([Part::Thinking(Thinking { text, ..Thinking::default() })]),
    }
    Ok(())
}

fn call(
    item: &Item<'_>,
    name: &str,
    arguments: Json,
    conversation: &mut Conversation<'_>,
) -> Read<()> {
    let id = item.text("call_id")?.or(item.text("id")?);
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| Fault::missing("call_id"))?;
    conversation.called(item.text("id")?, &id);
    conversation.said([Part::ToolCall(ToolCall {
        id,
        name: name.into(),
        arguments,
        state: None,
        cache: None,
        extra: item.extra(&CALL)?,
    })]);
    Ok(())
}

/// Members of calls that are read.
const CALL: [&str; 14] = [
    "type",
    "id",
    "status",
    "call_id",
    "name",
    "namespace",
    "arguments",
    "input",
    "action",
    "actions",
    "operation",
    "execution",
    "environment",
    "pending_safety_checks",
];

fn answer(
    item: &Item<'_>,
    content: Vec<ResultPart>,
    conversation: &mut Conversation<'_>,
) -> Read<()> {
    let id = item.text("call_id")?.or(item.text("id")?);
    let id = id.filter(|id| !id.is_empty()).ok_or_else(|| Fault::missing("call_id"))?;
    conversation.answered(Part::ToolResult(ToolResult {
        call_id: conversation.call_of(id),
        name: ByteString::new(),
        is_error: item.text("status")?.as_deref() == Some("failed"),
        content,
        cache: None,
        extra: Vec::new(),
    }));
    Ok(())
}

fn settings(item: &Item<'_>) -> Read<Settings> {
    let mut settings = Settings::default();
    if let Some(reasoning) = item.get("reasoning") {
        let effort = reasoning.peek("effort").map_err(|fault| fault.under("reasoning"))?;
        settings.effort = effort;
    }
    if let Some(mut text) = item.get("text") {
        let read = text.object(|reader, name| {
            match name {
                "format" => settings.format = reader.optional(options::form)?.map(|f| f.schema()),
                _ => reader.skip()?,
            }
            Ok(())
        });
        read.map_err(|fault| fault.under("text"))?;
    }
    Ok(settings)
}

impl<'a> Item<'a> {
    fn read(reader: &mut Reader<'a>) -> Read<Self> {
        let kind = reader.kind()?;
        if kind != Kind::Object {
            return Err(Fault::new(format!("Input should be an item, not {kind}")));
        }
        let mut members = Vec::new();
        reader.object(|reader, name| {
            let whole = reader.clone();
            if reader.optional(Reader::skip)?.is_some() {
                members.push((name.to_owned(), whole));
            }
            Ok(())
        })?;
        Ok(Self(members))
    }

    /// A member that is not null; the last one counts where a name is repeated.
    fn get(&self, name: &str) -> Option<Reader<'a>> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, reader)| reader.clone())
    }

    fn required(&self, name: &str) -> Read<Reader<'a>> {
        self.get(name).ok_or_else(|| Fault::missing(name))
    }

    fn text(&self, name: &str) -> Read<Option<ByteString>> {
        let text = self.get(name).map(|mut reader| reader.string());
        text.transpose().map_err(|fault| fault.under(name))
    }

    fn required_text(&self, name: &str) -> Read<ByteString> {
        self.text(name)?.ok_or_else(|| Fault::missing(name))
    }

    fn object(&self, name: &str) -> Read<Json> {
        self.required(name)?.raw_object().map_err(|fault| fault.under(name))
    }

    /// The name that the called tool is offered under.
    fn called(&self) -> Read<String> {
        let name = self.required_text("name")?;
        Ok(match self.text("namespace")?.filter(|namespace| !namespace.is_empty()) {
            Some(namespace) => Callee::qualified(&namespace, &name),
            None => name.to_string(),
        })
    }

    /// The members but these.
    fn extra(&self, known: &[&str]) -> Read<Vec<Field>> {
        let mut extra = Vec::new();
        for (name, reader) in self.0.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
            reader.clone().extra(name, &mut extra)?;
        }
        Ok(extra)
    }
}

/// An object with one member.
fn wrapped(name: &str, value: impl FnOnce(&mut BytesMut)) -> Json {
    let mut out = BytesMut::new();
    out.put_u8(b'{');
    write::string(&mut out, name);
    out.put_u8(b':');
    value(&mut out);
    out.put_u8(b'}');
    json(&out)
}

/// The same object without its `type` and without members that are null.
fn without_type(object: Json) -> Json {
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
fn shell_output(output: &Json) -> String {
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
fn found(tools: &Reader<'_>) -> String {
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
