//! Tags on opaque vendor state: what one plugin made is never sent on by another (rule C10).

use clasp_model::{Dialect, Event, Manifest};

/// The first word of a tag; the digit is the tag's own version.
const TAG: &str = "clasp1:";

/// Takes a plugin's tag off the state that a client sent back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct States<'a> {
    plugin: &'a str,
    takes_untagged: bool,
}

impl<'a> States<'a> {
    /// For one request. State without a tag was made by the dialect's own vendor, so it goes only
    /// to a plugin whose provider speaks that dialect.
    pub(crate) fn new(manifest: &'a Manifest, dialect: Dialect) -> Self {
        let takes_untagged = manifest.native.iter().any(|native| native.dialect == dialect);
        Self { plugin: &manifest.id, takes_untagged }
    }

    /// The state itself, if this plugin may see it.
    pub(crate) fn untag<'s>(&self, state: &'s str) -> Option<&'s str> {
        if let Some(rest) = state.strip_prefix(TAG) {
            let (plugin, state) = rest.split_once(':')?;
            return (plugin == self.plugin).then_some(state);
        }
        (self.takes_untagged && !is_tagged(state)).then_some(state)
    }
}

/// Tags the state in a plugin's events.
pub(crate) fn tag(plugin: &str, events: &mut [Event]) {
    for event in events {
        match event {
            Event::State(state) | Event::RedactedThinking(state) => prefix(plugin, state),
            Event::ToolCall(call) => {
                if let Some(state) = &mut call.state {
                    prefix(plugin, state);
                }
            }
            Event::Started(_)
            | Event::Text(_)
            | Event::Thinking(_)
            | Event::Citation(_)
            | Event::Block(_)
            | Event::Extra(_)
            | Event::Usage(_)
            | Event::Finished(_)
            | Event::Failed(_) => {}
        }
    }
}

fn prefix(plugin: &str, state: &mut String) {
    // A client keeps pieces of state in one string, so an empty one stays empty.
    if !state.is_empty() {
        *state = format!("{TAG}{plugin}:{state}");
    }
}

/// Whether it carries a tag of any version.
fn is_tagged(state: &str) -> bool {
    state
        .strip_prefix("clasp")
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(version, _)| version.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests;
