//! Reads an answer: chunks of a stream, a list of chunks, or one whole document (rules A4, A6–A9).
//!
//! A reason to end may be followed by more, as when Google runs a program; an answer is therefore
//! finished where its body ends, and only after a reason.

use crate::surrogates::{self, Half};
use crate::{
    Event, Exchange, Failure, Frame, Framing, Header, HttpResponse, Started, failure, framing,
};
use serde_json::value::RawValue;

use super::chunk::{Candidate, Chunk};
use super::parts::{Parts, read_raw};
use super::request::State;
use super::usage::Counts;
use super::{error, finish, grounding};

/// Reads one answer.
#[derive(Debug)]
pub struct Answer {
    state: State,
    started: bool,
    parts: Parts,
    /// The first half of a surrogate pair.
    half: Half,
    counts: Counts,
    /// The last reason to end, and what was said to it.
    finish: Option<(String, Option<String>)>,
    /// Why the prompt was blocked, if it was.
    blocked: Option<Failure>,
    failed: bool,
}

impl Answer {
    /// A reader for the answer to a request that [`begin`](super::begin) wrote.
    pub fn new(state: State) -> Self {
        Self {
            state,
            started: false,
            parts: Parts::default(),
            half: None,
            counts: Counts::default(),
            finish: None,
            blocked: None,
            failed: false,
        }
    }

    fn document(&mut self, text: &str, events: &mut Vec<Event>) {
        let text = text.trim_start_matches('\u{feff}').trim();
        if self.failed || text.is_empty() || text == "[DONE]" {
            return;
        }
        if text.starts_with('[') {
            return match serde_json::from_str::<Vec<&RawValue>>(text) {
                Ok(chunks) => chunks.iter().for_each(|chunk| self.chunk(chunk.get(), events)),
                Err(error) => self.unreadable(&error, events),
            };
        }
        self.chunk(text, events);
    }

    fn chunk(&mut self, text: &str, events: &mut Vec<Event>) {
        if self.failed {
            return;
        }
        let error = match serde_json::from_str::<Chunk<'_>>(text) {
            Ok(chunk) => return self.read(text, &chunk, events),
            Err(error) => error,
        };
        if let Some(mended) = surrogates::mend(text, &mut self.half)
            && let Ok(chunk) = serde_json::from_str::<Chunk<'_>>(&mended)
        {
            return self.read(&mended, &chunk, events);
        }
        self.unreadable(&error, events);
    }

    fn read(&mut self, text: &str, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        if chunk.error.get().is_some() {
            let document = serde_json::from_str(text).unwrap_or_else(|_| text.into());
            return self.fail(error::from_document(&document), events);
        }
        if !self.started {
            self.start(chunk, events);
        }
        if let Some(feedback) = &chunk.feedback.0 {
            self.blocked = finish::blocked(feedback).or_else(|| self.blocked.take());
        }
        let place = |(place, candidate): &(usize, &Candidate<'_>)| {
            candidate.index.0.unwrap_or(*place as u64) == 0
        };
        if let Some((_, candidate)) = chunk.candidates.0.iter().enumerate().find(place) {
            self.candidate(candidate, events);
        }
        if let Some(usage) = &chunk.usage.0 {
            self.counts.update(usage, events);
        }
    }

    fn start(&mut self, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let id = chunk.id.as_option().map(str::to_owned);
        let model = chunk.model.as_option().map(str::to_owned);
        if id.is_some() || model.is_some() {
            self.started = true;
            self.parts.begin(id.as_deref().unwrap_or_default());
            events.push(Event::Started(Started { id, model }));
        }
    }

    fn candidate(&mut self, candidate: &Candidate<'_>, events: &mut Vec<Event>) {
        // In a whole answer the search can stand where it was made, before the text.
        let grounding = read_raw(&candidate.grounding);
        let search = grounding.as_ref().filter(|_| self.state.searches);
        let first = !self.state.stream;
        if let Some(grounding) = search.filter(|_| first) {
            grounding::searches(&self.parts, grounding, events);
        }
        if let Some(content) = &candidate.content.0 {
            for part in &content.parts.0 {
                self.parts.read(part, &self.state.names, events);
            }
        }
        // State ends its text, and citations belong to the text.
        let state = events.pop_if(|event| matches!(event, Event::State(_)));
        if let Some(grounding) = &grounding {
            grounding::cite(grounding, events);
        }
        if let Some(citations) = read_raw(&candidate.citations) {
            grounding::recite(&citations, events);
        }
        events.extend(state);
        if let Some(grounding) = search.filter(|_| !first) {
            grounding::searches(&self.parts, grounding, events);
        }
        let reason = &*candidate.finish_reason.0;
        if !finish::is_open(reason) {
            let message = candidate.finish_message.as_option().map(str::to_owned);
            self.finish = Some((reason.to_owned(), message));
        }
    }

    /// A stream has no end mark but its reason to finish: what is cut off after that is no part of
    /// the answer.
    fn unreadable(&mut self, error: &serde_json::Error, events: &mut Vec<Event>) {
        if self.finish.is_some() && error.is_eof() {
            return;
        }
        self.fail(failure::protocol(format!("the answer is not JSON: {error}")), events);
    }

    fn fail(&mut self, failure: Failure, events: &mut Vec<Event>) {
        if !self.failed {
            self.failed = true;
            events.push(Event::Failed(failure));
        }
    }
}

impl Exchange for Answer {
    fn accept(&mut self, _status: u16, headers: &[Header]) -> Framing {
        let has_type =
            headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
        match framing(headers) {
            Framing::Whole if self.state.stream && !has_type => Framing::ServerSentEvents,
            framing => framing,
        }
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let data = frame.data.as_str();
        if data.starts_with("data:") || data.starts_with(':') {
            // A stream that its content type did not announce.
            let lines = data.lines().filter_map(|line| line.strip_prefix("data:"));
            return lines.for_each(|line| self.document(line, events));
        }
        self.document(data, events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        if self.failed {
            return;
        }
        self.parts.finish(events);
        let Some((reason, message)) = self.finish.take() else {
            let ended = || failure::protocol("the answer ended before its end marker");
            let failure = self.blocked.take().unwrap_or_else(ended);
            return self.fail(failure, events);
        };
        // Where a filter left nothing, its words are all that the user gets to see.
        if let Some(message) = &message
            && finish::filtered(&reason)
            && !self.parts.said()
        {
            events.push(Event::Text(message.clone()));
        }
        let (said, called) = (self.parts.said(), self.parts.called());
        events.push(finish::event(&reason, message.as_deref(), said, called));
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response)
    }
}
