//! Functions, Google's own tools, and the choice among them (rules C4, C5, C6, C13).
//!
//! <https://ai.google.dev/gemini-api/docs/function-calling> and
//! <https://ai.google.dev/gemini-api/docs/tool-combination>, as of 2026-11-21.

use std::borrow::Cow;

use crate::names::{Alphabet, NameRule};
use crate::notes::Notes;
use crate::schema::Subset;
use crate::tools::{Choice, Offer, Offered};
use crate::{Failure, HostedTool, Request, Tool, json, schema};
use serde_json::Value;

use super::Service;
use super::family::Family;

/// The rule for names of functions.
const NAMES: NameRule = NameRule { alphabet: Alphabet::Identifier, min: 1, max: 64 };

/// The tools of a request.
#[derive(Debug)]
pub(crate) struct Tools<'a> {
    /// The functions.
    pub(crate) offer: Offer<'a>,
    /// The members of `tools` for Google's own.
    hosted: Vec<&'static str>,
}

impl<'a> Tools<'a> {
    /// Reads the tools and notes what cannot be offered.
    pub(crate) fn new(
        service: Service,
        family: &Family,
        request: &'a Request,
        notes: &mut Notes,
    ) -> Self {
        let functions = request.tools.iter().any(|tool| matches!(tool, Tool::Function(_)));
        let alone = !functions || (family.mixes_tools() && service == Service::Gemini);
        let offer = Offer::new(NAMES, request, |tool| alone && member(tool).is_some(), notes);
        let mut hosted = Vec::new();
        for (index, tool) in request.tools.iter().enumerate() {
            let Tool::Hosted(tool) = tool else { continue };
            let Some(member) = member(tool).filter(|_| alone) else { continue };
            if !hosted.contains(&member) {
                hosted.push(member);
            }
            note_settings(index, tool, notes);
        }
        Self { offer, hosted }
    }

    /// Whether there is a tool at all.
    pub(crate) fn any(&self) -> bool {
        self.offer.any() || !self.hosted.is_empty()
    }

    /// Whether the client asked for a search of the web.
    pub(crate) fn searches(&self) -> bool {
        self.hosted.contains(&SEARCH)
    }

    /// Writes `tools` and `toolConfig`; without tools neither.
    pub(crate) fn write(
        &self,
        request: &Request,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) -> Result<(), Failure> {
        let choice = self.offer.choice(request, notes)?;
        if !self.any() {
            return Ok(());
        }
        self.declare(notes, writer);
        self.write_config(choice, writer);
        if request.parallel_tools == Some(false) {
            notes.dropped("parallel_tools", "the provider has no such setting");
        }
        Ok(())
    }

    /// Writes `tools`, if there are some.
    pub(crate) fn declare(&self, notes: &mut Notes, writer: &mut json::Writer) {
        if !self.any() {
            return;
        }
        writer.key("tools");
        writer.open_array();
        if self.offer.any() {
            writer.open_object();
            writer.key("functionDeclarations");
            writer.open_array();
            for offered in &self.offer.functions {
                write_function(offered, notes, writer);
            }
            writer.close_array();
            writer.close_object();
        }
        for member in &self.hosted {
            writer.open_object();
            writer.raw_member(member, "{}");
            writer.close_object();
        }
        writer.close_array();
    }

    fn write_config(&self, choice: Choice<'_>, writer: &mut json::Writer) {
        let both = self.offer.any() && !self.hosted.is_empty();
        let mode = match choice {
            Choice::Auto => None,
            Choice::None => Some("NONE"),
            Choice::Any | Choice::Named(_) => Some("ANY"),
        };
        if mode.is_none() && !both {
            return;
        }
        writer.key("toolConfig");
        writer.open_object();
        if let Some(mode) = mode {
            writer.key("functionCallingConfig");
            writer.open_object();
            writer.string_member("mode", mode);
            if let Choice::Named(name) = choice {
                writer.key("allowedFunctionNames");
                writer.open_array();
                writer.string(name);
                writer.close_array();
            }
            writer.close_object();
        }
        if both {
            writer.raw_member("includeServerSideToolInvocations", "true");
        }
        writer.close_object();
    }
}

const SEARCH: &str = "googleSearch";

/// Google's tool for a hosted tool of the clients' dialects.
fn member(tool: &HostedTool) -> Option<&'static str> {
    let kind = tool.kind.as_str();
    [
        ("web_search", SEARCH),
        ("web_fetch", "urlContext"),
        ("code_execution", "codeExecution"),
        ("code_interpreter", "codeExecution"),
    ]
    .into_iter()
    .find_map(|(prefix, member)| kind.starts_with(prefix).then_some(member))
}

/// Google's tools have no settings that the clients' know.
fn note_settings(index: usize, tool: &HostedTool, notes: &mut Notes) {
    let Ok(Value::Object(config)) = serde_json::from_str::<Value>(&tool.config) else { return };
    for (name, value) in config {
        if !matches!(name.as_str(), "type" | "name" | "cache_control") && !value.is_null() {
            notes.dropped(
                format!("tools[{index}].{name}"),
                "the provider's tool has no such setting",
            );
        }
    }
}

fn write_function(offered: &Offered<'_>, notes: &mut Notes, writer: &mut json::Writer) {
    let Offered { name, tool, index } = offered;
    writer.open_object();
    writer.string_member("name", name);
    if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
        writer.string_member("description", description);
    }
    let path = format!("tools[{index}].parameters");
    writer.raw_member("parametersJsonSchema", &arguments(&tool.parameters, &path, notes));
    writer.close_object();
    if tool.strict == Some(true) {
        let why = "the provider does not keep strictly to a schema";
        notes.dropped(format!("tools[{index}].strict"), why);
    }
}

/// A schema of arguments as `parametersJsonSchema` takes it. The older `parameters` knows one type
/// for each schema and only texts in `enum`, so that more of the meaning would be lost.
fn arguments<'s>(parameters: &'s str, path: &str, notes: &mut Notes) -> Cow<'s, str> {
    let mut converted = schema::convert(parameters, &Subset::GEMINI_JSON);
    notes.extend(converted.notes_at(path));
    converted.text
}
