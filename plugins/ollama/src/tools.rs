//! Tools as `/api/chat` takes them (rules C4, C6). The API has no choice among tools: a choice is
//! met by what is offered, as far as that goes.

use clasp_plugin::json;
use clasp_plugin::notes::Notes;
use clasp_plugin::schema::{Subset, convert};
use clasp_plugin::tools::{Choice, Offer, Offered};

/// The schema of a tool without arguments.
const NOTHING: &str = r#"{"type":"object","properties":{}}"#;

/// The functions that a choice leaves to offer.
pub(crate) fn chosen<'o, 'a>(
    offer: &'o Offer<'a>,
    choice: Choice<'o>,
) -> impl Iterator<Item = &'o Offered<'a>> {
    offer.functions.iter().filter(move |offered| match choice {
        Choice::Auto | Choice::Any => true,
        Choice::None => false,
        Choice::Named(name) => offered.name == name,
    })
}

/// Writes `tools`; without any to offer nothing.
pub(crate) fn write(
    offer: &Offer<'_>,
    choice: Choice<'_>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    match choice {
        Choice::Auto => {}
        Choice::None if !offer.any() => {}
        Choice::None => notes.dropped("tools", "they are left out, since none may be called"),
        Choice::Any => {
            notes.dropped("tool_choice", "the provider cannot be made to call a tool");
        }
        Choice::Named(name) => {
            let why = format!("only {name} is offered; the provider cannot be made to call it");
            notes.dropped("tool_choice", why);
        }
    }
    let mut tools = chosen(offer, choice).peekable();
    if tools.peek().is_none() {
        return;
    }
    writer.key("tools");
    writer.open_array();
    for offered in tools {
        let mut parameters = convert(&offered.tool.parameters, &Subset::OLLAMA);
        notes.extend(parameters.notes_at(&format!("tools[{}].parameters", offered.index)));
        if offered.tool.strict == Some(true) {
            let path = format!("tools[{}].strict", offered.index);
            notes.dropped(path, "the provider cannot be held to a tool's schema");
        }
        writer.open_object();
        writer.string_member("type", "function");
        writer.key("function");
        writer.open_object();
        writer.string_member("name", &offered.name);
        let description = offered.tool.description.as_deref().unwrap_or_default();
        writer.string_member("description", description);
        // A template reads `properties`, also where there are none.
        let schema = if parameters.empty { NOTHING } else { &parameters.text };
        writer.raw_member("parameters", schema);
        writer.close_object();
        writer.close_object();
    }
    writer.close_array();
}
