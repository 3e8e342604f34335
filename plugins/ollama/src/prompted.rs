//! Tools for models that the server offers none to: described in the instructions, called as
//! `<tool_call>{…}</tool_call>` in the text, answered in the user's message. The words are the same
//! in each request, so that the prompt's cached prefix stays.

use clasp_plugin::history::{Answered, Said, Turn};
use clasp_plugin::json;
use clasp_plugin::notes::Notes;
use clasp_plugin::tools::{Choice, Offer};

use crate::{messages, tools};

const HOW: &str = "# Tools\n\nYou can call tools. To call one, write its name and its arguments as \
one JSON object between tags:\n<tool_call>\n{\"name\": \"…\", \"arguments\": {…}}\n</tool_call>\n\
Write one such block for each call, and nothing after the last one. What a tool gave comes back in \
a block <tool_response>; never write that yourself. These are the tools, each with the JSON Schema \
of its arguments:\n<tools>\n";

/// The description of the tools that are offered.
pub(crate) fn instructions(offer: &Offer<'_>, choice: Choice<'_>) -> String {
    let mut text = String::from(HOW);
    for offered in tools::chosen(offer, choice) {
        let mut writer = json::Writer::default();
        writer.open_object();
        writer.string_member("name", &offered.name);
        if let Some(description) = &offered.tool.description {
            writer.string_member("description", description);
        }
        writer.raw_member("parameters", &offered.tool.parameters);
        writer.close_object();
        text.push_str(&into_text(writer));
        text.push('\n');
    }
    text.push_str("</tools>");
    match choice {
        Choice::Auto | Choice::None => {}
        Choice::Any => text.push_str("\nAnswer with a call of one of them."),
        Choice::Named(name) => text.push_str(&format!("\nAnswer with a call of {name}.")),
    }
    text
}

/// Writes the messages, with the instructions at the end of the system message.
pub(crate) fn write(
    turns: &[Turn<'_>],
    offer: &Offer<'_>,
    instructions: Option<&str>,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    if instructions.is_some() {
        notes.moved("tools", "the tools are described in the instructions");
    }
    writer.open_array();
    let mut turns = turns.iter().peekable();
    let mut system = match turns.peek() {
        Some(Turn::System(pieces, _)) => messages::text(pieces, "\n\n").into_owned(),
        _ => String::new(),
    };
    if let Some(Turn::System(..)) = turns.peek() {
        turns.next();
    }
    if let Some(instructions) = instructions {
        if !system.is_empty() {
            system.push_str("\n\n");
        }
        system.push_str(instructions);
    }
    if !system.is_empty() {
        messages::open("system", &system, writer);
        writer.close_object();
    }
    while let Some(turn) = turns.next() {
        match turn {
            Turn::System(pieces, _) => messages::message("system", pieces, writer),
            Turn::User(pieces, _) => messages::message("user", pieces, writer),
            Turn::Assistant(said, _) => assistant(offer, said, notes, writer),
            Turn::Result(first) => {
                let mut text = response(offer, first);
                while let Some(Turn::Result(next)) = turns.peek() {
                    text.push('\n');
                    text.push_str(&response(offer, next));
                    turns.next();
                }
                messages::open("user", &text, writer);
            }
        }
        writer.close_object();
    }
    writer.close_array();
}

fn assistant(offer: &Offer<'_>, parts: &[Said<'_>], notes: &mut Notes, writer: &mut json::Writer) {
    let (mut text, thinking) = messages::said(parts);
    for call in parts.iter().filter_map(Said::call) {
        let mut object = json::Writer::default();
        object.open_object();
        object.string_member("name", &offer.name_of(&call.call.name));
        object.raw_member("arguments", &messages::arguments(call, notes));
        object.close_object();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("<tool_call>\n{}\n</tool_call>", into_text(object)));
    }
    messages::open("assistant", &text, writer);
    if !thinking.is_empty() {
        writer.string_member("thinking", &thinking);
    }
}

fn response(offer: &Offer<'_>, result: &Answered<'_>) -> String {
    let name = offer.name_of(result.name);
    let content = messages::text(&result.content, "\n");
    format!("<tool_response name=\"{name}\">\n{content}\n</tool_response>")
}

fn into_text(writer: json::Writer) -> String {
    String::from_utf8(writer.into_bytes().unwrap_or_default()).unwrap_or_default()
}
