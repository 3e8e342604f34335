//! What a request asks for besides its content: thinking, the form of the answer, web search.

use bytes::{BufMut, BytesMut};
use clasp_model::{ByteString, Field, HostedTool, Json, OutputSchema, Reasoning, Request, Tool};

use super::super::ChatEcho;
use crate::json::read::{Fault, Kind, Read, Reader};
use crate::json::write;

/// One text or several.
pub(super) fn stop(reader: &mut Reader<'_>) -> Read<Vec<ByteString>> {
    reader.text_or_parts(Some, Reader::string)
}

/// Not OpenAI's, but widely sent; a value that others read as "off" is no fault.
pub(super) fn top_k(reader: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    request.top_k = reader.clone().integer(0).ok();
    match request.top_k {
        Some(_) => reader.skip(),
        None => reader.extra("top_k", &mut request.extra),
    }
}

/// One request makes one answer.
pub(super) fn one_choice(reader: &mut Reader<'_>) -> Read<()> {
    match reader.optional(|reader| reader.integer(1))? {
        None | Some(1) => Ok(()),
        Some(count) => {
            let message = format!("Input should be 1, not {count}: send a request for each answer");
            Err(Fault::new(message))
        }
    }
}

pub(super) fn stream(reader: &mut Reader<'_>, echo: &mut ChatEcho) -> Read<()> {
    reader.object(|reader, name| {
        let wanted = match name {
            "include_usage" => &mut echo.include_usage,
            "include_obfuscation" => &mut echo.obfuscation,
            _ => return reader.skip(),
        };
        *wanted = reader.optional(Reader::boolean)?.unwrap_or_default();
        Ok(())
    })
}

/// `response_format`. JSON of any shape has no name in the vocabulary.
pub(super) fn format(
    reader: &mut Reader<'_>,
    extra: &mut Vec<Field>,
) -> Read<Option<OutputSchema>> {
    if reader.kind()? == Kind::Null {
        return reader.skip().map(|()| None);
    }
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    match &*kind {
        "text" => reader.skip().map(|()| None),
        "json_schema" => {
            let mut found = None;
            reader.object(|reader, name| {
                match name {
                    "json_schema" => found = Some(schema(reader)?),
                    _ => reader.skip()?,
                }
                Ok(())
            })?;
            found.ok_or_else(|| Fault::missing("json_schema")).map(Some)
        }
        "json_object" => reader.extra("response_format", extra).map(|()| None),
        other => {
            let wanted = "Input should be 'text', 'json_object' or 'json_schema'";
            Err(Fault::new(format!("{wanted}, not {other:?}")).under("type"))
        }
    }
}

fn schema(reader: &mut Reader<'_>) -> Read<OutputSchema> {
    let mut title = None;
    let mut description = None;
    let mut schema = None;
    let mut strict = None;
    reader.object(|reader, name| {
        match name {
            "name" => title = Some(reader.string()?),
            "description" => description = reader.optional(Reader::string)?,
            "schema" => schema = Some(reader.raw_object()?),
            "strict" => strict = reader.optional(Reader::boolean)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let name = title.ok_or_else(|| Fault::missing("name"))?.to_string();
    let schema = schema.ok_or_else(|| Fault::missing("schema"))?;
    let schema = match description.filter(|text| !text.is_empty()) {
        Some(description) => described(schema, &description),
        None => schema,
    };
    Ok(OutputSchema { name: Some(name), schema, strict: strict.unwrap_or_default() })
}

/// What the format is for, as the schema's own description where that has none.
fn described(schema: Json, description: &str) -> Json {
    let has_one = !matches!(Reader::new(schema.text()).peek("description"), Ok(None));
    let Some(members) = schema.as_str().strip_prefix('{').filter(|_| !has_one) else {
        return schema;
    };
    let mut out = BytesMut::with_capacity(members.len() + description.len() + 24);
    out.put_slice(b"{\"description\":");
    write::string(&mut out, description);
    if !members.trim_start().starts_with('}') {
        out.put_u8(b',');
    }
    out.put_slice(members.as_bytes());
    Json::from_checked(String::from_utf8_lossy(&out).into_owned().into())
}

/// `reasoning` as gateways have it:
/// <https://openrouter.ai/docs/use-cases/reasoning-tokens>, as of 2026-11-21.
pub(super) fn reasoning(reader: &mut Reader<'_>) -> Read<Reasoning> {
    let mut reasoning = Reasoning { visible: true, ..Reasoning::default() };
    let mut enabled = None;
    reader.object(|reader, name| {
        match name {
            "effort" => {
                reasoning.effort = reader.optional(Reader::string)?.map(|text| text.to_string());
            }
            "max_tokens" => reasoning.budget_tokens = reader.optional(|r| r.integer(0))?,
            "exclude" => {
                reasoning.visible = !reader.optional(Reader::boolean)?.unwrap_or_default();
            }
            "enabled" => enabled = reader.optional(Reader::boolean)?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    if enabled == Some(false) {
        reasoning.effort = Some("none".into());
        reasoning.budget_tokens = None;
    }
    Ok(reasoning)
}

/// How much to think, of the two members that say it.
pub(super) fn thinking(
    reasoning: Option<Reasoning>,
    effort: Option<ByteString>,
) -> Option<Reasoning> {
    let effort = effort.map(|effort| effort.to_string());
    let mut thinking = match reasoning {
        Some(reasoning) => Reasoning { effort: reasoning.effort.or(effort), ..reasoning },
        None => Reasoning { effort: Some(effort?), budget_tokens: None, visible: true },
    };
    if thinking.effort.as_deref() == Some("none") {
        thinking.visible = false;
    }
    Some(thinking)
}

/// `web_search_options` as a hosted tool, whose place is written as OpenAI's tool has it. The member
/// is kept as well, for models that search by themselves.
pub(super) fn web_search(reader: &mut Reader<'_>, extra: &mut Vec<Field>) -> Read<Option<Tool>> {
    let mut options = reader.clone();
    reader.extra("web_search_options", extra)?;
    let mut place = Vec::new();
    let mut size = None;
    let read = options.optional(|reader| {
        reader.object(|reader, name| {
            match name {
                "search_context_size" => size = reader.optional(Reader::raw)?,
                "user_location" => {
                    reader.optional(|reader| location(reader, &mut place))?;
                }
                _ => reader.skip()?,
            }
            Ok(())
        })
    });
    if read?.is_none() {
        return Ok(None);
    }
    let mut out = BytesMut::new();
    out.put_slice(b"{\"type\":\"web_search\"");
    if let Some(size) = size {
        out.put_slice(b",\"search_context_size\":");
        out.put_slice(size.as_str().as_bytes());
    }
    if !place.is_empty() {
        out.put_slice(b",\"user_location\":{\"type\":\"approximate\"");
        for Field { name, value } in &place {
            out.put_u8(b',');
            write::string(&mut out, name);
            out.put_u8(b':');
            out.put_slice(value.as_str().as_bytes());
        }
        out.put_u8(b'}');
    }
    out.put_u8(b'}');
    let config = Json::from_checked(String::from_utf8_lossy(&out).into_owned().into());
    let name = ByteString::from_static("web_search");
    Ok(Some(Tool::Hosted(HostedTool { kind: name.clone(), name, config })))
}

/// `{"type":"approximate","approximate":{"city":…}}`.
fn location(reader: &mut Reader<'_>, place: &mut Vec<Field>) -> Read<()> {
    reader.object(|reader, name| match name {
        "approximate" => reader.object(|reader, name| reader.extra(name, place)),
        _ => reader.skip(),
    })
}
