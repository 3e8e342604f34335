//! Reads an answer: events of a stream or one whole document, whichever comes (rules A4, A6–A9).
//!
//! A finish reason ends an answer; a body without one is a failure.

use clasp_plugin::surrogates::{self, Half};
use clasp_plugin::{
    Event, Exchange, Failure, FinishReason, Frame, Framing, Header, HttpResponse, Started, Usage,
    failure, framing,
};

use crate::calls::Calls;
use crate::chunk::{self, Chunk, Message, Part};
use crate::messages::PLAN;
use crate::request::State;
use crate::{citations, error};

/// Reads one answer of `/v2/chat`.
#[derive(Debug)]
pub struct Answer {
    state: State,
    started: bool,
    /// The last thinking is the plan before the calls, whose state is yet to come.
    planning: bool,
    calls: Calls,
    /// The first half of a surrogate pair.
    half: Half,
    finished: bool,
    failed: bool,
}

impl Answer {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            started: false,
            planning: false,
            calls: Calls::default(),
            half: None,
            finished: false,
            failed: false,
        }
    }

    fn document(&mut self, text: &str, events: &mut Vec<Event>) {
        if self.finished || self.failed || text.is_empty() || text == "[DONE]" {
            return;
        }
        let error = match serde_json::from_str::<Chunk<'_>>(text) {
            Ok(chunk) => return self.chunk(text, &chunk, events),
            Err(error) => error,
        };
        if let Some(mended) = surrogates::mend(text, &mut self.half)
            && let Ok(chunk) = serde_json::from_str::<Chunk<'_>>(&mended)
        {
            return self.chunk(&mended, &chunk, events);
        }
        if error.is_eof() {
            return self.end(events);
        }
        self.fail(failure::protocol(format!("an event is not JSON: {error}")), events);
    }

    fn chunk(&mut self, text: &str, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let delta = chunk.delta.0.as_deref();
        let message = delta.and_then(|delta| delta.message.0.as_deref());
        match (&*chunk.kind.0, message) {
            ("message-start", message) => {
                self.start(chunk, events);
                if let Some(message) = message {
                    self.message(message, events);
                }
            }
            ("tool-call-start", Some(message)) => {
                self.end_plan(events);
                let names = &self.state.names;
                for call in &message.tool_calls.0 {
                    self.calls.start(chunk.index.0, call, names, events);
                }
            }
            ("tool-call-delta", Some(message)) => {
                self.end_plan(events);
                let names = &self.state.names;
                for call in &message.tool_calls.0 {
                    self.calls.go_on(chunk.index.0, call, names, events);
                }
            }
            ("message-end", _) => {
                let nothing = chunk::Delta::default();
                let delta = delta.unwrap_or(&nothing);
                let usage = delta.usage.0.as_deref().or(chunk.usage.0.as_deref());
                let reason = delta.finish_reason.as_option().unwrap_or("COMPLETE");
                self.end_message(text, reason, usage, events);
            }
            ("" | "error", _) => self.whole(text, chunk, events),
            (_, Some(message)) => self.message(message, events),
            (_, None) => {}
        }
    }

    /// A whole answer; or an error, which has no type either.
    fn whole(&mut self, text: &str, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        let message = chunk.message.json().filter(|message| message.starts_with('{'));
        let message = message.and_then(|json| serde_json::from_str::<Message<'_>>(json).ok());
        let Some(message) = message.filter(|_| chunk.error.get().is_none()) else {
            return self.fail(error::in_stream(text), events);
        };
        self.start(chunk, events);
        self.message(&message, events);
        if let Some(reason) = chunk.finish_reason.as_option() {
            self.end_message(text, reason, chunk.usage.0.as_deref(), events);
        }
    }

    fn start(&mut self, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        if !self.started
            && let Some(id) = chunk.id.as_option()
        {
            self.started = true;
            events.push(Event::Started(Started { id: Some(id.to_owned()), model: None }));
        }
    }

    /// Reads a message in the order in which it was made.
    fn message(&mut self, message: &Message<'_>, events: &mut Vec<Event>) {
        if let Some(plan) = message.tool_plan.as_option() {
            self.planning = true;
            events.push(Event::Thinking(plan.to_owned()));
        }
        match message.content.json() {
            None => {}
            Some(json) if json.starts_with('[') => {
                for part in serde_json::from_str::<Vec<Part<'_>>>(json).unwrap_or_default() {
                    self.part(&part, events);
                }
            }
            Some(json) if json.starts_with('{') => {
                self.part(&serde_json::from_str::<Part<'_>>(json).unwrap_or_default(), events);
            }
            Some(_) => self.text(&message.content.text(), events),
        }
        for citation in &message.citations.0 {
            citations::push(citation, events);
        }
        for call in &message.tool_calls.0 {
            self.end_plan(events);
            self.calls.start(None, call, &self.state.names, events);
        }
    }

    fn part(&mut self, part: &Part<'_>, events: &mut Vec<Event>) {
        if let Some(thinking) = part.thinking.as_option() {
            self.end_plan(events);
            events.push(Event::Thinking(thinking.to_owned()));
        }
        self.text(&part.text.0, events);
    }

    fn text(&mut self, text: &str, events: &mut Vec<Event>) {
        if !text.is_empty() {
            self.end_plan(events);
            events.push(Event::Text(text.to_owned()));
        }
    }

    /// Marks the thinking just before as the plan.
    fn end_plan(&mut self, events: &mut Vec<Event>) {
        if std::mem::take(&mut self.planning) {
            events.push(Event::State(PLAN.to_owned()));
        }
    }

    fn end_message(
        &mut self,
        text: &str,
        reason: &str,
        usage: Option<&chunk::Usage<'_>>,
        events: &mut Vec<Event>,
    ) {
        self.end_plan(events);
        if let Some(usage) = usage.and_then(count) {
            events.push(Event::Usage(usage));
        }
        let reason = match reason {
            "ERROR" | "TIMEOUT" | "ERROR_LIMIT" => {
                return self.fail(error::finish(reason, text), events);
            }
            "MAX_TOKENS" => FinishReason::MaxTokens,
            "STOP_SEQUENCE" => FinishReason::StopSequence(None),
            "ERROR_TOXIC" => FinishReason::Refusal,
            "COMPLETE" | "TOOL_CALL" if self.calls.any() => FinishReason::ToolCalls,
            "COMPLETE" | "TOOL_CALL" => FinishReason::EndTurn,
            other => FinishReason::Other(other.to_owned()),
        };
        self.finished = true;
        events.push(Event::Finished(reason));
    }

    fn fail(&mut self, failure: Failure, events: &mut Vec<Event>) {
        if !self.finished && !self.failed {
            self.failed = true;
            events.push(Event::Failed(failure));
        }
    }
}

impl Exchange for Answer {
    fn accept(&mut self, _status: u16, headers: &[Header]) -> Framing {
        let typed = headers.iter().any(|header| header.name.eq_ignore_ascii_case("content-type"));
        match framing(headers) {
            Framing::Whole if self.state.stream && !typed => Framing::ServerSentEvents,
            framing => framing,
        }
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        self.document(frame.data.trim_start_matches('\u{feff}').trim(), events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        let what = "the answer ended before its end marker";
        self.fail(failure::protocol(what), events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response)
    }
}

/// What the model read and wrote; where that is missing, what is billed of it.
fn count(usage: &chunk::Usage<'_>) -> Option<Usage> {
    let tokens = usage.tokens.0.as_deref().or(usage.billed_units.0.as_deref())?;
    Some(Usage {
        input: tokens.input_tokens.0,
        cache_read: usage.cached_tokens.0,
        cache_write: None,
        output: tokens.output_tokens.0,
        reasoning: tokens.reasoning_tokens.0,
    })
}
