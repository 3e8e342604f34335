//! Reads an answer: chunks of a stream or one whole document, whichever comes, in the many ways
//! that compatible servers write them (rules A4, A6–A9).
//!
//! A finish marker makes an answer whole, with `[DONE]` or without; `[DONE]` alone ends a turn;
//! a body that ends without either is a failure.

use super::calls::Calls;
use super::chunk::{Choice, Chunk, Content, Delta};
use super::details::{self, Details};
use super::finish;
use super::profile::Profile;
use super::request::State;
use super::usage;
use crate::failure;
use crate::provider::{Exchange, framing_of_stream, unannounced_stream};
use crate::surrogates::{self, Half};
use crate::tags::{Beginning, Piece, Tags};
use crate::types::{
    Event, Failure, Field, FinishReason, Frame, Framing, Header, HttpResponse, Started,
    ToolCallDelta, Usage,
};

/// Reads one answer of a Chat Completions endpoint.
#[derive(Debug)]
pub struct Answer {
    state: State,
    /// The body is one document, not a stream.
    whole: bool,
    /// A piece of a message came.
    streamed: bool,
    started: bool,
    calls: Calls,
    /// Finds thinking and calls inside the text, where the profile says that they are there.
    tags: Option<Tags>,
    /// Keeps the details of thinking, where the profile says that they go back.
    details: Option<Details>,
    /// What was said last.
    last: Last,
    /// The first half of a surrogate pair.
    half: Half,
    usage: Option<Usage>,
    cost: bool,
    refused: bool,
    service_tier: bool,
    finished: bool,
    failed: bool,
}

/// What state would belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Last {
    /// Nothing yet, or what has its state already.
    Nothing,
    /// A text or thinking.
    Words,
    /// A call.
    Call,
}

impl Answer {
    /// A reader for the answer to a request that [`begin`](super::begin) wrote.
    pub fn new(profile: &Profile, state: State) -> Self {
        Self {
            state,
            whole: false,
            streamed: false,
            started: false,
            calls: Calls::default(),
            tags: Tags::new(beginning(profile), profile.tool_call_tags),
            details: profile.reasoning_details.then(Details::default),
            last: Last::Nothing,
            half: None,
            usage: None,
            cost: false,
            refused: false,
            service_tier: false,
            finished: false,
            failed: false,
        }
    }

    fn chunk(&mut self, text: &str, events: &mut Vec<Event>) {
        if self.failed {
            return;
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return;
        }
        if text == "[DONE]" {
            return self.finish(FinishReason::EndTurn, events);
        }
        let chunk = match text.as_bytes().first() {
            Some(b'{') => serde_json::from_str::<Chunk<'_>>(text),
            // A list of one error is some servers' way to fail.
            Some(b'[') => return self.document_failure(text, events),
            _ => Err(serde::de::Error::custom("not an object")),
        };
        let error = match chunk {
            Ok(chunk) => return self.read(text, &chunk, events),
            Err(error) => error,
        };
        if let Some(mended) = surrogates::mend(text, &mut self.half)
            && let Ok(chunk) = serde_json::from_str::<Chunk<'_>>(&mended)
        {
            return self.read(&mended, &chunk, events);
        }
        self.fail(failure::protocol(format!("a chunk is not JSON: {error}")), events);
    }

    fn read(&mut self, text: &str, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let failed = chunk.error.get().is_some() || chunk.object.0 == "error";
        if failed && chunk.choices.0.iter().all(|choice| choice.message.0.is_none()) {
            return self.document_failure(text, events);
        }
        if let Some(base) = chunk.base_resp.0.as_ref().filter(|base| finish::is_error(base)) {
            let document = finish::document(base);
            return self.fail(failure::from_document(0, &document), events);
        }
        if !self.started {
            self.start(chunk, events);
        }
        let choice = chunk.choices.0.iter().min_by_key(|choice| choice.index.0.unwrap_or(0));
        let choice = choice.filter(|choice| choice.index.0.unwrap_or(0) == 0 || whole(choice));
        if !self.service_tier
            && let Some(tier) = chunk.service_tier.as_option()
        {
            self.service_tier = true;
            let value = serde_json::to_string(tier).unwrap_or_default();
            events.push(Event::Extra(Field { name: "service_tier".into(), value }));
        }
        let reason = choice.and_then(|choice| self.choice(text, choice, events));
        self.count(chunk, choice, events);
        if let Some(reason) = reason {
            self.finish(reason, events);
        }
    }

    fn start(&mut self, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let id = chunk.id.as_option().map(str::to_owned);
        let model = chunk.model.as_option().map(str::to_owned);
        if id.is_some() || model.is_some() {
            self.started = true;
            events.push(Event::Started(Started { id, model }));
        }
    }

    /// Reads a choice, and whether it finishes the answer.
    fn choice(
        &mut self,
        text: &str,
        choice: &Choice<'_>,
        events: &mut Vec<Event>,
    ) -> Option<FinishReason> {
        let reason = &*choice.finish_reason.0;
        if finish::BROKEN.contains(&reason) || choice.error.get().is_some() {
            if choice.error.get().is_none() && reason != "error" {
                self.fail(finish::broken(reason), events);
                return None;
            }
            let error = choice.error.get().map(|error| format!("{{\"error\":{error}}}"));
            self.document_failure(error.as_deref().unwrap_or(text), events);
            return None;
        }
        // Some servers give both: beside each piece the message so far, or an empty piece beside
        // the whole message.
        let (delta, message) = (choice.delta.0.as_ref(), choice.message.0.as_ref());
        // At the end of a stream some repeat the whole message.
        let message = message.filter(|_| !self.streamed);
        let said = if self.whole { message.or(delta) } else { delta.or(message) };
        self.streamed |= !self.whole && delta.is_some();
        if let Some(said) = said {
            let told = choice.logprobs.0.as_ref().and_then(|told| told.content.get());
            if let Some(told) = told {
                let value = told.to_owned();
                events.push(Event::Extra(Field { name: "logprobs".into(), value }));
            }
            self.delta(said, events);
        }
        if !reason.is_empty() {
            let stop = choice.stop_reason.as_option();
            let stop = stop.filter(|stop| self.state.stop.iter().any(|asked| asked == stop));
            Some(finish::reason(reason, &choice.native_finish_reason.0, stop))
        } else {
            whole(choice).then_some(FinishReason::EndTurn)
        }
    }

    fn delta(&mut self, delta: &Delta<'_>, events: &mut Vec<Event>) {
        // The same reasoning may stand under several names.
        let reasoning = delta.reasoning_content.as_option().or(delta.reasoning.as_option());
        let details = delta.reasoning_details.get();
        match (reasoning, details) {
            (Some(reasoning), _) => self.think(reasoning, events),
            (None, Some(details)) => {
                details::texts(details).iter().for_each(|text| self.think(text, events));
            }
            (None, None) => {}
        }
        if let Some(known) = &mut self.details
            && let Some(details) = details
        {
            known.add(details, self.whole);
        }
        self.content(&delta.content, events);
        if let Some(refusal) = delta.refusal.as_option() {
            self.refused = true;
            self.say(refusal, events);
        }
        if !delta.tool_calls.0.is_empty() {
            self.close_details(events);
            self.last = Last::Call;
        }
        for call in &delta.tool_calls.0 {
            self.calls.add(call, &self.state.names, events);
        }
        if let Some(function) = &delta.function_call.0
            && delta.tool_calls.0.is_empty()
        {
            self.calls.add_legacy(function, &self.state.names, events);
        }
    }

    fn think(&mut self, text: &str, events: &mut Vec<Event>) {
        if !text.is_empty() {
            self.last = Last::Words;
            events.push(Event::Thinking(text.to_owned()));
        }
    }

    fn say(&mut self, text: &str, events: &mut Vec<Event>) {
        self.close_details(events);
        self.last = Last::Words;
        events.push(Event::Text(text.to_owned()));
    }

    /// Hands on the details that came so far, as state of what was said last.
    fn close_details(&mut self, events: &mut Vec<Event>) {
        let Some(state) = self.details.as_mut().and_then(Details::take) else { return };
        events.push(match self.last {
            Last::Words => Event::State(state),
            Last::Nothing => Event::RedactedThinking(state),
            Last::Call => Event::ToolCall(ToolCallDelta {
                slot: self.calls.len().saturating_sub(1) as u32,
                state: Some(state),
                ..ToolCallDelta::default()
            }),
        });
        self.last = Last::Nothing;
    }

    fn content(&mut self, content: &Content<'_>, events: &mut Vec<Event>) {
        match content {
            Content::Nothing => {}
            Content::Text(text) => self.text(text, events),
            Content::Parts(parts) => {
                for part in parts {
                    if part.kind.0 != "thinking" {
                        self.text(&part.text.0, events);
                        continue;
                    }
                    match &part.thinking {
                        Content::Nothing => {}
                        Content::Text(text) => self.think(text, events),
                        Content::Parts(inner) => {
                            inner.iter().for_each(|part| self.think(&part.text.0, events));
                        }
                    }
                }
            }
        }
    }

    fn text(&mut self, text: &str, events: &mut Vec<Event>) {
        if text.is_empty() {
            return;
        }
        match &mut self.tags {
            None => self.say(text, events),
            Some(tags) => {
                let mut pieces = Vec::new();
                tags.push(text, &mut pieces);
                self.pieces(pieces, events);
            }
        }
    }

    fn pieces(&mut self, pieces: Vec<Piece>, events: &mut Vec<Event>) {
        for piece in pieces {
            match piece {
                Piece::Text(text) => self.say(&text, events),
                Piece::Thinking(text) => self.think(&text, events),
                Piece::Call(call) => {
                    self.close_details(events);
                    self.last = Last::Call;
                    self.calls.add_whole(&call.name, &call.arguments, &self.state.names, events);
                }
            }
        }
    }

    /// Usage replaces earlier usage; what repeats is said once.
    fn count(&mut self, chunk: &Chunk<'_>, choice: Option<&Choice<'_>>, events: &mut Vec<Event>) {
        let groq = chunk.x_groq.0.as_ref().and_then(|groq| groq.usage.0.as_ref());
        let inner = choice.and_then(|choice| choice.usage.0.as_ref());
        let Some(counts) = chunk.usage.0.as_ref().or(groq).or(inner) else { return };
        if let Some(usage) = usage::read(counts)
            && self.usage.as_ref() != Some(&usage)
        {
            events.push(Event::Usage(usage));
            self.usage = Some(usage);
        }
        if let Some(cost) = usage::cost(counts)
            && !self.cost
        {
            self.cost = true;
            events.push(Event::Extra(Field { name: "cost".into(), value: cost.into() }));
        }
    }

    /// The answer is whole. The first word counts.
    fn finish(&mut self, reason: FinishReason, events: &mut Vec<Event>) {
        if self.finished || self.failed {
            return;
        }
        self.finished = true;
        if let Some(tags) = &mut self.tags {
            let mut pieces = Vec::new();
            tags.finish(&mut pieces);
            self.pieces(pieces, events);
        }
        self.close_details(events);
        self.calls.close(events);
        let reason = match reason {
            FinishReason::EndTurn | FinishReason::Other(_) if self.refused => FinishReason::Refusal,
            FinishReason::EndTurn if self.calls.any() => FinishReason::ToolCalls,
            other => other,
        };
        events.push(Event::Finished(reason));
    }

    fn document_failure(&mut self, text: &str, events: &mut Vec<Event>) {
        let document = serde_json::from_str(text).unwrap_or_else(|_| text.into());
        self.fail(failure::from_document(0, &document), events);
    }

    /// What comes after a finish marker does not take the answer back.
    fn fail(&mut self, failure: Failure, events: &mut Vec<Event>) {
        if !self.finished && !self.failed {
            self.failed = true;
            events.push(Event::Failed(failure));
        }
    }
}

impl Exchange for Answer {
    fn accept(&mut self, _status: u16, headers: &[Header]) -> Framing {
        let framing = framing_of_stream(headers, self.state.stream);
        self.whole = framing == Framing::Whole;
        framing
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let data = frame.data.as_str();
        if frame.name.as_deref() == Some("error") {
            return self.document_failure(data, events);
        }
        if let Some(lines) = unannounced_stream(data) {
            self.whole = false;
            return lines.for_each(|line| self.chunk(line, events));
        }
        self.chunk(data, events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        if !self.finished && !self.failed {
            let what = "the answer ended before its end marker";
            self.fail(failure::protocol(what), events);
        }
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        failure::from_response(response)
    }
}

/// Whether a choice is a whole answer, not a piece of a stream.
fn whole(choice: &Choice<'_>) -> bool {
    choice.delta.0.is_none() && choice.message.0.is_some()
}

/// How a text of this server begins.
fn beginning(profile: &Profile) -> Beginning {
    match (profile.think_opened, profile.think_tags) {
        (true, _) => Beginning::Thinking,
        (false, true) => Beginning::Tag,
        (false, false) => Beginning::Text,
    }
}
