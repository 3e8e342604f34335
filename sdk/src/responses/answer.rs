//! Reads an answer: events of a stream or one whole document, whichever comes (rules A4, A6–A9,
//! C9).
//!
//! Items are told apart by their place in the output. An answer is whole when the provider says
//! that it is completed or incomplete; a body that ends before is a failure.

mod ending;
mod items;

use super::error;
use super::event::{self, Response};
use super::item::{Kind, Open};
use super::keep::{Kept, Stored, host_of};
use super::request::State;
use super::search;
use crate::failure;
use crate::lenient::Object;
use crate::provider::{Exchange, framing_of_stream, unannounced_stream};
use crate::surrogates::{self, Half};
use crate::types::{Event, Failure, Frame, Framing, Header, HttpResponse, Started, Target};

/// Reads one answer of a Responses endpoint.
#[derive(Debug)]
pub struct Answer {
    state: State,
    /// The host, by which state is known again.
    host: String,
    started: bool,
    /// The answer's id, to be told before its content.
    stored: Option<String>,
    items: Vec<Open>,
    /// The last that was told was a thought without state.
    thinking: bool,
    refused: bool,
    /// The first half of a surrogate pair.
    half: Half,
    finished: bool,
    failed: bool,
}

impl Answer {
    /// A reader for the answer to a request that [`begin`](super::begin) wrote.
    pub fn new(target: &Target, state: State) -> Self {
        Self {
            state,
            host: host_of(&target.base_url).to_owned(),
            started: false,
            stored: None,
            items: Vec::new(),
            thinking: false,
            refused: false,
            half: None,
            finished: false,
            failed: false,
        }
    }

    fn message(&mut self, text: &str, events: &mut Vec<Event>) {
        let text = text.trim_start_matches('\u{feff}').trim();
        if self.failed || self.finished || text.is_empty() || text == "[DONE]" {
            return;
        }
        let error = match serde_json::from_str::<event::Event<'_>>(text) {
            Ok(event) => return self.told(text, &event, events),
            Err(error) => error,
        };
        if let Some(mended) = surrogates::mend(text, &mut self.half)
            && let Ok(event) = serde_json::from_str::<event::Event<'_>>(&mended)
        {
            return self.told(&mended, &event, events);
        }
        self.fail(failure::protocol(format!("an event is not JSON: {error}")), events);
    }

    fn told(&mut self, text: &str, event: &event::Event<'_>, events: &mut Vec<Event>) {
        let from = events.len();
        self.read(text, event, events);
        self.tell_stored(from, events);
        let thinks = |event: &Event| match event {
            Event::Thinking(_) => Some(true),
            event if is_content(event) => Some(false),
            _ => None,
        };
        let told = events.get(from..).unwrap_or_default();
        self.thinking = told.iter().rev().find_map(thinks).unwrap_or(self.thinking);
    }

    fn read(&mut self, text: &str, event: &event::Event<'_>, events: &mut Vec<Event>) {
        let delta = &*event.delta.0;
        let content = event.content_index.0.unwrap_or(0);
        match &*event.kind.0 {
            "" => self.document(text, event, events),
            "error" => self.fail(error::from_json(text), events),
            "response.created" | "response.in_progress" | "response.queued" => {
                if let Some(response) = &event.response.0 {
                    self.start(response, events);
                }
            }
            "response.output_item.added" => {
                if let Some(item) = items::document(event.item) {
                    self.open(event, &item, events);
                }
            }
            "response.output_item.done" => self.item(event.output_index.0, event.item, events),
            "response.output_text.delta" | "response.refusal.delta" => {
                let slot = self.find(event, Kind::Message);
                self.refused |= &*event.kind.0 == "response.refusal.delta";
                if let Some(open) = self.items.get_mut(slot).filter(|_| !delta.is_empty()) {
                    open.told.insert(content);
                    events.push(Event::Text(delta.to_owned()));
                }
            }
            "response.output_text.done" => self.text(event, content, &event.text.0, events),
            "response.refusal.done" => {
                self.refused = true;
                self.text(event, content, &event.refusal.0, events);
            }
            "response.output_text.annotation.added" => {
                let slot = self.find(event, Kind::Message);
                if let (Some(open), Some(annotation)) =
                    (self.items.get_mut(slot), &event.annotation.0)
                {
                    open.cited = true;
                    events.extend(search::citation(annotation).map(Event::Citation));
                }
            }
            "response.reasoning_summary_text.delta" => {
                self.think(event, false, event.summary_index.0, delta, events);
            }
            "response.reasoning_text.delta" => {
                self.think(event, true, event.content_index.0, delta, events);
            }
            "response.reasoning_summary_text.done" => {
                self.thought(event, false, event.summary_index.0, events);
            }
            "response.reasoning_text.done" => {
                self.thought(event, true, event.content_index.0, events);
            }
            "response.function_call_arguments.delta" => {
                self.call(event, Kind::Call, |open, events| open.argue(delta, events), events);
            }
            "response.function_call_arguments.done" => {
                let whole = event.arguments.text();
                self.call(event, Kind::Call, |open, events| open.argued(&whole, events), events);
            }
            "response.custom_tool_call_input.delta" => {
                self.call(event, Kind::Custom, |open, events| open.argue(delta, events), events);
            }
            "response.custom_tool_call_input.done" => {
                let whole = &*event.input.0;
                self.call(event, Kind::Custom, |open, events| open.argued(whole, events), events);
            }
            kind @ ("response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled"
            | "response.done") => {
                let word = kind.strip_prefix("response.").unwrap_or_default();
                match &event.response.0 {
                    Some(response) => self.end_with(word, response, events),
                    None => self.end_with(word, &Response::default(), events),
                }
            }
            _ => {}
        }
    }

    /// A whole answer, or an error in the place of one.
    fn document(&mut self, text: &str, event: &event::Event<'_>, events: &mut Vec<Event>) {
        let response = serde_json::from_str::<Object<Response<'_>>>(text).ok();
        match response.and_then(|response| response.0) {
            Some(response) if !response.status.0.is_empty() || response.output.get().is_some() => {
                let word = if response.status.0.is_empty() { "completed" } else { "done" };
                self.end_with(word, &response, events);
            }
            _ if event.error.get().is_some() || !self.started => {
                self.fail(error::from_json(text), events);
            }
            _ => {}
        }
    }

    fn start(&mut self, response: &Response<'_>, events: &mut Vec<Event>) {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let (id, model) = (text(response.id.as_option()), text(response.model.as_option()));
        if !self.started && (id.is_some() || model.is_some()) {
            self.started = true;
            self.stored.clone_from(&id);
            events.push(Event::Started(Started { id, model }));
        }
    }

    /// Where the provider keeps the conversation: tells which answer this is, before its content.
    fn tell_stored(&mut self, from: usize, events: &mut Vec<Event>) {
        let first = events.get(from..).unwrap_or_default().iter().position(is_content);
        let (Some(first), Some(sum)) = (first, &self.state.sum) else { return };
        let Some(id) = self.stored.take() else { return };
        let answer = Some(Stored { id, sum: sum.clone() });
        let kept = Kept { at: self.host.clone(), answer, ..Kept::default() };
        events.insert(from + first, Event::RedactedThinking(kept.write()));
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
        framing_of_stream(headers, self.state.stream)
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let data = frame.data.as_str();
        if let Some(lines) = unannounced_stream(data) {
            return lines.for_each(|line| self.message(line, events));
        }
        self.message(data, events);
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.fail(failure::protocol("the answer ended before its end marker"), events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response)
    }
}

fn is_content(event: &Event) -> bool {
    !matches!(
        event,
        Event::Started(_)
            | Event::Extra(_)
            | Event::Usage(_)
            | Event::Finished(_)
            | Event::Failed(_)
    )
}
