//! Tools and the choice among them as `/v2/chat` takes them (rules C4, C6).
//!
//! <https://docs.cohere.com/docs/tool-use-usage-patterns> and
//! <https://docs.cohere.com/docs/structured-outputs>, as of 2026-11-21.

use clasp_plugin::notes::Notes;
use clasp_plugin::schema::{Converted, Subset, convert};
use clasp_plugin::tools::{Choice, Offer, Offered};
use clasp_plugin::{Target, json};
use serde_json::Value;

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
    let offered = offer.functions.iter().filter(|offered| match choice {
        Choice::Named(name) => offered.name == name,
        Choice::Auto | Choice::None | Choice::Any => true,
    });
    let (strict, schemas) = schemas(offered);
    writer.key("tools");
    writer.open_array();
    for (offered, schema) in schemas {
        tool(offered, schema, strict, notes, writer);
    }
    writer.close_array();
    if strict {
        writer.raw_member("strict_tools", "true");
    }
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

/// The schemas of the tools, and whether all of them are strict: the provider has one switch, and
/// it asks for a required property in each object.
fn schemas<'o, 'a>(
    offered: impl Iterator<Item = &'o Offered<'a>> + Clone,
) -> (bool, Vec<(&'o Offered<'a>, Converted<'o>)>)
where
    'a: 'o,
{
    let converted = |subset| {
        let each =
            move |offered: &'o Offered<'a>| (offered, convert(&offered.tool.parameters, subset));
        offered.clone().map(each).collect::<Vec<_>>()
    };
    if offered.clone().all(|offered| offered.tool.strict == Some(true)) {
        let strict = converted(&Subset::COHERE);
        let asks = |text: &str| serde_json::from_str(text).is_ok_and(|schema| asks(&schema));
        if strict.iter().all(|(_, schema)| asks(&schema.text)) {
            return (true, strict);
        }
    }
    (false, converted(&Subset::OPENAI))
}

/// Whether each object of a schema has a required property.
fn asks(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let object = members.get("type").is_some_and(|kind| kind == "object");
            let required = members.get("required").and_then(Value::as_array);
            let some = required.is_some_and(|required| !required.is_empty());
            (!object || some) && members.values().all(asks)
        }
        Value::Array(list) => list.iter().all(asks),
        _ => true,
    }
}

fn tool(
    offered: &Offered<'_>,
    mut schema: Converted<'_>,
    strict: bool,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
    let Offered { name, tool, index } = offered;
    notes.extend(schema.notes_at(&format!("tools[{index}].parameters")));
    if tool.strict == Some(true) && !strict {
        let path = format!("tools[{index}].strict");
        let why = "the provider is strict with all tools or with none, and asks for a required \
                   property in each object";
        notes.dropped(path, why);
    }
    writer.open_object();
    writer.string_member("type", "function");
    writer.key("function");
    writer.open_object();
    writer.string_member("name", name);
    if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
        writer.string_member("description", description);
    }
    writer.raw_member("parameters", &schema.text);
    writer.close_object();
    writer.close_object();
}
