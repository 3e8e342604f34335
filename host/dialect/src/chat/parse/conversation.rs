//! The conversation.
//!
//! Rule: instructions before the first turn are the system prompt, later ones stay where they are
//! (C16); tool messages that follow each other are the results of one user message; which results
//! answer which calls is for the plugin to repair (C1), with the called tool's name told for each.

use std::collections::HashMap;

use clasp_model::{ByteString, CacheHint, Field, Message, Part, Role, Text, ToolResult};

use super::{assistant, content};
use crate::hidden;
use crate::json::read::{Fault, Read, Reader};

#[derive(Default)]
pub(super) struct Conversation {
    pub(super) system: Vec<Text>,
    pub(super) messages: Vec<Message>,
    /// Names of the tools that were called, by the call's id; the latest counts, since providers
    /// repeat ids.
    names: HashMap<ByteString, ByteString>,
    /// Calls in the older form that have no result yet: the function's name, the id it got.
    open_functions: Vec<(ByteString, ByteString)>,
    /// The last message holds results, and takes more.
    results: bool,
}

impl Conversation {
    pub(super) fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut conversation = Self::default();
        let mut index = 0;
        reader.array(|reader| {
            conversation.message(reader, index)?;
            index += 1;
            Ok(())
        })?;
        if index == 0 {
            return Err(Fault::new("at least one message is required"));
        }
        hidden::restore(&mut conversation.messages);
        Ok(conversation)
    }

    fn message(&mut self, reader: &mut Reader<'_>, index: usize) -> Read<()> {
        let role = reader.peek("role")?.ok_or_else(|| Fault::missing("role"))?;
        match &*role {
            "system" | "developer" => self.instructions(reader),
            "user" => {
                let Said { mut parts, cache, extra } = Said::read(reader, content::user)?;
                match parts.last_mut() {
                    Some(Part::Text(text)) => text.cache = text.cache.or(cache),
                    Some(Part::Media(media)) => media.cache = media.cache.or(cache),
                    _ => {}
                }
                self.push(Message { role: Role::User, parts, extra });
                Ok(())
            }
            "assistant" => self.assistant(reader, index),
            "tool" => self.tool(reader),
            "function" => self.function(reader),
            other => {
                let message = format!(
                    "Input should be 'system', 'developer', 'user', 'assistant', 'tool' or \
                     'function', not {other:?}"
                );
                Err(Fault::new(message).under("role"))
            }
        }
    }

    fn push(&mut self, message: Message) {
        self.results = false;
        self.messages.push(message);
    }

    fn instructions(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        let Said { parts: mut texts, cache, extra } = Said::read(reader, content::texts)?;
        if let Some(text) = texts.last_mut() {
            text.cache = text.cache.or(cache);
        }
        if self.messages.is_empty() {
            if let Some(text) = texts.first_mut() {
                text.extra.extend(extra);
            }
            self.system.append(&mut texts);
        } else {
            let parts = texts.into_iter().map(Part::Text).collect();
            self.push(Message { role: Role::System, parts, extra });
        }
        Ok(())
    }

    fn assistant(&mut self, reader: &mut Reader<'_>, index: usize) -> Read<()> {
        // The older form has no ids: one that stays the same while the conversation grows (C5).
        let function_id = ByteString::from(format!("call_{index}"));
        let message = assistant::message(reader, &function_id)?;
        for part in &message.parts {
            if let Part::ToolCall(call) = part {
                self.names.insert(call.id.clone(), call.name.clone());
                if call.id == function_id {
                    self.open_functions.push((call.name.clone(), call.id.clone()));
                }
            }
        }
        self.push(message);
        Ok(())
    }

    fn tool(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        let mut call_id = None;
        let mut title = None;
        let mut said = None;
        let mut hint = None;
        let mut extra = Vec::new();
        reader.object(|reader, name| {
            match name {
                "role" => reader.skip()?,
                "tool_call_id" => call_id = Some(reader.string()?),
                "name" => title = reader.optional(Reader::string)?,
                "content" => said = Some(content::result(reader)?),
                name if content::breakpoint(reader, name, &mut hint)? => {}
                name => reader.extra(name, &mut extra)?,
            }
            Ok(())
        })?;
        let call_id = call_id.ok_or_else(|| Fault::missing("tool_call_id"))?;
        let (content, cache) = said.ok_or_else(|| Fault::missing("content"))?;
        let cache = cache.or(hint);
        let name = self.names.get(&call_id).cloned().or(title).unwrap_or_default();
        self.result(ToolResult { call_id, name, is_error: false, content, cache, extra });
        Ok(())
    }

    /// The result of a call in the older form: of the first of its name that has none.
    fn function(&mut self, reader: &mut Reader<'_>) -> Read<()> {
        let mut title = None;
        let mut said = None;
        let mut extra = Vec::new();
        reader.object(|reader, name| {
            match name {
                "role" => reader.skip()?,
                "name" => title = Some(reader.string()?),
                "content" => said = Some(content::result(reader)?),
                name => reader.extra(name, &mut extra)?,
            }
            Ok(())
        })?;
        let name = title.ok_or_else(|| Fault::missing("name"))?;
        let (content, cache) = said.ok_or_else(|| Fault::missing("content"))?;
        let open = self.open_functions.iter().position(|(open, _)| *open == name);
        let call_id = open.map(|open| self.open_functions.remove(open).1).unwrap_or_default();
        self.result(ToolResult { call_id, name, is_error: false, content, cache, extra });
        Ok(())
    }

    fn result(&mut self, result: ToolResult) {
        let part = Part::ToolResult(result);
        match self.messages.last_mut().filter(|_| self.results) {
            Some(message) => message.parts.push(part),
            None => {
                let message = Message { role: Role::User, parts: vec![part], extra: Vec::new() };
                self.messages.push(message);
                self.results = true;
            }
        }
    }
}

/// A message of which only `content` has a name here, and the cache breakpoint after it.
struct Said<T> {
    parts: Vec<T>,
    cache: Option<CacheHint>,
    extra: Vec<Field>,
}

impl<T> Said<T> {
    fn read(reader: &mut Reader<'_>, read: fn(&mut Reader<'_>) -> Read<Vec<T>>) -> Read<Self> {
        let mut parts = None;
        let mut cache = None;
        let mut extra = Vec::new();
        reader.object(|reader, name| {
            match name {
                "role" => reader.skip()?,
                "content" => parts = Some(read(reader)?),
                name if content::breakpoint(reader, name, &mut cache)? => {}
                name => reader.extra(name, &mut extra)?,
            }
            Ok(())
        })?;
        let parts = parts.ok_or_else(|| Fault::missing("content"))?;
        Ok(Self { parts, cache, extra })
    }
}
