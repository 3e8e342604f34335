//! Tools and the choice among them, as Chat Completions writes them (rules C4, C6, C18).

use super::body::Body;
use super::profile::Profile;
use crate::notes::Notes;
use crate::tools::{Choice, Offer, Offered};
use crate::types::{Abilities, Failure, Request, Target};
use crate::{failure, json, schema};

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`; without tools none of them.
pub(crate) fn write(
    body: &mut Body<'_>,
    offer: &Offer<'_>,
    target: &Target,
    request: &Request,
) -> Result<(), Failure> {
    let choice = offer.choice(request, &mut body.notes)?;
    if !offer.any() {
        return Ok(());
    }
    if target.abilities.is_some_and(|known| !known.contains(Abilities::TOOLS)) {
        let what = format!("{} takes no tools; choose another model", target.model);
        return Err(failure::unsupported("tools", what));
    }
    let profile = body.profile;
    for offered in offer.functions.iter().skip(profile.tools_max) {
        let why = format!("at most {} tools are taken", profile.tools_max);
        body.notes.dropped(format!("tools[{}]", offered.index), why);
    }
    let mut notes = Notes::default();
    if let Some(writer) = body.member("tools") {
        writer.open_array();
        for offered in offer.functions.iter().take(profile.tools_max) {
            write_tool(profile, offered, &mut notes, writer);
        }
        writer.close_array();
    }
    body.notes.append(notes);
    write_choice(body, choice);
    if request.parallel_tools == Some(false) {
        if profile.parallel_tools {
            body.raw("parallel_tool_calls", "false");
        } else {
            body.notes.dropped("parallel_tools", "the provider has no such setting");
        }
    }
    Ok(())
}

fn write_choice(body: &mut Body<'_>, choice: Choice<'_>) {
    let profile = body.profile;
    match choice {
        Choice::Auto => {}
        Choice::None => body.string("tool_choice", "none"),
        Choice::Any | Choice::Named(_) if !profile.forced_tools => {
            let why = "the provider cannot be made to call a tool";
            body.notes.dropped("tool_choice", why);
        }
        Choice::Any => body.string("tool_choice", profile.any_tool),
        Choice::Named(_) if !profile.named_tools => {
            body.notes.clamped("tool_choice", "some tool is forced, the provider takes no name");
            body.string("tool_choice", profile.any_tool);
        }
        Choice::Named(name) => {
            let Some(writer) = body.member("tool_choice") else { return };
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
