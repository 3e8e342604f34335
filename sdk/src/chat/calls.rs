//! Sorts the pieces of tool calls into calls (rule A4): a new id is a new call, whatever index the
//! provider repeats or leaves out.

use super::chunk::{Call, Function};
use crate::json;
use crate::lenient::{Object, Text};
use crate::names::Names;
use crate::types::{Event, ToolCallDelta};

/// The calls of one answer so far.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    calls: Vec<Open>,
}

#[derive(Debug, Default)]
struct Open {
    /// The provider's index; the latest call of an index owns it.
    index: Option<u64>,
    id: Option<String>,
    named: bool,
    arguments: Arguments,
    /// Free text, wrapped in an object for the client; to be closed at the end.
    free_text: bool,
}

/// Follows the nesting of the arguments' JSON, to know when they are whole.
#[derive(Debug, Default)]
struct Arguments {
    started: bool,
    depth: u32,
    in_string: bool,
    escaped: bool,
    whole: bool,
}

impl Calls {
    /// Whether anything was called.
    pub(crate) fn any(&self) -> bool {
        !self.calls.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Adds a piece of a call.
    pub(crate) fn add(&mut self, piece: &Call<'_>, names: &Names, events: &mut Vec<Event>) {
        // Some gateways add an empty `custom` to every function call.
        let custom = piece
            .custom
            .0
            .as_ref()
            .filter(|_| piece.kind.0 == "custom" || piece.function.0.is_none());
        let function = piece.function.0.as_ref();
        let (name, arguments) = match (custom, function) {
            (Some(custom), _) => (custom.name.as_option(), custom.input.0.clone()),
            (None, Some(function)) => (function.name.as_option(), function.arguments.text()),
            (None, None) => (None, Default::default()),
        };
        let id = piece.id.as_option();
        if id.is_none() && name.is_none() && arguments.is_empty() {
            return;
        }
        let slot = self.find(piece.index.0, id, name);
        let Some(call) = self.calls.get_mut(slot) else { return };
        let mut delta = ToolCallDelta { slot: slot as u32, ..ToolCallDelta::default() };
        if call.id.is_none()
            && let Some(id) = id
        {
            call.id = Some(id.to_owned());
            delta.id = Some(id.to_owned());
        }
        if !call.named
            && let Some(name) = name
        {
            call.named = true;
            delta.name = Some(names.restore(name).to_owned());
        }
        if custom.is_some() || call.free_text {
            delta.arguments = free_text(call, &arguments);
        } else {
            delta.arguments = call.arguments.take(&arguments);
        }
        if delta.id.is_some() || delta.name.is_some() || !delta.arguments.is_empty() {
            events.push(Event::ToolCall(delta));
        }
    }

    /// Adds a piece of a call in the old form, of which there is one at most.
    pub(crate) fn add_legacy(
        &mut self,
        function: &Function<'_>,
        names: &Names,
        events: &mut Vec<Event>,
    ) {
        let mut piece = Call::default();
        piece.index.0 = Some(0);
        piece.kind = Text("function".into());
        piece.function = Object(Some(Box::new(function.clone())));
        self.add(&piece, names, events);
    }

    /// Adds a whole call that stood in the text.
    pub(crate) fn add_whole(
        &mut self,
        name: &str,
        arguments: &str,
        names: &Names,
        events: &mut Vec<Event>,
    ) {
        let slot = self.calls.len() as u32;
        self.calls.push(Open { named: true, ..Open::default() });
        events.push(Event::ToolCall(ToolCallDelta {
            slot,
            name: Some(names.restore(name).to_owned()),
            arguments: arguments.to_owned(),
            ..ToolCallDelta::default()
        }));
    }

    /// The answer ended: closes what was wrapped.
    pub(crate) fn close(&mut self, events: &mut Vec<Event>) {
        for (slot, call) in self.calls.iter_mut().enumerate() {
            if std::mem::take(&mut call.free_text) {
                let arguments = String::from("\"}");
                let slot = slot as u32;
                events.push(Event::ToolCall(ToolCallDelta {
                    slot,
                    arguments,
                    ..ToolCallDelta::default()
                }));
            }
        }
    }

    /// The slot of a piece's call, a new one where it starts one.
    fn find(&mut self, index: Option<u64>, id: Option<&str>, name: Option<&str>) -> usize {
        let by_id = |call: &Open| id.is_some() && call.id.as_deref() == id;
        let found = match (index, id) {
            (Some(_), _) => self.calls.iter().rposition(|call| call.index == index),
            (None, Some(_)) => self.calls.iter().rposition(by_id),
            (None, None) => self.calls.len().checked_sub(1),
        };
        let continued = found.filter(|slot| {
            self.calls.get(*slot).is_some_and(|call| match (id, &call.id) {
                (Some(id), Some(known)) => id == known,
                (Some(_), None) => true,
                (None, _) => name.is_none() || !call.named || !call.arguments.whole,
            })
        });
        continued.unwrap_or_else(|| {
            self.calls.push(Open { index, ..Open::default() });
            self.calls.len() - 1
        })
    }
}

impl Arguments {
    /// Takes a piece and gives what of it goes on: no leading space, no `null` for no arguments.
    fn take(&mut self, piece: &str) -> String {
        let piece = if self.started { piece } else { piece.trim_start() };
        if piece.is_empty() || (!self.started && piece.trim_end() == "null") {
            return String::new();
        }
        self.started = true;
        for byte in piece.bytes() {
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.whole = self.depth == 0;
                }
                _ => {}
            }
        }
        piece.to_owned()
    }
}

/// A piece of free text as a piece of `{"input":"…"}`.
fn free_text(call: &mut Open, piece: &str) -> String {
    let mut out = Vec::new();
    if !call.free_text {
        call.free_text = true;
        out.extend_from_slice(b"{\"input\":\"");
    }
    json::escape(piece, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
