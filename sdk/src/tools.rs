//! The tools that a provider is offered, under names that it takes (rules C5, C6, C13).

use std::borrow::Cow;

use crate::failure;
use crate::names::{NameRule, Names};
use crate::notes::Notes;
use crate::types::{Failure, Field, FunctionTool, HostedTool, Request, Tool, ToolChoice};

/// The member that holds a tool which takes free text as its client told it. Its description says
/// the same in words, so that nothing is lost where the provider knows functions only.
pub(crate) const CUSTOM: &str = "custom";

/// The functions of a request that are offered, each under the name that it is written with.
#[derive(Debug)]
pub struct Offer<'a> {
    /// In the order of the request.
    pub functions: Vec<Offered<'a>>,
    rule: NameRule,
}

/// A function that is offered.
#[derive(Debug)]
pub struct Offered<'a> {
    /// As the provider knows it.
    pub name: String,
    /// As the client knows it.
    pub tool: &'a FunctionTool,
    /// Its place in `tools`.
    pub index: usize,
}

/// A client's choice among the tools that are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'a> {
    /// Left to the model; also when the client says nothing.
    Auto,
    /// No call.
    None,
    /// Some call.
    Any,
    /// This one, under the provider's name for it.
    Named(&'a str),
}

impl<'a> Offer<'a> {
    /// Picks the functions that can be offered and notes what cannot: doubles, and hosted tools
    /// that the provider does not run. `runs` says which ones it does; those are the caller's to
    /// write.
    pub fn new(
        rule: NameRule,
        request: &'a Request,
        runs: impl Fn(&HostedTool) -> bool,
        notes: &mut Notes,
    ) -> Self {
        let mut functions: Vec<Offered<'_>> = Vec::new();
        for (index, tool) in request.tools.iter().enumerate() {
            let path = format!("tools[{index}]");
            let tool = match tool {
                Tool::Function(tool) => tool,
                Tool::Hosted(hosted) => {
                    if !runs(hosted) {
                        let why = format!("the provider does not run {} here", hosted.kind);
                        notes.dropped(path, why);
                    }
                    continue;
                }
            };
            if functions.iter().any(|known| known.tool.name == tool.name) {
                notes.dropped(path, format!("a tool {} is there already", tool.name));
                continue;
            }
            let others = || request.tools.iter().filter_map(function_name);
            let name = written(rule, &tool.name, others).into_owned();
            if name != tool.name {
                notes.renamed(&path, format!("the tool is called {name} here"));
            }
            let unknown = |field: &&Field| field.value != "null" && field.name != CUSTOM;
            for field in tool.extra.iter().filter(unknown) {
                notes
                    .dropped(format!("{path}.{}", field.name), "the provider knows no such member");
            }
            functions.push(Offered { name, tool, index });
        }
        Self { functions, rule }
    }

    /// Whether there is a function at all.
    pub fn any(&self) -> bool {
        !self.functions.is_empty()
    }

    /// The names that were changed.
    pub fn names(&self) -> Names {
        let mut names = Names::default();
        for Offered { name, tool, .. } in &self.functions {
            if *name != tool.name {
                names.add(name, &tool.name);
            }
        }
        names
    }

    /// The name that a tool of this name is written with, also one that is offered no more.
    pub fn name_of<'n>(&'n self, name: &'n str) -> Cow<'n, str> {
        let known = self.functions.iter().find(|offered| offered.tool.name == name);
        known.map_or_else(|| self.rule.apply(name), |offered| Cow::Borrowed(&offered.name))
    }

    /// What the client chose among these functions. A choice that has nothing to choose from is
    /// noted and left to the model.
    ///
    /// # Errors
    /// A name that is no tool's at all.
    pub fn choice(&self, request: &Request, notes: &mut Notes) -> Result<Choice<'_>, Failure> {
        let Some(choice) = &request.tool_choice else { return Ok(Choice::Auto) };
        match choice {
            ToolChoice::Auto => Ok(Choice::Auto),
            ToolChoice::None => Ok(Choice::None),
            ToolChoice::Any | ToolChoice::Named(_) if !self.any() => {
                notes.dropped("tool_choice", "there is no tool to choose");
                Ok(Choice::Auto)
            }
            ToolChoice::Any => Ok(Choice::Any),
            ToolChoice::Named(wanted) => {
                if let Some(offered) =
                    self.functions.iter().find(|offered| offered.tool.name == *wanted)
                {
                    return Ok(Choice::Named(&offered.name));
                }
                if request.tools.iter().any(|tool| is_hosted_as(tool, wanted)) {
                    notes.dropped("tool_choice", format!("{wanted} is not offered here"));
                    return Ok(Choice::Auto);
                }
                let what = format!("there is no tool {wanted}; name one of `tools`");
                Err(failure::invalid("tool_choice", what))
            }
        }
    }
}

/// A name inside the rule; should the short form be another tool's name, a longer hash decides.
pub(crate) fn written<'a, 't, I: Iterator<Item = &'t str>>(
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

fn is_hosted_as(tool: &Tool, name: &str) -> bool {
    matches!(tool, Tool::Hosted(hosted) if hosted.name == name)
}
