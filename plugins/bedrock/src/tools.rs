//! Tools and the choice among them (rules C4, C5, C6, C13).
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolConfiguration.html>, as
//! of 2026-11-21.

use clasp_plugin::history::{Said, Turn};
use clasp_plugin::json::Writer;
use clasp_plugin::messages::closed_schema;
use clasp_plugin::notes::Notes;
use clasp_plugin::tools::{Choice, Offer, Offered};
use clasp_plugin::{CacheHint, schema};

use crate::content::write_point;
use crate::family::Family;

/// Writes `toolConfig`. `hint`: a cache point of ours is due after the tools. Says whether a call
/// is forced.
pub(crate) fn write(
    family: &Family,
    offer: &Offer<'_>,
    choice: Choice<'_>,
    turns: &[Turn<'_>],
    hint: bool,
    notes: &mut Notes,
    writer: &mut Writer,
) -> bool {
    let called = called(turns);
    if choice == Choice::None && offer.any() && called.is_empty() {
        notes.moved("tool_choice", "no tool is offered, since none may be called");
        return false;
    }
    if !offer.any() && called.is_empty() {
        return false;
    }
    writer.key("toolConfig");
    writer.open_object();
    writer.key("tools");
    writer.open_array();
    for offered in &offer.functions {
        tool(family, offered, notes, writer);
    }
    if !offer.any() {
        // The service refuses calls in the conversation without tools beside it.
        notes.repaired("tools", "the tools that were called earlier were described");
        for name in called {
            specification(&offer.name_of(name), None, ANY, false, writer);
        }
    } else if hint && family.caches_tools() {
        write_point(family, CacheHint { ttl: None }, writer);
    }
    writer.close_array();
    let forced = write_choice(family, choice, notes, writer);
    writer.close_object();
    forced
}

const ANY: &str = r#"{"type":"object","properties":{}}"#;

fn tool(family: &Family, offered: &Offered<'_>, notes: &mut Notes, writer: &mut Writer) {
    let Offered { name, tool, index } = offered;
    let strict = tool.strict == Some(true);
    let keeps = strict && family.claude().is_some_and(|claude| claude.schemas);
    let (parameters, repaired) =
        if keeps { closed_schema(&tool.parameters) } else { schema::for_tool(&tool.parameters) };
    if let Some(what) = repaired {
        notes.repaired(format!("tools[{index}].parameters"), what);
    }
    if strict && !keeps {
        let why = "the model cannot keep strictly to this schema";
        notes.dropped(format!("tools[{index}].strict"), why);
    }
    specification(name, tool.description.as_deref(), &parameters, keeps, writer);
    match tool.cache {
        Some(hint) if family.caches_tools() => write_point(family, hint, writer),
        Some(_) if family.caches() => {
            notes.dropped(
                format!("tools[{index}].cache"),
                "the model caches no tools by themselves",
            );
        }
        _ => {}
    }
}

fn specification(
    name: &str,
    description: Option<&str>,
    parameters: &str,
    strict: bool,
    writer: &mut Writer,
) {
    writer.open_object();
    writer.key("toolSpec");
    writer.open_object();
    writer.string_member("name", name);
    if let Some(description) = description.filter(|text| !text.is_empty()) {
        writer.string_member("description", description);
    }
    writer.key("inputSchema");
    writer.open_object();
    writer.raw_member("json", parameters);
    writer.close_object();
    if strict {
        writer.raw_member("strict", "true");
    }
    writer.close_object();
    writer.close_object();
}

fn write_choice(
    family: &Family,
    choice: Choice<'_>,
    notes: &mut Notes,
    writer: &mut Writer,
) -> bool {
    let (any, named) = family.forced_tools();
    match choice {
        Choice::Auto => false,
        Choice::None => {
            let why = "the conversation holds calls, the service wants their tools";
            notes.dropped("tool_choice", why);
            false
        }
        Choice::Any if any => {
            writer.raw_member("toolChoice", r#"{"any":{}}"#);
            true
        }
        Choice::Named(name) if named => {
            writer.key("toolChoice");
            writer.open_object();
            writer.key("tool");
            writer.open_object();
            writer.string_member("name", name);
            writer.close_object();
            writer.close_object();
            true
        }
        Choice::Any | Choice::Named(_) => {
            notes.dropped("tool_choice", "the model cannot be made to call it");
            false
        }
    }
}

/// The names of the tools that were called, each once.
fn called<'t>(turns: &[Turn<'t>]) -> Vec<&'t str> {
    let mut names = Vec::new();
    for turn in turns {
        let Turn::Assistant(said, _) = turn else { continue };
        for call in said.iter().filter_map(Said::call) {
            let name = call.call.name.as_str();
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}
