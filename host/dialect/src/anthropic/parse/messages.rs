//! The conversation.
//!
//! Rule: who may say what is checked here; which results answer which calls is for the plugin to
//! repair (C1), with the called tool's name told for each result.

use std::collections::HashSet;

use clasp_model::{ByteString, Message, Part, Role, Text};

use super::content;
use crate::json::read::{Fault, Read, Reader};
use crate::{hidden, results};

pub(super) fn list(reader: &mut Reader<'_>) -> Read<Vec<Message>> {
    let mut messages = Vec::new();
    reader.array(|reader| {
        messages.push(message(reader)?);
        Ok(())
    })?;
    check_empty(&messages)?;
    hidden::restore(&mut messages);
    if messages.is_empty() {
        return Err(Fault::new("at least one message is required"));
    }
    results::name(&mut messages);
    Ok(messages)
}

fn message(reader: &mut Reader<'_>) -> Read<Message> {
    let mut speaker = None;
    let mut parts = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "role" => speaker = Some(role(reader)?),
            "content" => parts = Some(parts_of(reader)?),
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    let role = speaker.ok_or_else(|| Fault::missing("role"))?;
    let parts = parts.ok_or_else(|| Fault::missing("content"))?;
    check_parts(role, &parts).map_err(|fault| fault.under("content"))?;
    Ok(Message { role, parts, extra })
}

fn role(reader: &mut Reader<'_>) -> Read<Role> {
    let role = reader.string()?;
    match &*role {
        "user" => Ok(Role::User),
        "assistant" => Ok(Role::Assistant),
        // At any place, and with members of its own (rule C16).
        "system" => Ok(Role::System),
        other => Err(Fault::new(format!(
            "Input should be 'user', 'assistant' or 'system', not {other:?}"
        ))),
    }
}

fn parts_of(reader: &mut Reader<'_>) -> Read<Vec<Part>> {
    let text =
        |text: ByteString| (!text.is_empty()).then(|| Part::Text(Text { text, ..Text::default() }));
    reader.text_or_parts(text, content::block)
}

fn check_parts(role: Role, parts: &[Part]) -> Read<()> {
    let mut ids = HashSet::new();
    for (index, part) in parts.iter().enumerate() {
        let fault = match part {
            Part::ToolCall(call) if role == Role::Assistant => {
                if ids.insert(&call.id) {
                    continue;
                }
                Fault::new(format!(
                    "`tool_use` ids must be unique within a message, {:?} is used twice",
                    &*call.id
                ))
                .under("id")
            }
            Part::ToolCall(_) => {
                Fault::new("`tool_use` blocks can only be in `assistant` messages")
            }
            Part::ToolResult(_) if role != Role::User => {
                Fault::new("`tool_result` blocks can only be in `user` messages")
            }
            _ => continue,
        };
        return Err(fault.under(index));
    }
    Ok(())
}

/// Only the answer that the model is to continue may be empty.
fn check_empty(messages: &[Message]) -> Read<()> {
    let last = messages.len().saturating_sub(1);
    for (index, message) in messages.iter().enumerate() {
        let may_be_empty = match message.role {
            Role::System => true,
            Role::Assistant => index == last,
            Role::User => false,
        };
        if message.parts.is_empty() && !may_be_empty {
            let message = "all messages must have non-empty content except for the optional final \
                           assistant message";
            return Err(Fault::new(message).under(index));
        }
    }
    Ok(())
}
