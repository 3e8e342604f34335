//! Reads an answer: lines of a stream or one whole document, whichever comes (rules A4, A6–A9).
//!
//! `done: true` alone ends an answer; a body without it is a failure.

use clasp_plugin::surrogates::{self, Half};
use clasp_plugin::tags::{self, Beginning, Piece, Tags};
use clasp_plugin::{
    Event, Exchange, Failure, FinishReason, Frame, Framing, Header, HttpResponse, Started,
    ToolCallDelta, Usage, failure, framing,
};

use crate::chunk::{Chunk, Message};
use crate::error;
use crate::request::State;

/// Reads one answer of `/api/chat`.
#[derive(Debug)]
pub struct Answer {
    model: String,
    state: State,
    started: bool,
    /// Thinking came apart from the text, so that none is looked for in it.
    thought: bool,
    /// Some text came.
    said: bool,
    /// Finds thinking and calls in the text; made when the first text comes.
    tags: Option<Tags>,
    /// How many calls there are.
    calls: u32,
    /// The first half of a surrogate pair.
    half: Half,
    finished: bool,
    failed: bool,
}

impl Answer {
    pub(crate) fn new(model: String, state: State) -> Self {
        Self {
            model,
            state,
            started: false,
            thought: false,
            said: false,
            tags: None,
            calls: 0,
            half: None,
            finished: false,
            failed: false,
        }
    }

    /// Reads the documents of a frame: one, or the lines of a stream that came as a whole.
    fn documents(&mut self, text: &str, events: &mut Vec<Event>) {
        let mut documents = serde_json::Deserializer::from_str(text).into_iter::<Chunk<'_>>();
        let mut read = 0;
        while let Some(chunk) = documents.next() {
            match chunk {
                Ok(chunk) => {
                    let end = documents.byte_offset();
                    self.chunk(text.get(read..end).unwrap_or(text), &chunk, events);
                    read = end;
                }
                Err(error) => {
                    let rest = text.get(read..).unwrap_or_default();
                    return self.unreadable(rest, &error, events);
                }
            }
        }
    }

    fn unreadable(&mut self, text: &str, error: &serde_json::Error, events: &mut Vec<Event>) {
        if let Some(mended) = surrogates::mend(text, &mut self.half)
            && serde_json::from_str::<Chunk<'_>>(&mended).is_ok()
        {
            return self.documents(&mended, events);
        }
        if error.is_eof() {
            return self.end(events);
        }
        self.fail(failure::protocol(format!("a line of the answer is not JSON: {error}")), events);
    }

    fn chunk(&mut self, text: &str, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        if self.finished || self.failed {
            return;
        }
        if chunk.error.get().is_some() {
            let failure = error::in_stream(text, &self.model, &self.state);
            return self.fail(failure, events);
        }
        if !self.started
            && let Some(model) = chunk.model.as_option()
        {
            self.started = true;
            let model = Some(model.to_owned());
            events.push(Event::Started(Started { id: None, model }));
        }
        let done = chunk.done.get() == Some("true");
        if let Some(message) = &chunk.message.0 {
            self.message(message, done, events);
        }
        if done {
            self.finish(chunk, events);
        }
    }

    fn message(&mut self, message: &Message<'_>, done: bool, events: &mut Vec<Event>) {
        if let Some(thinking) = message.thinking.as_option() {
            self.thought = true;
            events.push(Event::Thinking(thinking.to_owned()));
        }
        if let Some(content) = message.content.as_option() {
            // Only of a text that is all there is can be said that its beginning is thinking.
            let leaked =
                if done && !self.said && !self.thought { tags::leaked(content) } else { None };
            match leaked {
                Some((thinking, text)) => {
                    self.thought = true;
                    if !thinking.is_empty() {
                        events.push(Event::Thinking(thinking.to_owned()));
                    }
                    self.text(text, events);
                }
                None => self.text(content, events),
            }
        }
        for call in &message.tool_calls.0 {
            if let Some(function) = &call.function.0 {
                let arguments = function.arguments.text().into_owned();
                self.call(call.id.as_option(), &function.name.0, arguments, events);
            }
        }
    }

    fn text(&mut self, text: &str, events: &mut Vec<Event>) {
        if text.is_empty() {
            return;
        }
        if !self.said {
            self.said = true;
            let beginning = if self.thought { Beginning::Text } else { Beginning::Tag };
            self.tags = Tags::new(beginning, self.state.prompted);
        }
        let Some(tags) = &mut self.tags else {
            events.push(Event::Text(text.to_owned()));
            return;
        };
        let mut pieces = Vec::new();
        tags.push(text, &mut pieces);
        self.pieces(pieces, events);
    }

    fn pieces(&mut self, pieces: Vec<Piece>, events: &mut Vec<Event>) {
        for piece in pieces {
            match piece {
                // What stands between calls and after them is layout.
                Piece::Text(text) if self.calls > 0 && text.trim().is_empty() => {}
                Piece::Text(text) => events.push(Event::Text(text)),
                Piece::Thinking(text) => events.push(Event::Thinking(text)),
                Piece::Call(call) => self.call(None, &call.name, call.arguments, events),
            }
        }
    }

    /// Each entry is a whole call, whatever index it has.
    fn call(&mut self, id: Option<&str>, name: &str, arguments: String, events: &mut Vec<Event>) {
        let name = (!name.is_empty()).then(|| self.state.names.restore(name).to_owned());
        let id = id.map(str::to_owned);
        events.push(Event::ToolCall(ToolCallDelta {
            slot: self.calls,
            id,
            name,
            arguments,
            state: None,
        }));
        self.calls += 1;
    }

    /// The answer is whole.
    fn finish(&mut self, chunk: &Chunk<'_>, events: &mut Vec<Event>) {
        self.finished = true;
        if let Some(tags) = &mut self.tags {
            let mut pieces = Vec::new();
            tags.finish(&mut pieces);
            self.pieces(pieces, events);
        }
        // The prompt's count is missing where all of it was cached.
        let (input, output) = (chunk.prompt_eval_count.0, chunk.eval_count.0);
        if input.is_some() || output.is_some() {
            events.push(Event::Usage(Usage { input, output, ..Usage::default() }));
        }
        // Servers before 0.1.35 give no reason.
        events.push(Event::Finished(match &*chunk.done_reason.0 {
            "length" => FinishReason::MaxTokens,
            "stop" | "" | "load" | "unload" if self.calls > 0 => FinishReason::ToolCalls,
            "stop" | "" | "load" | "unload" => FinishReason::EndTurn,
            other => FinishReason::Other(other.to_owned()),
        }));
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
            Framing::Whole if self.state.stream && !typed => Framing::JsonLines,
            framing => framing,
        }
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let text = frame.data.trim_start_matches('\u{feff}').trim();
        if !self.finished && !self.failed {
            self.documents(text, events);
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        let what = "the answer ended before its end marker";
        self.fail(failure::protocol(what), events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        error::from_response(response, &self.model, &self.state)
    }
}
