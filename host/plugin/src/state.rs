//! Tags on opaque vendor state: what one provider's plugin made is never sent to another (rule C10).
//!
//! `clasp1:gemini:…`, or `clasp1:compat/groq:…` for a provider whose name is not its plugin's: one
//! plugin may speak to several vendors. What a dialect writes around it begins with `clasp1-`.

use clasp_model::{Dialect, Event, Json, Manifest, Target};

/// The first word of a tag; the digit is the tag's own version.
const TAG: &str = "clasp1:";

/// Who makes state: a plugin and, when its name is another one, the provider that it serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Maker<'a> {
    plugin: &'a str,
    provider: Option<&'a str>,
}

/// Takes the tag off the state that a client sent back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct States<'a> {
    maker: Maker<'a>,
    takes_untagged: bool,
}

impl<'a> Maker<'a> {
    /// Who answers for this target.
    pub(crate) fn new(plugin: &'a str, target: &'a Target) -> Self {
        let provider = target.provider.as_str();
        let own = provider.is_empty() || provider == plugin;
        Self { plugin, provider: (!own).then_some(provider) }
    }

    /// Its name in tags; ids and names of providers have neither `:` nor `/`.
    pub(crate) fn name(&self) -> String {
        match self.provider {
            Some(provider) => format!("{}/{provider}", self.plugin),
            None => self.plugin.to_owned(),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        match name.split_once('/') {
            Some((plugin, provider)) => plugin == self.plugin && self.provider == Some(provider),
            None => name == self.plugin && self.provider.is_none(),
        }
    }
}

impl<'a> States<'a> {
    /// For one request. State without a tag was made by the dialect's own vendor, so it goes only
    /// to a plugin whose provider speaks that dialect.
    pub(crate) fn new(manifest: &'a Manifest, target: &'a Target, dialect: Dialect) -> Self {
        let takes_untagged = manifest.native.iter().any(|native| native.dialect == dialect);
        Self { maker: Maker::new(&manifest.id, target), takes_untagged }
    }

    /// The state itself, if this plugin may see it.
    pub(crate) fn untag<'s>(&self, state: &'s str) -> Option<&'s str> {
        if let Some(rest) = state.strip_prefix(TAG) {
            let (maker, state) = rest.split_once(':')?;
            return self.maker.is_named(maker).then_some(state);
        }
        (self.takes_untagged && !is_tagged(state)).then_some(state)
    }
}

/// Tags the state in a plugin's events with its maker's name.
pub(crate) fn tag(maker: &str, events: &mut [Event]) {
    for event in events {
        match event {
            Event::State(state) | Event::RedactedThinking(state) => prefix(maker, state),
            Event::ToolCall(call) => {
                if let Some(state) = &mut call.state {
                    prefix(maker, state);
                }
            }
            Event::Block(block) => {
                if let Some(tagged) = tagged_block(maker, block.as_str()) {
                    *block = Json::from_checked(tagged.into());
                }
            }
            Event::Started(_)
            | Event::Text(_)
            | Event::Thinking(_)
            | Event::Citation(_)
            | Event::Extra(_)
            | Event::Usage(_)
            | Event::Finished(_)
            | Event::Failed(_) => {}
        }
    }
}

/// A whole block of thinking holds its state as a member.
fn tagged_block(maker: &str, block: &str) -> Option<String> {
    let mut block: serde_json::Value = serde_json::from_str(block).ok()?;
    let member = match block.get("type")?.as_str()? {
        "thinking" => "signature",
        "redacted_thinking" => "data",
        _ => return None,
    };
    let serde_json::Value::String(state) = block.get_mut(member)? else { return None };
    prefix(maker, state);
    Some(block.to_string())
}

fn prefix(maker: &str, state: &mut String) {
    // A client keeps pieces of state in one string, so an empty one stays empty.
    if !state.is_empty() {
        *state = format!("{TAG}{maker}:{state}");
    }
}

/// Whether it carries a tag of any version, or what a dialect writes around one.
fn is_tagged(state: &str) -> bool {
    let Some(rest) = state.strip_prefix("clasp") else { return false };
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    rest.starts_with([':', '-'])
}

#[cfg(test)]
mod tests;
