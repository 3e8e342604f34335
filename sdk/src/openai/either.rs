//! A request to either API, and its answer.

use serde::{Deserialize, Serialize};

use super::settings::{Api, Settings};
use crate::provider::{Begun, Exchange};
use crate::types::{
    Event, Failure, FailureKind, Frame, Framing, Header, HttpResponse, Request, Target,
};
use crate::{chat, responses};

/// The two APIs as a model speaks them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Profiles {
    /// Over Chat Completions.
    pub chat: chat::Profile,
    /// Over Responses.
    pub responses: responses::Profile,
}

/// What reading the answer remembers of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Chat Completions was asked.
    Chat(chat::State),
    /// Responses was asked.
    Responses(responses::State),
}

/// Reads one answer of either API.
#[derive(Debug)]
pub enum Answer {
    /// Of Chat Completions.
    Chat(chat::Answer),
    /// Of Responses.
    Responses(responses::Answer),
}

/// Writes `request` for the API `api`.
///
/// # Errors
/// What the provider cannot take, by its path.
pub fn begin(
    api: Api,
    profiles: &Profiles,
    settings: &Settings,
    target: &Target,
    request: &Request,
) -> Result<Begun<State>, Failure> {
    if api == Api::Responses {
        let begun = responses::begin(&profiles.responses, &settings.options, target, request)?;
        let state = State::Responses(begun.state);
        return Ok(Begun { http: begun.http, state, notes: begun.notes });
    }
    let begun = chat::begin(&profiles.chat, target, request)?;
    Ok(Begun { http: begun.http, state: State::Chat(begun.state), notes: begun.notes })
}

impl Answer {
    /// A reader for the answer to a request that [`begin`] wrote.
    pub fn new(profiles: &Profiles, target: &Target, state: State) -> Self {
        match state {
            State::Responses(state) => Self::Responses(responses::Answer::new(target, state)),
            State::Chat(state) => Self::Chat(chat::Answer::new(&profiles.chat, state)),
        }
    }
}

impl Exchange for Answer {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Framing {
        match self {
            Self::Chat(answer) => answer.accept(status, headers),
            Self::Responses(answer) => answer.accept(status, headers),
        }
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        match self {
            Self::Chat(answer) => answer.feed(frame, events),
            Self::Responses(answer) => answer.feed(frame, events),
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        match self {
            Self::Chat(answer) => answer.end(events),
            Self::Responses(answer) => answer.end(events),
        }
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        match self {
            Self::Chat(answer) => answer.reject(response),
            Self::Responses(answer) => {
                let mut failure = answer.reject(response);
                // A path that is not there has no error code of the API's.
                if failure.kind == FailureKind::NotFound && failure.code.is_none() {
                    failure.message.push_str(
                        " (If the server has no Responses API: `api: chat` in the provider's \
                         settings asks Chat Completions.)",
                    );
                }
                failure
            }
        }
    }
}
