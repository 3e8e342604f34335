//! Tools and the choice among them, as Chat Completions writes them (rules C4, C6, C18).

use super::profile::Profile;
use crate::notes::Notes;
use crate::tools::{Choice, Offer, Offered};
use crate::types::{Failure, Request};
use crate::{json, schema};

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`; without tools none of them.
pub(crate) fn write(
    profile: &Profile,
    offer: &Offer<'_>,
    request: &Request,
    notes: &mut Notes,
    writer: &mut json::Writer,
) -> Result<(), Failure> {
    let choice = offer.choice(request, notes)?;
    if !offer.any() {
        return Ok(());
    }
    writer.key("tools");
    writer.open_array();
    for offered in &offer.functions {
        write_tool(profile, offered, notes, writer);
    }
    writer.close_array();
    write_choice(profile, choice, notes, writer);
    if request.parallel_tools == Some(false) {
        if profile.parallel_tools {
            writer.raw_member("parallel_tool_calls", "false");
        } else {
            notes.dropped("parallel_tools", "the provider has no such setting");
        }
    }
    Ok(())
}

fn write_choice(
    profile: &Profile,
    choice: Choice<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    match choice {
        Choice::Auto => {}
        Choice::None => writer.string_member("tool_choice", "none"),
        Choice::Any | Choice::Named(_) if !profile.forced_tools => {
            notes.dropped("tool_choice", "the provider cannot be made to call a tool");
        }
        Choice::Any => writer.string_member("tool_choice", "required"),
        Choice::Named(name) => {
            writer.key("tool_choice");
            writer.open_object();
            writer.string_member("type", "function");
            writer.key("function");
            writer.open_object();
            writer.string_member("name", name);
            writer.close_object();
            writer.close_object();
        }
    }
}

fn write_tool(
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
    writer.key("function");
    writer.open_object();
    writer.string_member("name", name);
    if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
        writer.string_member("description", description);
    }
    writer.raw_member("parameters", &parameters);
    if tool.strict == Some(true) {
        if profile.strict_tools && schema::qualifies_as_strict(&parameters) {
            writer.raw_member("strict", "true");
        } else {
            let why = "the provider cannot keep strictly to this schema";
            notes.dropped(format!("tools[{index}].strict"), why);
        }
    }
    writer.close_object();
    if profile.cache_hints && tool.cache.is_some() {
        writer.raw_member("cache_control", r#"{"type":"ephemeral"}"#);
    }
    writer.close_object();
}
