//! Reads an answer: the events of a stream, or one whole message (rules A4–A9).
//!
//! `message_stop` makes a stream whole; a body that ends without it is a failure, whatever was said
//! of a stop reason before. What gateways add after it means nothing.

use serde_json::value::RawValue;

use super::blocks::Blocks;
use super::error;
use super::event::{Document, Usage};
use super::request::State;
use super::usage::Counts;
use crate::failure;
use crate::lenient::{Raw, Text};
use crate::provider::{Exchange, framing};
use crate::surrogates::{self, Half};
use crate::types::{
    Event, Failure, Field, FinishReason, Frame, Framing, Header, HttpResponse, Started,
};

/// Reads one answer of a host of Claude.
#[derive(Debug, Default)]
pub struct Answer {
    state: State,
    blocks: Blocks,
    counts: Counts,
    /// The first half of a surrogate pair.
    half: Half,
    reason: Option<FinishReason>,
    service_tier: bool,
    /// It is whole, or it has failed: nothing more is read.
    ended: bool,
}

impl Answer {
    /// A reader for the answer to a request that [`begin`](super::begin) wrote.
    pub fn new(state: State) -> Self {
        Self { state, ..Self::default() }
    }

    /// Reads one event's data, or a whole message.
    pub fn document(&mut self, text: &str, events: &mut Vec<Event>) {
        let text = text.trim_start_matches('\u{feff}').trim();
        if self.ended || text.is_empty() || text == "[DONE]" {
            return;
        }
        let read = match serde_json::from_str::<Document<'_>>(text) {
            Ok(document) => self.read(text, &document, events),
            Err(error) => match surrogates::mend(text, &mut self.half) {
                Some(mended) => serde_json::from_str::<Document<'_>>(&mended)
                    .and_then(|document| self.read(&mended, &document, events)),
                None => Err(error),
            },
        };
        if let Err(error) = read {
            self.fail(failure::protocol(format!("an event is not JSON: {error}")), events);
        }
    }

    /// Ends the answer with a failure, unless it has ended.
    pub fn fail(&mut self, failure: Failure, events: &mut Vec<Event>) {
        if !self.ended {
            self.ended = true;
            events.push(Event::Failed(failure));
        }
    }

    fn read(
        &mut self,
        text: &str,
        document: &Document<'_>,
        events: &mut Vec<Event>,
    ) -> serde_json::Result<()> {
        let index = document.index.0.unwrap_or(0);
        match &*document.kind.0 {
            "message_start" => {
                if let Some(message) = &document.message.0 {
                    start(&message.id, &message.model, events);
                    self.content(&message.content, events)?;
                    self.usage(message.usage.0.as_deref(), events);
                }
            }
            "content_block_start" => {
                if let Some(block) = document.content_block.json() {
                    self.blocks.start(index, block, &self.state.names, events)?;
                }
            }
            "content_block_delta" => {
                if let Some(delta) = &document.delta.0 {
                    self.blocks.delta(index, delta, events);
                }
            }
            "content_block_stop" => self.blocks.stop(index, events),
            "message_delta" => {
                if let Some(delta) = &document.delta.0 {
                    self.stop_reason(&delta.stop_reason, &delta.stop_sequence);
                    extra("stop_details", &delta.stop_details, events);
                    extra("container", &delta.container, events);
                }
                extra("context_management", &document.context_management, events);
                self.usage(document.usage.0.as_deref(), events);
            }
            "message_stop" => self.finish(events),
            "error" => self.error(text, events),
            "message" => self.whole(document, events)?,
            "ping" => {}
            _ if document.error.get().is_some() => self.error(text, events),
            _ if document.content.json().is_some() && document.kind.0.is_empty() => {
                self.whole(document, events)?;
            }
            // A kind of event of later days.
            kind if !kind.is_empty() => {}
            _ => self.fail(failure::protocol("the answer is no message"), events),
        }
        Ok(())
    }

    fn whole(&mut self, message: &Document<'_>, events: &mut Vec<Event>) -> serde_json::Result<()> {
        start(&message.id, &message.model, events);
        self.content(&message.content, events)?;
        self.stop_reason(&message.stop_reason, &message.stop_sequence);
        extra("stop_details", &message.stop_details, events);
        extra("container", &message.container, events);
        extra("context_management", &message.context_management, events);
        self.usage(message.usage.0.as_deref(), events);
        self.finish(events);
        Ok(())
    }

    /// Blocks that come whole.
    fn content(&mut self, content: &Raw<'_>, events: &mut Vec<Event>) -> serde_json::Result<()> {
        let Some(content) = content.get() else { return Ok(()) };
        let blocks: Vec<&RawValue> = serde_json::from_str(content)?;
        for (index, block) in (0_u64..).zip(blocks) {
            self.blocks.start(index, block.get(), &self.state.names, events)?;
            self.blocks.stop(index, events);
        }
        Ok(())
    }

    fn usage(&mut self, usage: Option<&Usage<'_>>, events: &mut Vec<Event>) {
        let Some(usage) = usage else { return };
        events.extend(self.counts.update(usage).map(Event::Usage));
        if let Some(tier) = usage.service_tier.as_option()
            && !self.service_tier
        {
            self.service_tier = true;
            let value = serde_json::Value::from(tier).to_string();
            events.push(Event::Extra(Field { name: "service_tier".into(), value }));
        }
    }

    fn stop_reason(&mut self, word: &Text<'_>, sequence: &Text<'_>) {
        let Some(word) = word.as_option() else { return };
        self.reason = Some(match word {
            "end_turn" => FinishReason::EndTurn,
            "max_tokens" => FinishReason::MaxTokens,
            "stop_sequence" => FinishReason::StopSequence(sequence.as_option().map(str::to_owned)),
            "tool_use" => FinishReason::ToolCalls,
            "pause_turn" => FinishReason::Pause,
            "refusal" => FinishReason::Refusal,
            "model_context_window_exceeded" => FinishReason::ContextFull,
            other => FinishReason::Other(other.to_owned()),
        });
    }

    fn finish(&mut self, events: &mut Vec<Event>) {
        self.ended = true;
        self.blocks.finish(events);
        events.push(Event::Finished(self.reason.take().unwrap_or(FinishReason::EndTurn)));
    }

    fn error(&mut self, text: &str, events: &mut Vec<Event>) {
        let document = serde_json::from_str(text).unwrap_or_else(|_| text.into());
        self.fail(error::from_document(0, &document), events);
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
        if data.starts_with("data:") || data.starts_with("event:") || data.starts_with(':') {
            // A stream that its content type did not announce.
            let lines = data.lines().filter_map(|line| line.strip_prefix("data:"));
            return lines.for_each(|line| self.document(line, events));
        }
        if frame.name.as_deref() == Some("error") && !self.ended {
            return self.error(data, events);
        }
        self.document(data, events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.fail(failure::protocol("the answer ended before its end marker"), events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response)
    }
}

fn start(id: &Text<'_>, model: &Text<'_>, events: &mut Vec<Event>) {
    let (id, model) = (id.as_option().map(str::to_owned), model.as_option().map(str::to_owned));
    if id.is_some() || model.is_some() {
        events.push(Event::Started(Started { id, model }));
    }
}

/// A member of an answer without a name in the contract.
fn extra(name: &str, value: &Raw<'_>, events: &mut Vec<Event>) {
    if let Some(value) = value.json() {
        events.push(Event::Extra(Field { name: name.into(), value: value.into() }));
    }
}
