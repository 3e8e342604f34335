//! A conversation in the order that it is written in.

use std::borrow::Cow;

use crate::types::{CacheHint, Field, Media, Text, Thinking, ToolCall};

/// A message to write.
#[derive(Debug)]
pub enum Turn<'a> {
    /// Instructions.
    System(Vec<Piece<'a>>, Extra<'a>),
    /// What the user said.
    User(Vec<Piece<'a>>, Extra<'a>),
    /// What the model said, in its order.
    Assistant(Vec<Said<'a>>, Extra<'a>),
    /// The result of a call of the assistant's turn before.
    Result(Answered<'a>),
}

/// Members of a message that go on with it, see [`Rules::message_extra`](super::Rules).
pub type Extra<'a> = Vec<&'a Field>;

/// A piece of a message.
#[derive(Debug)]
pub enum Piece<'a> {
    /// A text, with the state that came with it.
    Text {
        /// The text.
        text: Cow<'a, str>,
        /// See [`Text::cache`].
        cache: Option<CacheHint>,
        /// See [`Text::state`].
        state: Option<&'a str>,
    },
    /// A payload that the provider takes.
    Media(&'a Media),
}

/// A part of what the model said.
#[derive(Debug)]
pub enum Said<'a> {
    /// A text that is not empty.
    Text(&'a Text),
    /// Thinking, as [`Rules::thinking`](super::Rules) lets it through.
    Thinking(&'a Thinking),
    /// A call.
    Call(Call<'a>),
}

/// A call, under the id that it is written with.
#[derive(Debug)]
pub struct Call<'a> {
    /// Inside the provider's rule, and no other call's of the turn.
    pub id: String,
    /// The call.
    pub call: &'a ToolCall,
    /// Its place in the request.
    pub path: String,
    pub(super) answered: bool,
}

/// The result of a call.
#[derive(Debug)]
pub struct Answered<'a> {
    /// The call's id as it is written.
    pub id: String,
    /// The tool's name as the client knows it.
    pub name: &'a str,
    /// The tool failed. Already said in the text unless
    /// [`Rules::error_field`](super::Rules).
    pub is_error: bool,
    /// What came out, payloads only of [`Rules::in_results`](super::Rules).
    pub content: Vec<Piece<'a>>,
    /// A hint that stands on the result itself.
    pub cache: Option<CacheHint>,
}

impl<'a> Turn<'a> {
    /// Instructions of ours.
    pub fn system(pieces: Vec<Piece<'a>>) -> Self {
        Self::System(pieces, Vec::new())
    }

    /// A user message of ours.
    pub fn user(pieces: Vec<Piece<'a>>) -> Self {
        Self::User(pieces, Vec::new())
    }
}

impl<'a> Piece<'a> {
    /// A text without state.
    pub fn new(text: impl Into<Cow<'a, str>>, cache: Option<CacheHint>) -> Self {
        Self::Text { text: text.into(), cache, state: None }
    }

    pub(super) fn of(text: &'a Text) -> Self {
        let state = text.state.as_deref();
        Self::Text { text: Cow::Borrowed(&text.text), cache: text.cache, state }
    }
}

impl<'a> Said<'a> {
    /// The call, if it is one.
    pub fn call(&self) -> Option<&Call<'a>> {
        match self {
            Said::Call(call) => Some(call),
            Said::Text(_) | Said::Thinking(_) => None,
        }
    }

    pub(super) fn call_mut(&mut self) -> Option<&mut Call<'a>> {
        match self {
            Said::Call(call) => Some(call),
            Said::Text(_) | Said::Thinking(_) => None,
        }
    }

    pub(super) fn is_call(&self) -> bool {
        self.call().is_some()
    }
}
