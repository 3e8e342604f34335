//! Tools and which of them to call.

use std::collections::HashSet;

use clasp_model::{FunctionTool, HostedTool, Tool, ToolChoice};

use crate::cache::hint as cache;
use crate::json::read::{Fault, Read, Reader};

pub(super) fn list(reader: &mut Reader<'_>) -> Read<Vec<Tool>> {
    let mut tools = Vec::new();
    reader.array(|reader| {
        tools.push(tool(reader)?);
        Ok(())
    })?;
    let mut names = HashSet::with_capacity(tools.len());
    for (index, tool) in tools.iter().enumerate() {
        let (Tool::Function(FunctionTool { name, .. }) | Tool::Hosted(HostedTool { name, .. })) =
            tool;
        if !name.is_empty() && !names.insert(name) {
            let message = format!("Tool names must be unique, {:?} is used twice", &**name);
            return Err(Fault::new(message).under("name").under(index));
        }
    }
    Ok(tools)
}

fn tool(reader: &mut Reader<'_>) -> Read<Tool> {
    match reader.peek("type")? {
        Some(kind) if kind != "custom" => {
            let name = reader.peek("name")?.unwrap_or_default();
            Ok(Tool::Hosted(HostedTool { kind, name, config: reader.raw()? }))
        }
        _ => function(reader).map(Tool::Function),
    }
}

fn function(reader: &mut Reader<'_>) -> Read<FunctionTool> {
    let mut title = None;
    let mut parameters = None;
    let mut description = None;
    let mut strict = None;
    let mut hint = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            "name" => title = Some(reader.string()?),
            "description" => description = reader.optional(Reader::string)?,
            "input_schema" => parameters = Some(reader.raw_object()?),
            "strict" => strict = reader.optional(Reader::boolean)?,
            "cache_control" => hint = reader.optional(cache)?,
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    let name = title.ok_or_else(|| Fault::missing("name"))?;
    if name.is_empty() {
        return Err(Fault::new("Input should be a name, not empty").under("name"));
    }
    let parameters = parameters.ok_or_else(|| Fault::missing("input_schema"))?;
    Ok(FunctionTool { name, description, parameters, strict, cache: hint, extra })
}

/// The choice, and whether several calls are welcome.
pub(super) fn choice(reader: &mut Reader<'_>) -> Read<(ToolChoice, Option<bool>)> {
    let mut kind = None;
    let mut tool = None;
    let mut parallel = None;
    reader.object(|reader, name| {
        match name {
            "type" => kind = Some(reader.string()?),
            "name" => tool = reader.optional(Reader::string)?,
            "disable_parallel_tool_use" => {
                parallel = reader.optional(Reader::boolean)?.map(|disabled| !disabled);
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    let choice = match kind.as_deref() {
        Some("auto") => ToolChoice::Auto,
        Some("any") => ToolChoice::Any,
        Some("none") => ToolChoice::None,
        Some("tool") => ToolChoice::Named(tool.ok_or_else(|| Fault::missing("name"))?),
        Some(other) => {
            let message = format!("Input should be 'auto', 'any', 'tool' or 'none', not {other:?}");
            return Err(Fault::new(message).under("type"));
        }
        None => return Err(Fault::missing("type")),
    };
    Ok((choice, parallel))
}
