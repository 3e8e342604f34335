//! Items put together to messages.
//!
//! Rule: what the model said in one turn is one message, and so are the results of its calls; what
//! others said stays as many messages as the client sent.

use clasp_model::{ByteString, Message, OutputSchema, Part, Role};

use crate::json::read::Reader;

#[derive(Default)]
pub(super) struct Conversation<'a> {
    pub(super) messages: Vec<Message>,
    /// The last message holds results.
    results: bool,
    /// Lists of tools that came up in the conversation, and the numbers of their items.
    pub(super) discovered: Vec<(usize, Reader<'a>)>,
    /// Settings that were changed in the conversation, oldest first.
    pub(super) settings: Vec<Settings>,
    /// Ids of calls by the ids of their items.
    calls: Vec<(ByteString, ByteString)>,
}

/// What a `configuration_update` changes.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) effort: Option<ByteString>,
    /// The form of the answer; none within where it is free.
    pub(super) format: Option<Option<OutputSchema>>,
}

impl Conversation<'_> {
    /// Adds what somebody said.
    pub(super) fn message(&mut self, message: Message) {
        self.messages.push(message);
        self.results = false;
    }

    /// Adds what the model said or did.
    pub(super) fn said(&mut self, parts: impl IntoIterator<Item = Part>) {
        let more = matches!(self.messages.last(), Some(last) if last.role == Role::Assistant);
        self.add(Role::Assistant, more, parts);
        self.results = false;
    }

    /// Adds a result, or what else the client answers to a call.
    pub(super) fn answered(&mut self, part: Part) {
        self.add(Role::User, self.results, [part]);
        self.results = true;
    }

    /// Remembers which call an item is.
    pub(super) fn called(&mut self, item: Option<ByteString>, call: &ByteString) {
        if let Some(item) = item {
            self.calls.push((item, call.clone()));
        }
    }

    /// The id of the call that an item is, or the id itself.
    pub(super) fn call_of(&self, id: ByteString) -> ByteString {
        let known = self.calls.iter().rev().find(|(item, _)| *item == id);
        known.map_or(id, |(_, call)| call.clone())
    }

    fn add(&mut self, role: Role, more: bool, parts: impl IntoIterator<Item = Part>) {
        let mut parts = parts.into_iter().peekable();
        if parts.peek().is_none() {
            return;
        }
        match self.messages.last_mut().filter(|_| more) {
            Some(last) => last.parts.extend(parts),
            None => self.messages.push(Message { role, parts: parts.collect(), extra: Vec::new() }),
        }
    }
}
