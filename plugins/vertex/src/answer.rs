//! The answer of either maker's model.

use clasp_plugin::{
    Event, Exchange, Failure, Frame, Framing, Header, HttpResponse, gemini, messages,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::maker::Maker;

/// What reading the answer remembers of the request.
#[derive(Debug, Serialize, Deserialize)]
pub enum State {
    /// A request for Gemini.
    #[serde(rename = "g")]
    Gemini(gemini::State),
    /// A request for Claude.
    #[serde(rename = "a")]
    Claude(messages::State),
}

/// Reads one answer.
#[derive(Debug)]
pub struct Answer {
    maker: Maker,
    reader: Reader,
}

#[derive(Debug)]
enum Reader {
    Gemini(Box<gemini::Answer>),
    Claude(Box<messages::Answer>),
}

impl Answer {
    /// A reader for the answer to a request with this state.
    pub(crate) fn new(state: State) -> Self {
        match state {
            State::Gemini(state) => Self {
                maker: Maker::Google,
                reader: Reader::Gemini(gemini::Answer::new(state).into()),
            },
            State::Claude(state) => Self {
                maker: Maker::Anthropic,
                reader: Reader::Claude(messages::Answer::new(state).into()),
            },
        }
    }

    fn reader(&mut self) -> &mut dyn Exchange {
        match &mut self.reader {
            Reader::Gemini(answer) => &mut **answer,
            Reader::Claude(answer) => &mut **answer,
        }
    }

    fn marked(&self, from: usize, events: &mut [Event]) {
        self.maker.mark(events.get_mut(from..).unwrap_or_default());
    }
}

impl Exchange for Answer {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Framing {
        self.reader().accept(status, headers)
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let from = events.len();
        self.reader().feed(frame, events);
        self.marked(from, events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        let from = events.len();
        self.reader().end(events);
        self.marked(from, events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        rejected(response)
    }
}

/// The failure of an error status. What Google itself found wrong has Google's form, whoever made
/// the model.
pub(crate) fn rejected(response: &HttpResponse) -> Failure {
    let document = serde_json::from_str::<Value>(&String::from_utf8_lossy(&response.body)).ok();
    let document = document.unwrap_or_default();
    let error = document.as_array().and_then(|list| list.first()).unwrap_or(&document);
    match error.pointer("/error/status") {
        Some(Value::String(_)) => gemini::from_response(response),
        _ => messages::from_response(response),
    }
}
