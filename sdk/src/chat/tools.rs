//! Tools and the choice among them (rules C4–C6, C13, C18).

use std::borrow::Cow;

use super::names::{NameRule, Names};
use super::notes::Notes;
use super::profile::Profile;
use crate::types::{Failure, FunctionTool, Request, Tool, ToolChoice};
use crate::{failure, json, schema};

/// The tools that are offered, under the names that they are written with.
pub(crate) struct Offer<'a> {
    tools: Vec<(String, &'a FunctionTool, usize)>,
}

impl<'a> Offer<'a> {
    /// Picks the tools that the provider can be offered, and notes the others.
    pub(crate) fn new(profile: &Profile, request: &'a Request, notes: &mut Notes) -> Self {
        let mut tools: Vec<(String, &FunctionTool, usize)> = Vec::new();
        for (index, tool) in request.tools.iter().enumerate() {
            let path = format!("tools[{index}]");
            let function = match tool {
                Tool::Function(function) => function,
                Tool::Hosted(hosted) => {
                    let why = format!("the provider does not run {} here", hosted.kind);
                    notes.dropped(path, why);
                    continue;
                }
            };
            if tools.iter().any(|(_, known, _)| known.name == function.name) {
                notes.dropped(path, format!("a tool {} is there already", function.name));
                continue;
            }
            let others = || request.tools.iter().filter_map(function_name);
            let name = written(profile.tool_names, &function.name, others);
            if name != function.name {
                notes.renamed(&path, format!("the tool is called {name} here"));
            }
            for field in function.extra.iter().filter(|field| field.value != "null") {
                notes
                    .dropped(format!("{path}.{}", field.name), "the provider knows no such member");
            }
            tools.push((name.into_owned(), function, index));
        }
        Self { tools }
    }

    /// Whether there is a tool at all.
    pub(crate) fn any(&self) -> bool {
        !self.tools.is_empty()
    }

    /// The names that were changed.
    pub(crate) fn names(&self) -> Names {
        let mut names = Names::default();
        for (name, tool, _) in &self.tools {
            if *name != tool.name {
                names.add(name, &tool.name);
            }
        }
        names
    }

    /// The name that a tool of this name is written with, also one that is offered no more.
    pub(crate) fn name_of<'n>(&'n self, profile: &Profile, name: &'n str) -> Cow<'n, str> {
        let known = self.tools.iter().find(|(_, tool, _)| tool.name == name);
        known.map_or_else(|| profile.tool_names.apply(name), |(name, ..)| Cow::Borrowed(name))
    }

    /// Writes `tools`, `tool_choice` and `parallel_tool_calls`; without tools none of them.
    pub(crate) fn write(
        &self,
        profile: &Profile,
        request: &Request,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) -> Result<(), Failure> {
        if self.tools.is_empty() {
            let choice =
                matches!(request.tool_choice, Some(ToolChoice::Any | ToolChoice::Named(_)));
            if choice {
                notes.dropped("tool_choice", "there is no tool to choose");
            }
            return Ok(());
        }
        writer.key("tools");
        writer.open_array();
        for (name, tool, index) in &self.tools {
            write_tool(profile, name, tool, *index, notes, writer);
        }
        writer.close_array();
        self.write_choice(profile, request, notes, writer)?;
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
        &self,
        profile: &Profile,
        request: &Request,
        notes: &mut Notes,
        writer: &mut json::Writer,
    ) -> Result<(), Failure> {
        match &request.tool_choice {
            None | Some(ToolChoice::Auto) => {}
            Some(ToolChoice::None) => writer.string_member("tool_choice", "none"),
            Some(ToolChoice::Any | ToolChoice::Named(_)) if !profile.forced_tools => {
                notes.dropped("tool_choice", "the provider cannot be made to call a tool");
            }
            Some(ToolChoice::Any) => writer.string_member("tool_choice", "required"),
            Some(ToolChoice::Named(wanted)) => {
                if let Some((name, ..)) =
                    self.tools.iter().find(|(_, tool, _)| tool.name == *wanted)
                {
                    writer.key("tool_choice");
                    writer.open_object();
                    writer.string_member("type", "function");
                    writer.key("function");
                    writer.open_object();
                    writer.string_member("name", name);
                    writer.close_object();
                    writer.close_object();
                } else if request.tools.iter().any(|tool| hosted_as(tool, wanted)) {
                    notes.dropped("tool_choice", format!("{wanted} is not offered here"));
                } else {
                    return Err(failure::invalid(
                        "tool_choice",
                        format!("there is no tool {wanted}; name one of `tools`"),
                    ));
                }
            }
        }
        Ok(())
    }
}

fn write_tool(
    profile: &Profile,
    name: &str,
    tool: &FunctionTool,
    index: usize,
    notes: &mut Notes,
    writer: &mut json::Writer,
) {
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

/// A name inside the rule; should the short form be another tool's name, a longer hash decides.
fn written<'a, 't, I: Iterator<Item = &'t str>>(
    rule: NameRule,
    name: &'a str,
    others: impl Fn() -> I,
) -> Cow<'a, str> {
    let mut written = rule.apply(name);
    let mut round = 0;
    while written != name && others().any(|other| other == written) && round < 8 {
        round += 1;
        written = Cow::Owned(rule.apply(&format!("{name}\u{0}{round}")).into_owned());
    }
    written
}

fn function_name(tool: &Tool) -> Option<&str> {
    match tool {
        Tool::Function(function) => Some(&function.name),
        Tool::Hosted(_) => None,
    }
}

fn hosted_as(tool: &Tool, name: &str) -> bool {
    matches!(tool, Tool::Hosted(hosted) if hosted.name == name)
}
