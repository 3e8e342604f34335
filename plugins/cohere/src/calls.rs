//! Sorts the pieces of tool calls into calls (rule A4): each start is a new call, whatever index
//! the provider repeats.

use clasp_plugin::names::Names;
use clasp_plugin::{Event, ToolCallDelta};

use crate::chunk::Call;

/// The calls of one answer so far, each with the provider's index.
#[derive(Debug, Default)]
pub(crate) struct Calls(Vec<Option<u64>>);

impl Calls {
    /// Whether anything was called.
    pub(crate) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// A call begins.
    pub(crate) fn start(
        &mut self,
        index: Option<u64>,
        call: &Call<'_>,
        names: &Names,
        events: &mut Vec<Event>,
    ) {
        self.0.push(index);
        self.add(self.0.len() - 1, call, names, events);
    }

    /// A call goes on; one that never began begins now.
    pub(crate) fn go_on(
        &mut self,
        index: Option<u64>,
        call: &Call<'_>,
        names: &Names,
        events: &mut Vec<Event>,
    ) {
        let slot = match index {
            Some(_) => self.0.iter().rposition(|known| *known == index),
            None => self.0.len().checked_sub(1),
        };
        match slot {
            Some(slot) => self.add(slot, call, names, events),
            None => self.start(index, call, names, events),
        }
    }

    fn add(&self, slot: usize, call: &Call<'_>, names: &Names, events: &mut Vec<Event>) {
        let function = call.function.0.as_ref();
        let name = function.and_then(|function| function.name.as_option());
        let arguments = function.map(|function| function.arguments.text()).unwrap_or_default();
        let delta = ToolCallDelta {
            slot: slot as u32,
            id: call.id.as_option().map(str::to_owned),
            name: name.map(|name| names.restore(name).to_owned()),
            arguments: arguments.into_owned(),
            state: None,
        };
        if delta.id.is_some() || delta.name.is_some() || !delta.arguments.is_empty() {
            events.push(Event::ToolCall(delta));
        }
    }
}
