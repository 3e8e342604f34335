//! Tools and the choice among them (rules C4, C5, C6, C13, C18).
//!
//! <https://platform.claude.com/docs/en/agents-and-tools/tool-use/define-tools>, as of 2026-11-21.

use std::borrow::Cow;

use serde_json::Value;

use super::body::Body;
use super::schema;
use crate::failure;
use crate::names::{Alphabet, NameRule, Names};
use crate::tools::written;
use crate::types::{CacheHint, Failure, FunctionTool, HostedTool, Request, Tool, ToolChoice};

const NAMES: NameRule = NameRule { alphabet: Alphabet::Word, min: 1, max: 64 };

/// Names of functions as they are written.
#[derive(Debug, Default)]
pub(super) struct ToolNames(Vec<(String, String)>);

impl ToolNames {
    pub(super) fn new(request: &Request) -> Self {
        let names = || request.tools.iter().filter_map(function).map(|tool| tool.name.as_str());
        let renamed = names().filter(|name| !NAMES.allows(name));
        Self(renamed.map(|name| (name.to_owned(), written(NAMES, name, names).into())).collect())
    }

    /// The name that a tool is written with, also one that is offered no more.
    pub(super) fn written<'n>(&'n self, name: &'n str) -> Cow<'n, str> {
        let known = self.0.iter().find(|(original, _)| original == name);
        known.map_or_else(|| NAMES.apply(name), |(_, written)| Cow::Borrowed(written))
    }

    /// For the answer.
    pub(super) fn into_names(self) -> Names {
        let mut names = Names::default();
        self.0.iter().for_each(|(original, written)| names.add(written, original));
        names
    }
}

impl Body<'_> {
    /// Writes `tools`, if there are any. `hint`: a breakpoint of ours is due after them.
    pub(super) fn tools(&mut self, hint: Option<CacheHint>) {
        let request = self.request;
        let mut tools: Vec<(usize, &Tool)> = Vec::new();
        for (index, tool) in request.tools.iter().enumerate() {
            let path = format!("tools[{index}]");
            match tool {
                Tool::Hosted(hosted) if !self.runs(hosted) => {
                    let why = format!("this host of Claude does not run {}", hosted.kind);
                    self.notes.dropped(path, why);
                }
                _ if tools.iter().any(|(_, known)| name(known) == name(tool)) => {
                    self.notes.dropped(path, format!("a tool {} is there already", name(tool)));
                }
                _ => tools.push((index, tool)),
            }
        }
        if tools.is_empty() {
            return;
        }
        let last = tools.len() - 1;
        self.writer.key("tools");
        self.writer.open_array();
        for (place, (index, tool)) in tools.into_iter().enumerate() {
            self.hint = hint.filter(|_| place == last);
            match tool {
                Tool::Function(tool) => self.function(tool, index),
                Tool::Hosted(hosted) if self.native => self.writer.raw(&hosted.config),
                Tool::Hosted(hosted) => self.web_search(hosted),
            }
        }
        self.hint = None;
        self.writer.close_array();
    }

    fn function(&mut self, tool: &FunctionTool, index: usize) {
        let path = format!("tools[{index}]");
        let name = self.names.written(&tool.name).into_owned();
        if name != tool.name {
            self.notes.renamed(&path, format!("the tool is called {name} here"));
        }
        self.writer.open_object();
        self.writer.string_member("name", &name);
        if let Some(description) = tool.description.as_deref().filter(|text| !text.is_empty()) {
            self.writer.string_member("description", description);
        }
        let strict = tool.strict == Some(true) && self.family.schemas;
        let (parameters, repaired) = match (self.native, strict) {
            (true, _) => (Cow::Borrowed(tool.parameters.as_str()), None),
            (false, true) => schema::closed(&tool.parameters),
            (false, false) => schema::open(&tool.parameters),
        };
        if let Some(what) = repaired {
            self.notes.repaired(format!("{path}.parameters"), what);
        }
        self.writer.raw_member("input_schema", &parameters);
        match tool.strict {
            Some(true) if !strict => {
                let why = format!("{} keeps to no schema", self.target.model);
                self.notes.dropped(format!("{path}.strict"), why);
            }
            Some(strict) if strict || self.native => {
                self.writer.key("strict");
                self.writer.bool(strict);
            }
            _ => {}
        }
        self.extra(&tool.extra, &path);
        self.close_hinted(tool.cache);
    }

    /// Writes what the client chose, and whether one call at a time is wanted.
    pub(super) fn tool_choice(&mut self) -> Result<(), Failure> {
        let request = self.request;
        let one = request.parallel_tools == Some(false);
        let any = request.tools.iter().any(|tool| self.is_offered(tool));
        let mut choice = request.tool_choice.as_ref();
        if !any {
            if matches!(choice, Some(ToolChoice::Any | ToolChoice::Named(_))) {
                self.notes.dropped("tool_choice", "there is no tool to choose");
            }
            return Ok(());
        }
        if let Some(ToolChoice::Named(wanted)) = choice {
            let known = request.tools.iter().find(|tool| name(tool) == wanted);
            let Some(known) = known else {
                let what = format!("there is no tool {wanted}; name one of `tools`");
                return Err(failure::invalid("tool_choice", what));
            };
            if !self.is_offered(known) {
                self.notes.dropped("tool_choice", format!("{wanted} is not offered here"));
                choice = None;
            }
        }
        if is_forced(choice) && !self.family.forced_tools {
            let why = format!("{} cannot be made to call a tool", self.target.model);
            self.notes.dropped("tool_choice", why);
            choice = None;
        }
        let word = match choice {
            None if !one => return Ok(()),
            None | Some(ToolChoice::Auto) => "auto",
            Some(ToolChoice::None) => "none",
            Some(ToolChoice::Any) => "any",
            Some(ToolChoice::Named(_)) => "tool",
        };
        self.writer.key("tool_choice");
        self.writer.open_object();
        self.writer.string_member("type", word);
        if let Some(ToolChoice::Named(wanted)) = choice {
            let name = self.names.written(wanted).into_owned();
            self.writer.string_member("name", &name);
        }
        match request.parallel_tools {
            Some(parallel) if word != "none" && (one || self.native) => {
                self.writer.key("disable_parallel_tool_use");
                self.writer.bool(!parallel);
            }
            _ => {}
        }
        self.writer.close_object();
        Ok(())
    }

    /// Whether a call is forced on a model that can be made to call.
    pub(super) fn forces_tools(&self) -> bool {
        let offered = self.request.tools.iter().any(|tool| self.is_offered(tool));
        offered && self.family.forced_tools && is_forced(self.request.tool_choice.as_ref())
    }

    fn is_offered(&self, tool: &Tool) -> bool {
        match tool {
            Tool::Function(_) => true,
            Tool::Hosted(hosted) => self.runs(hosted),
        }
    }

    fn runs(&self, tool: &HostedTool) -> bool {
        if self.native {
            return self.wire.runs(&tool.kind);
        }
        tool.kind.starts_with("web_search") && self.wire.runs(WEB_SEARCH)
    }

    /// The web search of OpenAI's dialects.
    fn web_search(&mut self, hosted: &HostedTool) {
        let config: Value = serde_json::from_str(&hosted.config).unwrap_or_default();
        self.writer.open_object();
        self.writer.string_member("type", WEB_SEARCH);
        self.writer.string_member("name", "web_search");
        let domains = config.pointer("/filters/allowed_domains");
        if let Some(domains) = domains.filter(|domains| domains.is_array()) {
            self.writer.raw_member("allowed_domains", &domains.to_string());
        }
        if let Some(place) = config.get("user_location").filter(|place| place.is_object()) {
            self.writer.raw_member("user_location", &place.to_string());
        }
        self.close_hinted(None);
    }
}

const WEB_SEARCH: &str = "web_search_20250305";

fn is_forced(choice: Option<&ToolChoice>) -> bool {
    matches!(choice, Some(ToolChoice::Any | ToolChoice::Named(_)))
}

fn name(tool: &Tool) -> &str {
    match tool {
        Tool::Function(function) => &function.name,
        Tool::Hosted(hosted) => &hosted.name,
    }
}

fn function(tool: &Tool) -> Option<&FunctionTool> {
    match tool {
        Tool::Function(function) => Some(function),
        Tool::Hosted(_) => None,
    }
}
