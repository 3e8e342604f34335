//! What the model said: its thinking, its text and its calls.

use clasp_model::{ByteString, Message, Part, Role, ToolCall};

use super::super::details::{self, Details};
use super::content;
use crate::arguments;
use crate::json::read::{Fault, Kind, Read, Reader};

/// A message; a call in the older form, which has no id, gets `function_id`.
pub(super) fn message(reader: &mut Reader<'_>, function_id: &ByteString) -> Read<Message> {
    let mut content = Vec::new();
    let mut refusal = None;
    let mut calls = Vec::new();
    let mut reasoning = None;
    let mut details = Details::default();
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            // What an answer says besides, as clients send it back.
            "role" | "annotations" => reader.skip()?,
            "content" => content = reader.optional(content::assistant)?.unwrap_or_default(),
            "refusal" => refusal = reader.optional(Reader::string)?,
            "tool_calls" => {
                reader.optional(|reader| {
                    reader.array(|reader| {
                        calls.push(tool_call(reader)?);
                        Ok(())
                    })
                })?;
            }
            "function_call" => {
                if let Some(call) = reader.optional(|r| function_call(r, function_id))? {
                    calls.insert(0, call);
                }
            }
            "reasoning_content" | "reasoning" if is_text(reader)? => {
                // The same thinking may stand under both names.
                let text = reader.optional(Reader::string)?;
                reasoning = reasoning.take().or(text.filter(|text| !text.is_empty()));
            }
            "reasoning_details" if reader.kind()? == Kind::Array => details.read(reader)?,
            _ if reader.kind()? == Kind::Null => reader.skip()?,
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    let refusal = refusal.filter(|text| !text.is_empty()).map(content::plain);
    content.extend(refusal.map(Part::Text));
    let parts = details::arrange(content, calls, reasoning, details);
    Ok(Message { role: Role::Assistant, parts, extra })
}

fn is_text(reader: &mut Reader<'_>) -> Read<bool> {
    Ok(matches!(reader.kind()?, Kind::String | Kind::Null))
}

fn tool_call(reader: &mut Reader<'_>) -> Read<ToolCall> {
    let mut id = None;
    let mut called = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" | "index" => reader.skip()?,
            "id" => id = Some(reader.string()?),
            "function" => called = reader.optional(function)?.or(called.take()),
            "custom" => called = reader.optional(custom)?.or(called.take()),
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    let (name, arguments) = called.ok_or_else(|| Fault::missing("function"))?;
    let id = id.ok_or_else(|| Fault::missing("id"))?;
    Ok(ToolCall { id, name, arguments, state: None, cache: None, extra })
}

fn function_call(reader: &mut Reader<'_>, id: &ByteString) -> Read<ToolCall> {
    let (name, arguments) = function(reader)?;
    let (state, cache, extra) = (None, None, Vec::new());
    Ok(ToolCall { id: id.clone(), name, arguments, state, cache, extra })
}

/// A tool's name and the arguments: a JSON document as text, or as some clients send it, as itself.
fn function(reader: &mut Reader<'_>) -> Read<(ByteString, clasp_model::Json)> {
    let mut title = None;
    let mut given = None;
    reader.object(|reader, name| {
        match name {
            "name" => title = Some(reader.string()?),
            "arguments" if reader.kind()? == Kind::Object => given = Some(reader.raw()?),
            "arguments" => {
                let text = reader.optional(Reader::string)?.unwrap_or_default();
                given = Some(arguments::object(&text));
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let given = given.unwrap_or_else(|| arguments::object(&ByteString::new()));
    Ok((title.ok_or_else(|| Fault::missing("name"))?, given))
}

/// A tool's name and the free text that it was called with, as the argument that it is offered as.
fn custom(reader: &mut Reader<'_>) -> Read<(ByteString, clasp_model::Json)> {
    let mut title = None;
    let mut input = None;
    reader.object(|reader, name| {
        match name {
            "name" => title = Some(reader.string()?),
            "input" => input = Some(reader.string()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let name = title.ok_or_else(|| Fault::missing("name"))?;
    let input = input.ok_or_else(|| Fault::missing("input"))?;
    Ok((name, arguments::free_text(&input)))
}
