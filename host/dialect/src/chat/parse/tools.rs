//! Tools and which of them to call, in the newer form and in the older one.
//!
//! A tool that takes free text is offered as a function of one property, and its calls go back as
//! the client knows them. Tools that a choice does not allow are not offered.

use std::collections::HashSet;

use clasp_model::{ByteString, Field, FunctionTool, HostedTool, Json, Request, Tool, ToolChoice};

use super::super::ChatEcho;
use super::content::breakpoint;
use crate::free_text;
use crate::json::read::{Fault, Kind, Read, Reader};
use crate::openai::choice;

/// Parameters of a function that takes none.
const NOTHING: &str = r#"{"type":"object","properties":{}}"#;

/// A tool on offer.
pub(super) struct Offered {
    tool: Tool,
    /// It takes free text.
    custom: bool,
}

/// Which tool to call.
pub(super) struct Choice {
    how: ToolChoice,
    /// Only these are allowed, by name, or by type where they have none.
    allowed: Option<HashSet<ByteString>>,
}

impl Choice {
    fn of(how: ToolChoice) -> Self {
        Self { how, allowed: None }
    }
}

/// Puts the tools and the choice into the request.
///
/// # Errors
/// Two tools of one name.
pub(super) fn offer(
    tools: Vec<Offered>,
    choice: Option<Choice>,
    request: &mut Request,
    echo: &mut ChatEcho,
) -> Read<()> {
    let mut names = HashSet::with_capacity(tools.len());
    for (index, Offered { tool, custom }) in tools.iter().enumerate() {
        let name = name_of(tool);
        if !name.is_empty() && !names.insert(name) {
            let message = format!("Tool names must be unique, {:?} is used twice", &**name);
            let fault = Fault::new(message).under("name");
            let (fault, list) = match tool {
                Tool::Function(_) if echo.functions => (fault, "functions"),
                Tool::Function(_) => {
                    (fault.under(if *custom { "custom" } else { "function" }), "tools")
                }
                Tool::Hosted(_) => (fault, "tools"),
            };
            return Err(fault.under(index).under(list));
        }
    }
    let allowed = choice.as_ref().and_then(|choice| choice.allowed.as_ref());
    let is_allowed = |tool: &Tool| {
        allowed.is_none_or(|allowed| match tool {
            Tool::Hosted(hosted) if hosted.name.is_empty() => allowed.contains(&hosted.kind),
            tool => allowed.contains(name_of(tool)),
        })
    };
    let tools: Vec<Offered> = tools.into_iter().filter(|each| is_allowed(&each.tool)).collect();
    for Offered { tool, custom } in tools {
        if custom {
            echo.custom_tools.push(name_of(&tool).to_string());
        }
        request.tools.push(tool);
    }
    request.tool_choice = request.tool_choice.take().or(choice.map(|choice| choice.how));
    Ok(())
}

fn name_of(tool: &Tool) -> &ByteString {
    match tool {
        Tool::Function(function) => &function.name,
        Tool::Hosted(hosted) => &hosted.name,
    }
}

/// `tools`.
pub(super) fn list(reader: &mut Reader<'_>) -> Read<Vec<Offered>> {
    let mut tools = Vec::new();
    reader.array(|reader| {
        tools.push(tool(reader)?);
        Ok(())
    })?;
    Ok(tools)
}

/// `functions`, the older form.
pub(super) fn functions(reader: &mut Reader<'_>) -> Read<Vec<Offered>> {
    let mut tools = Vec::new();
    reader.array(|reader| {
        let tool = Tool::Function(function(reader)?);
        tools.push(Offered { tool, custom: false });
        Ok(())
    })?;
    Ok(tools)
}

fn tool(reader: &mut Reader<'_>) -> Read<Offered> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    let read = match &*kind {
        "function" => function,
        "custom" => custom,
        _ => {
            let name = reader.peek("name")?.unwrap_or_default();
            let tool = Tool::Hosted(HostedTool { kind, name, config: reader.raw()? });
            return Ok(Offered { tool, custom: false });
        }
    };
    let mut found = None;
    let mut cache = None;
    let mut extra = Vec::new();
    reader.object(|reader, name| {
        match name {
            "type" => reader.skip()?,
            name if name == &*kind => found = Some(read(reader)?),
            name if breakpoint(reader, name, &mut cache)? => {}
            name => reader.extra(name, &mut extra)?,
        }
        Ok(())
    })?;
    let mut tool = found.ok_or_else(|| Fault::missing(&kind))?;
    tool.cache = tool.cache.or(cache);
    tool.extra.append(&mut extra);
    Ok(Offered { tool: Tool::Function(tool), custom: kind == "custom" })
}

/// A function's own members. One without `parameters` takes none.
fn function(reader: &mut Reader<'_>) -> Read<FunctionTool> {
    let mut tool = Draft::default();
    let mut parameters = None;
    let mut strict = None;
    reader.object(|reader, name| {
        match name {
            "parameters" => parameters = reader.optional(Reader::raw_object)?,
            "strict" => strict = reader.optional(Reader::boolean)?,
            name => tool.member(reader, name)?,
        }
        Ok(())
    })?;
    let parameters =
        parameters.unwrap_or_else(|| Json::from_checked(ByteString::from_static(NOTHING)));
    let name = tool.name()?;
    let Draft { description, extra, .. } = tool;
    Ok(FunctionTool { name, description, parameters, strict, cache: None, extra })
}

/// A tool that takes free text; what its grammar allows is told in words.
fn custom(reader: &mut Reader<'_>) -> Read<FunctionTool> {
    let mut tool = Draft::default();
    let mut grammar = None;
    reader.object(|reader, name| {
        match name {
            "format" => grammar = reader.optional(format)?.flatten(),
            name => tool.member(reader, name)?,
        }
        Ok(())
    })?;
    let name = tool.name()?;
    let Draft { description, extra, .. } = tool;
    let parameters = Json::from_checked(ByteString::from_static(NOTHING));
    let mut tool = FunctionTool { name, description, parameters, strict: None, cache: None, extra };
    let grammar = grammar.as_ref().map(|(syntax, definition)| (&**syntax, &**definition));
    free_text::offer(&mut tool, grammar);
    Ok(tool)
}

/// What the members of all tools say.
#[derive(Default)]
struct Draft {
    title: Option<ByteString>,
    description: Option<ByteString>,
    extra: Vec<Field>,
}

impl Draft {
    fn member(&mut self, reader: &mut Reader<'_>, name: &str) -> Read<()> {
        match name {
            "name" => self.title = Some(reader.string()?),
            "description" => self.description = reader.optional(Reader::string)?,
            name => reader.extra(name, &mut self.extra)?,
        }
        Ok(())
    }

    fn name(&mut self) -> Read<ByteString> {
        let name = self.title.take().ok_or_else(|| Fault::missing("name"))?;
        if name.is_empty() {
            return Err(Fault::new("Input should be a name, not empty").under("name"));
        }
        Ok(name)
    }
}

/// The format of free text: none for any text, else the syntax and the definition of its grammar.
fn format(reader: &mut Reader<'_>) -> Read<Option<(ByteString, ByteString)>> {
    let mut told = None;
    let mut syntax = None;
    let mut definition = None;
    reader.object(|reader, name| {
        match name {
            "type" => told = Some(reader.string()?),
            "grammar" => reader.object(|reader, name| {
                match name {
                    "syntax" => syntax = Some(reader.string()?),
                    "definition" => definition = Some(reader.string()?),
                    _ => reader.skip()?,
                }
                Ok(())
            })?,
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    if told.as_deref() != Some("grammar") {
        return Ok(None);
    }
    let missing = |name| Fault::missing(name).under("grammar");
    let syntax = syntax.ok_or_else(|| missing("syntax"))?;
    let definition = definition.ok_or_else(|| missing("definition"))?;
    Ok(Some((syntax, definition)))
}

/// `tool_choice`.
pub(super) fn choice(reader: &mut Reader<'_>) -> Read<Choice> {
    if reader.kind()? == Kind::String {
        let word = reader.string()?;
        return match &*word {
            "none" => Ok(Choice::of(ToolChoice::None)),
            "auto" => Ok(Choice::of(ToolChoice::Auto)),
            "required" => Ok(Choice::of(ToolChoice::Any)),
            other => {
                let wanted = "Input should be 'none', 'auto', 'required' or an object";
                Err(Fault::new(format!("{wanted}, not {other:?}")))
            }
        };
    }
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    let mut choice = None;
    reader.object(|reader, name| {
        if name == &*kind {
            choice = Some(match name {
                "function" | "custom" => Choice::of(ToolChoice::Named(named(reader)?)),
                "allowed_tools" => allowed_tools(reader)?,
                _ => return reader.skip(),
            });
            return Ok(());
        }
        reader.skip()
    })?;
    match (choice, &*kind) {
        (Some(choice), _) => Ok(choice),
        (None, "function" | "custom" | "allowed_tools") => Err(Fault::missing(&kind)),
        (None, other) => {
            let wanted = "Input should be 'function', 'custom' or 'allowed_tools'";
            Err(Fault::new(format!("{wanted}, not {other:?}")).under("type"))
        }
    }
}

/// `function_call` of a request, the older form of a choice.
pub(super) fn function_choice(reader: &mut Reader<'_>) -> Read<Choice> {
    if reader.kind()? == Kind::Object {
        return Ok(Choice::of(ToolChoice::Named(named(reader)?)));
    }
    let word = reader.string()?;
    match &*word {
        "none" => Ok(Choice::of(ToolChoice::None)),
        "auto" => Ok(Choice::of(ToolChoice::Auto)),
        other => {
            let wanted = "Input should be 'none', 'auto' or an object with a name";
            Err(Fault::new(format!("{wanted}, not {other:?}")))
        }
    }
}

fn named(reader: &mut Reader<'_>) -> Read<ByteString> {
    let mut title = None;
    reader.object(|reader, name| {
        match name {
            "name" => title = Some(reader.string()?),
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    title.ok_or_else(|| Fault::missing("name"))
}

fn allowed_tools(reader: &mut Reader<'_>) -> Read<Choice> {
    let (how, allowed) = choice::allowed_tools(reader, allowed_tool)?;
    Ok(Choice { how: how.ok_or_else(|| Fault::missing("mode"))?, allowed: Some(allowed) })
}

/// The name of an allowed tool, or its type where it has none.
fn allowed_tool(reader: &mut Reader<'_>) -> Read<ByteString> {
    let kind = reader.peek("type")?.ok_or_else(|| Fault::missing("type"))?;
    let mut title = None;
    reader.object(|reader, name| {
        match name {
            "name" => title = Some(reader.string()?),
            name if name == &*kind && reader.kind()? == Kind::Object => {
                title = Some(named(reader)?);
            }
            _ => reader.skip()?,
        }
        Ok(())
    })?;
    Ok(title.unwrap_or(kind))
}
