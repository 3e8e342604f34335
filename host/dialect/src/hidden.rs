//! State of texts and calls, which have no place for it, in hidden blocks of their own.
//!
//! A client that keeps hidden thinking (`redacted_thinking` blocks, `reasoning` items without text)
//! sends it back as it is, so nothing need be remembered here (rule C9). Such a block's data is
//! `clasp1-text:` and the state of the text just before it, or `clasp1-call:`, the id of a call of
//! the same turn, `:` and that call's state. What the client left out has no state then; no hidden
//! block is ever part of a request.
//!
//! Where a dialect has one kind of block for both, `clasp1-redacted:` tells thinking that the
//! provider hides from thinking without a text.

use std::collections::BTreeMap;

use clasp_model::{ByteString, Message, Part, Role, Thinking};

use crate::blocks::Owner;
use crate::ids;

/// How state begins that a plugin here made.
const TAG: &str = "clasp1:";
/// A kind and `:` follow; the digit is the form's own version.
const PREFIX: &str = "clasp1-";
const TEXT: &str = "clasp1-text:";
const CALL: &str = "clasp1-call:";
const REDACTED: &str = "clasp1-redacted:";

/// A call's state, and the number of the message in the turn that it stood in.
struct CallState {
    message: usize,
    id: ByteString,
    state: ByteString,
}

/// A block's `data`.
pub(crate) fn data(owner: &Owner, state: &str) -> String {
    match owner {
        Owner::Text => format!("{TEXT}{state}"),
        Owner::Call(id) => format!("{CALL}{}:{state}", ids::encode(id)),
    }
}

/// The data of thinking that the provider hides, for a dialect that does not tell it apart.
pub(crate) fn redacted(data: &str) -> String {
    format!("{REDACTED}{data}")
}

/// Thinking as such a dialect has it: a text that may be empty, and data. What was not made here is
/// hidden by the dialect's own vendor where it has no text.
pub(crate) fn thinking(text: ByteString, data: ByteString) -> Thinking {
    if let Some(state) = data.strip_prefix(REDACTED) {
        return Thinking { text, state: Some(data.slice_ref(state)), redacted: true };
    }
    let redacted = text.is_empty() && !data.starts_with(TAG);
    Thinking { text, redacted: redacted || data.starts_with(PREFIX), state: Some(data) }
}

/// Gives the state in hidden blocks back to its owners, and removes the blocks. A message that
/// consisted of such blocks alone goes with them.
pub(crate) fn restore(messages: &mut Vec<Message>) {
    if !messages.iter().flat_map(|message| &message.parts).any(|part| hidden(part).is_some()) {
        return;
    }
    let mut kept = Vec::with_capacity(messages.len());
    for turn in messages.chunk_by_mut(|one, next| one.role == next.role) {
        let mut calls = Vec::new();
        for number in 0..turn.len() {
            kept.push(take_out(turn, number, &mut calls));
        }
        give_back(turn, calls);
    }
    let mut kept = kept.into_iter();
    messages.retain(|_| kept.next() != Some(false));
}

/// Whether this is the `data` of a hidden block with the state of a text.
pub(crate) fn is_of_text(data: &str) -> bool {
    data.starts_with(TEXT)
}

/// Whether this is the `data` of a hidden block with the state of a call.
pub(crate) fn is_of_call(data: &str) -> bool {
    data.starts_with(CALL)
}

/// The state in the data of thinking.
pub(crate) fn of_thinking(data: &str) -> &str {
    data.strip_prefix(REDACTED).unwrap_or(data)
}

/// The state in data of any kind.
pub(crate) fn of_any(data: &str) -> &str {
    let of_call = || data.strip_prefix(CALL)?.split_once(':').map(|(_, state)| state);
    data.strip_prefix(TEXT).or_else(of_call).unwrap_or_else(|| of_thinking(data))
}

/// The `data` of a hidden block.
fn hidden(part: &Part) -> Option<&ByteString> {
    match part {
        Part::Thinking(Thinking { state: Some(data), redacted: true, .. }) => {
            data.starts_with(PREFIX).then_some(data)
        }
        _ => None,
    }
}

/// Removes the hidden blocks of one message; the state of a text goes to the text right before.
/// Gives whether anything of the message is left.
fn take_out(turn: &mut [Message], number: usize, calls: &mut Vec<CallState>) -> bool {
    let Some((message, before)) = turn.get_mut(..=number).and_then(<[Message]>::split_last_mut)
    else {
        return true;
    };
    let parts = std::mem::take(&mut message.parts);
    let was_empty = parts.is_empty();
    let mut previous = before.last_mut().and_then(|message| message.parts.last_mut());
    for part in parts {
        let Some(data) = hidden(&part) else {
            message.parts.push(part);
            previous = None;
            continue;
        };
        let owner = previous.take().or_else(|| message.parts.last_mut());
        if message.role != Role::Assistant {
            continue;
        }
        if let Some(state) = data.strip_prefix(TEXT) {
            // A text that has its state already is not the one that this one followed.
            if let Some(Part::Text(text)) = owner {
                text.state.get_or_insert_with(|| data.slice_ref(state));
            }
        } else if let Some((id, state)) =
            data.strip_prefix(CALL).and_then(|rest| rest.split_once(':'))
        {
            let id = ids::decode(data.slice_ref(id));
            calls.push(CallState { message: number, id, state: data.slice_ref(state) });
        }
    }
    was_empty || !message.parts.is_empty()
}

/// Gives each state to the call of its id: of the same message, else of the first of the turn that
/// has one.
fn give_back(turn: &mut [Message], states: Vec<CallState>) {
    let mut places = BTreeMap::new();
    for (number, message) in turn.iter().enumerate().filter(|_| !states.is_empty()) {
        for (index, part) in message.parts.iter().enumerate() {
            if let Part::ToolCall(call) = part {
                places.insert((call.id.clone(), number), index);
            }
        }
    }
    for CallState { message, id, state } in states {
        let own = (id, message);
        let place = match places.get_key_value(&own) {
            Some(place) => Some(place),
            None => {
                let first = (own.0.clone(), 0);
                places.range(first..).next().filter(|((id, _), _)| *id == own.0)
            }
        };
        let Some((&(_, message), &index)) = place else { continue };
        let part = turn.get_mut(message).and_then(|message| message.parts.get_mut(index));
        if let Some(Part::ToolCall(call)) = part {
            call.state = Some(state);
        }
    }
}
