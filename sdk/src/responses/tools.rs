//! Tools and the choice among them: flat, with `strict` always said, since it is on by default
//! (rules C4, C6, C13, C18).

use serde_json::Value;

use super::profile::Profile;
use super::search;
use crate::notes::Notes;
use crate::tools::{CUSTOM, Choice, Offer, Offered};
use crate::types::{Dialect, Failure, FunctionTool, HostedTool, Request, Tool, ToolChoice};
use crate::{json, schema};

/// Whether the provider runs this tool itself, or knows it under its own name.
pub(crate) fn runs(profile: &Profile, request: &Request, tool: &HostedTool) -> bool {
    native(request, tool) || (profile.web_search && search::is_search(tool))
}

/// A tool in the words of this API.
fn native(request: &Request, tool: &HostedTool) -> bool {
    request.dialect == Dialect::OpenaiResponses && !tool.kind.is_empty()
}

/// The names of tools that take free text.
pub(crate) fn free_text(request: &Request) -> Vec<&str> {
    let custom = request.tools.iter().filter_map(|tool| match tool {
        Tool::Function(tool) if custom(request, tool).is_some() => Some(&*tool.name),
        Tool::Hosted(_) | Tool::Function(_) => None,
    });
    custom.collect()
}

/// The tool as a client of this API told it, if it takes free text.
fn custom<'r>(request: &Request, tool: &'r FunctionTool) -> Option<&'r str> {
    let told = tool.extra.iter().find(|field| field.name == CUSTOM);
    told.filter(|_| request.dialect == Dialect::OpenaiResponses).map(|field| field.value.as_str())
}

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`; without tools none of them.
pub(crate) fn write(
    profile: &Profile,
    offer: &Offer<'_>,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Result<(), Failure> {
    let hosted = hosted(profile, request);
    let chosen = hosted.iter().find(|tool| match &request.tool_choice {
        Some(ToolChoice::Named(name)) => tool.name == *name,
        Some(ToolChoice::Auto | ToolChoice::None | ToolChoice::Any) | None => false,
    });
    let choice = match (&request.tool_choice, chosen) {
        (_, Some(tool)) => Chosen::Hosted(tool),
        (Some(ToolChoice::Any), None) if !hosted.is_empty() => Chosen::Among(Choice::Any),
        _ => Chosen::Among(offer.choice(request, notes)?),
    };
    if !offer.any() && hosted.is_empty() {
        return Ok(());
    }
    writer.key("tools");
    writer.open_array();
    for offered in &offer.functions {
        match custom(request, offered.tool) {
            Some(told) => write_custom(&offered.name, told, writer),
            None => write_function(profile, offered, notes, writer),
        }
    }
    let mut most_calls = None;
    for tool in hosted {
        if native(request, tool) {
            writer.raw(&tool.config);
        } else {
            most_calls = search::write(tool, writer);
        }
    }
    writer.close_array();
    if let Some(most) = most_calls {
        writer.key("max_tool_calls");
        writer.integer(most);
    }
    let free_text =
        offer.functions.iter().filter(|offered| custom(request, offered.tool).is_some());
    let free_text: Vec<&str> = free_text.map(|offered| offered.name.as_str()).collect();
    write_choice(&choice, &free_text, writer);
    if request.parallel_tools == Some(false) {
        if profile.parallel_tools {
            writer.raw_member("parallel_tool_calls", "false");
        } else {
            notes.dropped("parallel_tools", "the provider has no such setting");
        }
    }
    Ok(())
}

/// What the model may or must call.
enum Chosen<'a> {
    Among(Choice<'a>),
    Hosted(&'a HostedTool),
}

/// The tools that the provider runs itself.
fn hosted<'r>(profile: &Profile, request: &'r Request) -> Vec<&'r HostedTool> {
    let hosted = request.tools.iter().filter_map(|tool| match tool {
        Tool::Hosted(tool) if runs(profile, request, tool) => Some(tool),
        Tool::Hosted(_) | Tool::Function(_) => None,
    });
    hosted.collect()
}

fn write_choice(choice: &Chosen<'_>, free_text: &[&str], writer: &mut json::Writer) {
    let (kind, name) = match choice {
        Chosen::Among(Choice::Auto) => return,
        Chosen::Among(Choice::None) => return writer.string_member("tool_choice", "none"),
        Chosen::Among(Choice::Any) => return writer.string_member("tool_choice", "required"),
        Chosen::Among(Choice::Named(name)) if free_text.contains(name) => ("custom", Some(*name)),
        Chosen::Among(Choice::Named(name)) => ("function", Some(*name)),
        Chosen::Hosted(tool) if search::is_search(tool) => ("web_search", None),
        Chosen::Hosted(tool) => (&*tool.kind, None),
    };
    writer.key("tool_choice");
    writer.open_object();
    writer.string_member("type", kind);
    if let Some(name) = name {
        writer.string_member("name", name);
    }
    writer.close_object();
}

/// Writes a tool that takes free text, under the name that it is offered with.
fn write_custom(name: &str, told: &str, writer: &mut json::Writer) {
    let told: Value = serde_json::from_str(told).unwrap_or_default();
    writer.open_object();
    writer.string_member("type", "custom");
    writer.string_member("name", name);
    for member in ["description", "format"] {
        if let Some(value) = told.get(member).filter(|value| !value.is_null()) {
            writer.raw_member(member, &value.to_string());
        }
    }
    writer.close_object();
}

fn write_function(
    profile: &Profile,
    offered: &Offered<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Offered { name, tool, index } = offered;
    let (parameters, repaired) = schema::for_tool(&tool.parameters);
    if let Some(what) = repaired {
        notes.repaired(format!("tools[{index}].parameters"), what);
    }
    writer.open_object();
    writer.string_member("type", "function");
    writer.string_member("name", name);
    if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
        writer.string_member("description", description);
    }
    writer.raw_member("parameters", &parameters);
    let asked = tool.strict == Some(true);
    let strict = asked && profile.strict_tools && schema::qualifies_as_strict(&parameters);
    if asked && !strict {
        let why = "the provider cannot keep strictly to this schema";
        notes.dropped(format!("tools[{index}].strict"), why);
    }
    // Left out it would be on, and each property required.
    writer.key("strict");
    writer.bool(strict);
    writer.close_object();
}
