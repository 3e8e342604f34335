//! Tools that the client runs and that this API has kinds of its own for: other APIs know only
//! functions, so each is offered as one, and its calls come back as the client's kind of item.
//!
//! <https://developers.openai.com/api/docs/guides/function-calling>,
//! <https://developers.openai.com/api/docs/guides/tools-shell>,
//! <https://developers.openai.com/api/docs/guides/tools-apply-patch> and
//! <https://developers.openai.com/api/docs/guides/tools-tool-search>, as of 2026-11-21.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// What kind of item calls a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `function_call`.
    Function,
    /// `custom_tool_call`: the input is free text.
    Custom,
    /// `local_shell_call`.
    LocalShell,
    /// `shell_call`.
    Shell,
    /// `apply_patch_call`.
    ApplyPatch,
    /// `tool_search_call`.
    ToolSearch,
}

/// Whom the client takes a call for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callee {
    pub(crate) kind: Kind,
    pub(crate) namespace: Option<String>,
    pub(crate) name: String,
}

/// The tools of a request that are no plain functions, by the names that they are offered under.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Callees(BTreeMap<String, Callee>);

impl Kind {
    /// The name, the description and the parameters of a tool that the API describes itself.
    pub(crate) fn built_in(self) -> Option<(&'static str, &'static str, &'static str)> {
        Some(match self {
            Self::Function | Self::Custom | Self::ToolSearch => return None,
            Self::LocalShell => (LOCAL_SHELL, "Runs a command on the user's machine.", EXEC),
            Self::Shell => (SHELL, "Runs shell commands on the user's machine.", COMMANDS),
            Self::ApplyPatch => (
                APPLY_PATCH,
                "Creates, changes or deletes one file. `diff` is in V4A format: sections begin \
                 with `@@`, lines with a blank (kept), `-` (removed) or `+` (added); of a new file \
                 each line begins with `+`. A deleted file has no `diff`.",
                PATCH,
            ),
        })
    }
}

impl Callee {
    /// The name that a tool of a namespace is offered under, by which it is known again in a
    /// conversation that calls it.
    pub(crate) fn qualified(namespace: &str, name: &str) -> String {
        let joint = if namespace.ends_with("__") { "" } else { "__" };
        format!("{namespace}{joint}{name}")
    }
}

impl Callees {
    /// The first tool of a name counts.
    pub(crate) fn add(&mut self, offered: &str, callee: Callee) {
        self.0.entry(offered.to_owned()).or_insert(callee);
    }

    pub(crate) fn find(&self, offered: &str) -> Option<&Callee> {
        self.0.get(offered)
    }

    /// Knows tools of namespaces by their bare names too, where those are nobody else's: some
    /// models leave the namespace out. `taken` are the names of all tools.
    pub(crate) fn know_bare_names<'n>(&mut self, taken: impl Iterator<Item = &'n str>) {
        let mut bare: BTreeMap<String, Option<Callee>> =
            taken.map(|name| (name.to_owned(), None)).collect();
        for callee in self.0.values().filter(|callee| callee.namespace.is_some()) {
            match bare.entry(callee.name.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(Some(callee.clone()));
                }
                Entry::Occupied(mut entry) => {
                    entry.insert(None);
                }
            }
        }
        for (name, callee) in bare {
            if let Some(callee) = callee {
                self.add(&name, callee);
            }
        }
    }
}

/// The names of tools that have none of their own.
pub(crate) const LOCAL_SHELL: &str = "local_shell";
pub(crate) const SHELL: &str = "shell";
pub(crate) const APPLY_PATCH: &str = "apply_patch";
pub(crate) const TOOL_SEARCH: &str = "tool_search";

/// Parameters of a function that takes none.
pub(crate) const NOTHING: &str = r#"{"type":"object","properties":{}}"#;

const EXEC: &str = r#"{"type":"object","properties":{"command":{"type":"array","items":{"type":"string"},"description":"The program and its arguments."},"working_directory":{"type":"string"},"timeout_ms":{"type":"integer"},"env":{"type":"object","additionalProperties":{"type":"string"}},"user":{"type":"string"}},"required":["command"],"additionalProperties":false}"#;

const COMMANDS: &str = r#"{"type":"object","properties":{"commands":{"type":"array","items":{"type":"string"},"description":"Run one after the other."},"timeout_ms":{"type":"integer"},"max_output_length":{"type":"integer"}},"required":["commands"],"additionalProperties":false}"#;

const PATCH: &str = r#"{"type":"object","properties":{"type":{"type":"string","enum":["create_file","update_file","delete_file"]},"path":{"type":"string"},"diff":{"type":"string"}},"required":["type","path"],"additionalProperties":false}"#;
