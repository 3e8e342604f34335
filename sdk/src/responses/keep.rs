//! State that makes the provider's items whole again in the next request (rule C9). It goes back
//! only to the host that made it (rule C10): no other can read what is encrypted in it.

use serde_json::Value;

use crate::json;

/// One piece of state: a JSON object with `at` and one of the other members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The host that made it.
    pub(crate) at: String,
    /// What a reasoning item holds besides the text that the client keeps.
    pub(crate) reasoning: Option<Reasoning>,
    /// A whole item, as JSON, that the client sees nothing of.
    pub(crate) item: Option<String>,
    /// The phase of the message that comes next.
    pub(crate) phase: Option<String>,
    /// The answer that this turn is, where the provider keeps the conversation.
    pub(crate) answer: Option<Stored>,
}

/// Of a reasoning item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasoning {
    pub(crate) id: String,
    pub(crate) encrypted: String,
    /// Bytes of each part, where there are several.
    pub(crate) parts: Vec<usize>,
    /// The text is the reasoning itself, not a summary.
    pub(crate) raw: bool,
}

/// An answer that the provider keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) id: String,
    /// Stands for all that was sent for it.
    pub(crate) sum: String,
}

impl Kept {
    /// Reads state; none when another host made it.
    pub(crate) fn read(state: &str, host: &str) -> Option<Self> {
        // A list is another maker's: `reasoning_details` of Chat Completions.
        if state.is_empty() || state.starts_with('[') {
            return None;
        }
        if !state.starts_with('{') {
            // A client of the vendor's own API: what is encrypted, and nothing else.
            let reasoning = Reasoning { encrypted: state.into(), ..Reasoning::default() };
            return Some(Self { reasoning: Some(reasoning), ..Self::default() });
        }
        let mut state: Value = serde_json::from_str(state).ok()?;
        let at = text(&mut state, "at").filter(|at| at == host)?;
        let reasoning = state.get_mut("reasoning").map(Reasoning::read);
        let answer = state.get_mut("answer").map(|answer| Stored {
            id: text(answer, "id").unwrap_or_default(),
            sum: text(answer, "sum").unwrap_or_default(),
        });
        let (item, phase) = (text(&mut state, "item"), text(&mut state, "phase"));
        Some(Self { at, reasoning, item, phase, answer })
    }

    pub(crate) fn write(&self) -> String {
        let mut writer = json::Writer::default();
        writer.open_object();
        writer.string_member("at", &self.at);
        if let Some(reasoning) = &self.reasoning {
            writer.key("reasoning");
            reasoning.write(&mut writer);
        }
        if let Some(item) = &self.item {
            writer.string_member("item", item);
        }
        if let Some(phase) = &self.phase {
            writer.string_member("phase", phase);
        }
        if let Some(Stored { id, sum }) = &self.answer {
            writer.key("answer");
            writer.open_object();
            writer.string_member("id", id);
            writer.string_member("sum", sum);
            writer.close_object();
        }
        writer.close_object();
        String::from_utf8(writer.into_bytes().unwrap_or_default()).unwrap_or_default()
    }
}

impl Reasoning {
    fn read(state: &mut Value) -> Self {
        let parts = state.get("parts").and_then(Value::as_array);
        let bytes = |count: &Value| count.as_u64().and_then(|count| usize::try_from(count).ok());
        Self {
            parts: parts.into_iter().flatten().filter_map(bytes).collect(),
            raw: state.get("raw").and_then(Value::as_bool).unwrap_or_default(),
            id: text(state, "id").unwrap_or_default(),
            encrypted: text(state, "encrypted").unwrap_or_default(),
        }
    }

    fn write(&self, writer: &mut json::Writer) {
        writer.open_object();
        if !self.id.is_empty() {
            writer.string_member("id", &self.id);
        }
        if !self.encrypted.is_empty() {
            writer.string_member("encrypted", &self.encrypted);
        }
        if !self.parts.is_empty() {
            writer.key("parts");
            writer.open_array();
            self.parts.iter().for_each(|bytes| writer.integer(*bytes as u64));
            writer.close_array();
        }
        if self.raw {
            writer.raw_member("raw", "true");
        }
        writer.close_object();
    }

    /// The parts of the item's text.
    pub(crate) fn split<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let mut rest = text;
        if text.is_empty() {
            return parts;
        }
        for length in &self.parts {
            let Some((part, tail)) = rest.split_at_checked(*length) else { return vec![text] };
            parts.push(part);
            rest = tail.strip_prefix(JOINT).unwrap_or(tail);
        }
        if parts.is_empty() || !rest.is_empty() { vec![text] } else { parts }
    }
}

/// What stands between the parts of a thought.
pub(crate) const JOINT: &str = "\n\n";

/// Takes a member that is a text.
fn text(state: &mut Value, name: &str) -> Option<String> {
    match state.get_mut(name)?.take() {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// The host of a URL, without port.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}
