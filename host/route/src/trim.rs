//! Leaves out old turns of a conversation that is too long for its model.
//!
//! What is left is a conversation that every provider takes: it begins with the user, user and
//! model take turns as before, each call has its result and each result its call.

use std::collections::HashMap;

use clasp_model::{ByteString, Message, Part, Request, Role, Text};

/// What stands where turns were left out.
const GAP: &str = "[Earlier turns were left out here: the conversation is too long for the model's context window.]";

/// A conversation without some of its old turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Trimmed {
    /// The shorter request.
    pub request: Request,
    /// How many messages were left out.
    pub left_out: usize,
}

/// Leaves out as few old turns as it takes to bring a request to `budget` tokens, as `count` counts
/// them.
///
/// What always stays: the system prompt and the tools; all that was said before the model's first
/// answer, which is what the conversation is about; the latest turns, from an answer of the model
/// on; the user's last message that is no tool's result, for a model that works through a long list
/// of calls has its task from there. Instructions in the middle of the conversation stay where that
/// is enough. A short text tells the model of the gap; it and a message that stays from before the
/// latest turns are joined to the user's first message, so that user and model still take turns.
///
/// `count` is asked about as often as the logarithm of the number of turns, twice at worst. None:
/// the request is within the budget, or nothing that may be left out is enough.
pub fn trim(request: &Request, budget: u64, count: &dyn Fn(&Request) -> u64) -> Option<Trimmed> {
    if count(request) <= budget {
        return None;
    }
    let turns = Turns::of(&request.messages)?;
    let frame = Request { messages: Vec::new(), ..request.clone() };
    let fitting = |instructions: bool| {
        let mut found = None;
        let mut cuts = turns.cuts.as_slice();
        while !cuts.is_empty() {
            let (before, rest) = cuts.split_at(cuts.len() / 2);
            let (cut, behind) = rest.split_first()?;
            let trimmed = turns.without(&frame, *cut, instructions);
            match count(&trimmed.request) <= budget {
                true => {
                    found = Some(trimmed);
                    cuts = before;
                }
                false => cuts = behind,
            }
        }
        found
    };
    fitting(true).or_else(|| fitting(false))
}

/// Where a conversation may be cut.
struct Turns<'a> {
    /// What was said before the model's first answer.
    opening: &'a [Message],
    /// All from there on.
    rest: &'a [Message],
    /// Places in `rest` from which on it may stay, in order.
    cuts: Vec<usize>,
}

impl<'a> Turns<'a> {
    /// None: the model has said nothing yet.
    fn of(messages: &'a [Message]) -> Option<Self> {
        let first = messages.iter().position(|message| message.role == Role::Assistant)?;
        let (opening, rest) = messages.split_at(first);
        let calls = calls(rest);
        let mut cuts = Vec::new();
        // Whether nothing from here on answers a call from before.
        let mut earliest = usize::MAX;
        for (at, call) in calls.into_iter().enumerate().skip(1).rev() {
            earliest = earliest.min(call.unwrap_or(usize::MAX));
            if earliest >= at && begins_answer(rest, at) {
                cuts.push(at);
            }
        }
        cuts.reverse();
        if let Some(last) = rest.iter().rposition(is_said)
            && rest.iter().skip(last + 1).all(|message| message.role == Role::System)
        {
            cuts.push(last + 1);
        }
        Some(Self { opening, rest, cuts })
    }

    /// The conversation from `cut` on with what stays from before, in `frame`.
    fn without(&self, frame: &Request, cut: usize, instructions: bool) -> Trimmed {
        let (old, recent) = self.rest.split_at(cut);
        let said = match recent.iter().any(is_said) {
            true => None,
            false => old.iter().rfind(|message| is_said(message)),
        };
        let kept: Vec<&Message> =
            old.iter().filter(|message| instructions && message.role == Role::System).collect();
        let left_out = old.len() - kept.len() - usize::from(said.is_some());
        let mut messages = self.opening.to_vec();
        let joined = match messages.iter_mut().rev().find(|message| message.role == Role::User) {
            Some(user) => &mut user.parts,
            None => {
                let parts = Vec::new();
                let user = Message { role: Role::User, parts, extra: Vec::new() };
                &mut messages.push_mut(user).parts
            }
        };
        let text = ByteString::from_static(GAP);
        joined.push(Part::Text(Text { text, ..Text::default() }));
        joined.extend(said.into_iter().flat_map(|message| message.parts.iter().cloned()));
        messages.extend(kept.into_iter().chain(recent).cloned());
        Trimmed { request: Request { messages, ..frame.clone() }, left_out }
    }
}

/// For each message the earliest message with a call that it answers. Ids may come again: a result
/// answers the last call before it.
fn calls(messages: &[Message]) -> Vec<Option<usize>> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut answered = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        let mut earliest = None;
        for part in &message.parts {
            match part {
                Part::ToolCall(call) => _ = seen.insert(&*call.id, at),
                Part::ToolResult(result) => {
                    let call = seen.get(&*result.call_id).copied();
                    earliest = [earliest, call].into_iter().flatten().min();
                }
                Part::Text(_) | Part::Media(_) | Part::Thinking(_) | Part::Other(_) => {}
            }
        }
        answered.push(earliest);
    }
    answered
}

/// Whether the model begins to speak here: what it says in several messages stays together.
fn begins_answer(messages: &[Message], at: usize) -> bool {
    let mut until = messages.iter().take(at).rev();
    let before = until.find(|message| message.role != Role::System);
    messages.get(at).is_some_and(|message| message.role == Role::Assistant)
        && before.is_none_or(|message| message.role == Role::User)
}

/// Whether the user says something, and not only a tool.
fn is_said(message: &Message) -> bool {
    let is_result = |part: &Part| matches!(part, Part::ToolResult(_));
    message.role == Role::User && !message.parts.is_empty() && !message.parts.iter().any(is_result)
}
