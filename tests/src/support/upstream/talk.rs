//! A request as a play sees it, whatever API it came by.

use serde_json::Value;

/// What the client sent.
#[derive(Debug, Default)]
pub(super) struct Talk {
    /// The conversation, in order, without instructions.
    pub items: Vec<Item>,
    /// Names of the tools that are offered.
    pub tools: Vec<String>,
    /// What the answer must look like; null when that is free.
    pub schema: Value,
    /// The model is to think, and what it thinks is to be told.
    pub thinks: bool,
}

/// A piece of the conversation.
#[derive(Debug)]
pub(super) enum Item {
    /// What the user wrote.
    User(String),
    /// A picture, also one in a tool's result.
    Picture,
    /// What a tool gave.
    Result(String),
    /// A piece of an earlier answer.
    Said(Part),
}

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    /// What it says.
    pub kind: Kind,
    /// The opaque state that goes with it, as it stands in the API; null when there is none.
    pub state: Value,
    /// The provider does not ask for the state again.
    pub optional: bool,
}

/// What a piece of an answer says.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Thinking(String),
    Text(String),
    Call { id: String, name: String, arguments: Value },
}

impl Part {
    /// Without state.
    pub fn new(kind: Kind) -> Self {
        Self::with(kind, Value::Null)
    }

    /// With state.
    pub fn with(kind: Kind, state: Value) -> Self {
        Self { kind, state, optional: false }
    }

    /// Whether it is a call.
    pub fn is_call(&self) -> bool {
        matches!(self.kind, Kind::Call { .. })
    }
}

impl Talk {
    /// The earlier answers: what was said between users and tools. The second of each tells that
    /// the user has said nothing since.
    pub fn steps(&self) -> Vec<(Vec<&Part>, bool)> {
        let turn = self.items.iter().rposition(|item| matches!(item, Item::User(_)));
        let mut steps = Vec::new();
        let mut open = Vec::new();
        for (index, item) in self.items.iter().enumerate() {
            match item {
                Item::Said(part) => open.push(part),
                _ if open.is_empty() => {}
                _ => steps.push((std::mem::take(&mut open), Some(index) > turn)),
            }
        }
        steps.extend(Some((open, true)).filter(|(open, _)| !open.is_empty()));
        steps
    }
}
