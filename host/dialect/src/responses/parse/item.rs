//! Items of the input.
//!
//! Rule: a client sends back what it got, so each kind of item that an answer may hold is taken.
//! What other providers have no word for stays as it is; items that stand for something stored are
//! refused.

use bytes::BufMut;
use clasp_model::{
    Blob, ByteString, Json, Media, MediaKind, MediaSource, Message, Part, ResultPart, Role,
    Thinking, ToolCall, ToolResult,
};

use super::conversation::{Conversation, Settings};
use super::members::Item;
use super::words::{found, shell_output, without_type, wrapped};
use super::{content, options};
use crate::json::read::{Fault, Read, Reader};
use crate::responses::callee::{APPLY_PATCH, LOCAL_SHELL, SHELL, TOOL_SEARCH};
use crate::{arguments, hidden};

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
            let input = arguments::free_text(&item.required_text("input")?);
            call(&item, &item.called()?, input, conversation)
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
