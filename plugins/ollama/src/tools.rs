//! Tools as `/api/chat` takes them (rules C4, C6). The API has no choice among tools: a choice is
//! met by what is offered, as far as that goes.

use std::borrow::Cow;

use clasp_plugin::notes::Notes;
use clasp_plugin::tools::{Choice, Offer, Offered};
use clasp_plugin::{json, schema};

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

/// The JSON Schema of a tool's arguments in the words that the server reads.
pub(crate) fn parameters<'a>(offered: &Offered<'a>) -> (Cow<'a, str>, Option<&'static str>) {
    schema::for_tool(&offered.tool.parameters)
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
        let (parameters, repaired) = parameters(offered);
        if let Some(what) = repaired {
            notes.repaired(format!("tools[{}].parameters", offered.index), what);
        }
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
        writer.raw_member("parameters", &parameters);
        writer.close_object();
        writer.close_object();
    }
    writer.close_array();
}
