//! Tools and the choice among them as `/v2/chat` takes them (rules C4, C6).
//!
//! <https://docs.cohere.com/docs/tool-use-usage-patterns> and
//! <https://docs.cohere.com/docs/structured-outputs>, as of 2026-11-21.

use clasp_plugin::notes::Notes;
use clasp_plugin::tools::{Choice, Offer, Offered};
use clasp_plugin::{Target, json, schema};

/// Writes `tools`, `tool_choice` and `strict_tools`; without tools none of them.
pub(crate) fn write(
    target: &Target,
    offer: &Offer<'_>,
    choice: Choice<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    if !offer.any() {
        return;
    }
    writer.key("tools");
    writer.open_array();
    for offered in offer.functions.iter().filter(|offered| match choice {
        Choice::Named(name) => offered.name == name,
        Choice::Auto | Choice::None | Choice::Any => true,
    }) {
        tool(offered, notes, writer);
    }
    writer.close_array();
    let word = match choice {
        Choice::Auto => None,
        Choice::None => Some("NONE"),
        Choice::Any | Choice::Named(_) => Some("REQUIRED"),
    };
    if let Choice::Named(name) = choice {
        notes.dropped("tools", format!("only {name} is offered, so that it is what is called"));
    }
    match word {
        // Command R and R+ of 2024 refuse it.
        Some(_) if target.model.starts_with("command-r-") => {
            notes.dropped("tool_choice", format!("{} takes none", target.model));
        }
        Some(word) => writer.string_member("tool_choice", word),
        None => {}
    }
}

fn tool(offered: &Offered<'_>, notes: &mut Notes, writer: &mut json::Writer) {
    let Offered { name, tool, index } = offered;
    let (parameters, repaired) = schema::for_tool(&tool.parameters);
    if let Some(what) = repaired {
        notes.repaired(format!("tools[{index}].parameters"), what);
    }
    if tool.strict == Some(true) {
        let path = format!("tools[{index}].strict");
        notes.dropped(path, "the provider is strict with all tools or with none");
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
    writer.close_object();
    writer.close_object();
}
