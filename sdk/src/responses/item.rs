//! An item of the output under construction: what of it has been told, so that whatever its last
//! events repeat is told once, and whatever only they hold is told at all.

use std::collections::BTreeSet;

use super::event::Item;
use super::keep::{JOINT, Kept, Reasoning};
use crate::json;
use crate::types::{Event, ToolCallDelta};

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Message,
    Reasoning,
    Call,
    /// A call of a tool that takes free text.
    Custom,
    /// Nothing that a client is told of.
    Other,
}

/// An item so far.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) kind: Kind,
    /// Its place in the output; ids change between the events of some servers.
    pub(crate) index: Option<u64>,
    pub(crate) id: String,
    pub(crate) done: bool,
    /// Which parts of a message have been told.
    pub(crate) told: BTreeSet<u64>,
    pub(crate) cited: bool,
    thought: Thought,
    slot: u32,
    named: bool,
    /// The arguments that have been told.
    arguments: String,
}

/// The text of a reasoning item.
#[derive(Debug, Default)]
struct Thought {
    /// Summary or reasoning itself, whichever came first; both say the same.
    raw: Option<bool>,
    /// The parts that have been told, and their bytes.
    parts: Vec<(u64, usize)>,
}

impl Kind {
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "message" => Self::Message,
            "reasoning" => Self::Reasoning,
            "function_call" => Self::Call,
            "custom_tool_call" => Self::Custom,
            _ => Self::Other,
        }
    }
}

impl Open {
    pub(crate) fn new(kind: Kind, index: Option<u64>, id: &str, slot: usize) -> Self {
        Self {
            kind,
            index,
            id: id.to_owned(),
            done: false,
            told: BTreeSet::new(),
            cited: false,
            thought: Thought::default(),
            slot: u32::try_from(slot).unwrap_or(u32::MAX),
            named: false,
            arguments: String::new(),
        }
    }

    /// A piece of a thought. `apart`: another thought came just before.
    pub(crate) fn think(
        &mut self,
        raw: bool,
        part: u64,
        text: &str,
        apart: bool,
        events: &mut Vec<Event>,
    ) {
        let Thought { raw: kind, parts } = &mut self.thought;
        if text.is_empty() || *kind.get_or_insert(raw) != raw {
            return;
        }
        match parts.last_mut() {
            Some((last, bytes)) if *last == part => {
                *bytes += text.len();
                return events.push(Event::Thinking(text.to_owned()));
            }
            Some(_) => events.push(Event::Thinking(JOINT.to_owned())),
            None if apart => events.push(Event::Thinking(JOINT.to_owned())),
            None => {}
        }
        parts.push((part, text.len()));
        events.push(Event::Thinking(text.to_owned()));
    }

    /// A part of a thought as a whole, unless it has been told.
    pub(crate) fn thought(
        &mut self,
        raw: bool,
        part: u64,
        text: &str,
        apart: bool,
        events: &mut Vec<Event>,
    ) {
        if !self.thought.parts.iter().any(|(told, _)| *told == part) {
            self.think(raw, part, text, apart, events);
        }
    }

    /// A reasoning item is whole: what was not told of it.
    pub(crate) fn close_reasoning(
        &mut self,
        item: &Item<'_>,
        apart: bool,
        events: &mut Vec<Event>,
    ) {
        // By their order: some servers number parts otherwise in a stream.
        let told = self.thought.parts.len();
        for (raw, parts) in [(false, &item.summary.0), (true, &item.content.0)] {
            for (index, part) in parts.iter().enumerate().skip(told) {
                self.think(raw, u64::MAX - index as u64, &part.text.0, apart, events);
            }
        }
    }

    /// The state that makes a reasoning item again.
    pub(crate) fn keep_reasoning(&self, item: &Item<'_>, host: &str, events: &mut Vec<Event>) {
        let Thought { raw, parts } = &self.thought;
        let raw = *raw == Some(true);
        // A summary alone is of no use to the provider.
        if item.encrypted_content.0.is_empty() && !raw {
            return;
        }
        let lengths: Vec<usize> = parts.iter().map(|(_, bytes)| *bytes).collect();
        let reasoning = Reasoning {
            id: item.id.0.to_string(),
            encrypted: item.encrypted_content.0.to_string(),
            parts: if lengths.len() > 1 { lengths } else { Vec::new() },
            raw,
        };
        let state = Kept { at: host.into(), reasoning: Some(reasoning), ..Kept::default() };
        events.push(if parts.is_empty() {
            Event::RedactedThinking(state.write())
        } else {
            Event::State(state.write())
        });
    }

    /// The id and the name of a call, once; `name` is the client's.
    pub(crate) fn name(&mut self, item: &Item<'_>, name: &str, events: &mut Vec<Event>) {
        let id = item.call_id.as_option().or(item.id.as_option());
        if self.named || name.is_empty() {
            return;
        }
        self.named = true;
        events.push(Event::ToolCall(ToolCallDelta {
            slot: self.slot,
            id: id.map(str::to_owned),
            name: Some(name.to_owned()),
            ..ToolCallDelta::default()
        }));
    }

    /// A piece of a call's arguments, or of its free text.
    pub(crate) fn argue(&mut self, piece: &str, events: &mut Vec<Event>) {
        if piece.is_empty() || self.done {
            return;
        }
        let mut arguments = Vec::new();
        if self.kind == Kind::Custom {
            if self.arguments.is_empty() {
                arguments.extend_from_slice(b"{\"input\":\"");
            }
            json::escape(piece, &mut arguments);
        } else {
            arguments.extend_from_slice(piece.as_bytes());
        }
        self.arguments.push_str(piece);
        self.push_arguments(arguments, events);
    }

    /// All of a call's arguments: what was not told of them.
    pub(crate) fn argued(&mut self, whole: &str, events: &mut Vec<Event>) {
        if whole != "null"
            && let Some(rest) = whole.strip_prefix(self.arguments.as_str())
        {
            let rest = rest.to_owned();
            self.argue(&rest, events);
        }
    }

    /// A call is whole.
    pub(crate) fn close_call(&mut self, events: &mut Vec<Event>) {
        if self.kind == Kind::Custom && !self.done {
            let end: &[u8] = if self.arguments.is_empty() { b"{\"input\":\"\"}" } else { b"\"}" };
            self.push_arguments(end.to_vec(), events);
        }
    }

    fn push_arguments(&self, arguments: Vec<u8>, events: &mut Vec<Event>) {
        let arguments = String::from_utf8(arguments).unwrap_or_default();
        let slot = self.slot;
        events.push(Event::ToolCall(ToolCallDelta { slot, arguments, ..ToolCallDelta::default() }));
    }
}
