//! Reads an answer as Chat Completions, and errors by the profile's own codes.

use clasp_plugin::chat::{self, State};
use clasp_plugin::{Event, Exchange, Failure, Frame, Framing, Header, HttpResponse, failure};

use crate::ways::Ways;

/// Reads one answer.
#[derive(Debug)]
pub struct Answer {
    inner: chat::Answer,
    ways: Ways,
}

impl Answer {
    pub(crate) fn new(ways: Ways, state: State) -> Self {
        Self { inner: chat::Answer::new(&ways.profile, state), ways }
    }

    /// A failure as the profile understands the server's code.
    fn judged(&self, found: Failure) -> Failure {
        let Some(kind) = found.code.as_deref().and_then(|code| self.ways.error(code)) else {
            return found;
        };
        if kind == found.kind {
            return found;
        }
        let usual = failure::new(kind, found.message);
        Failure { context: found.context, code: found.code, detail: found.detail, ..usual }
    }
}

impl Exchange for Answer {
    fn accept(&mut self, status: u16, headers: &[Header]) -> Framing {
        self.inner.accept(status, headers)
    }

    fn feed(&mut self, frame: &Frame, events: &mut Vec<Event>) {
        let before = events.len();
        self.inner.feed(frame, events);
        for event in events.iter_mut().skip(before) {
            if let Event::Failed(failure) = event {
                *failure = self.judged(failure.clone());
            }
        }
    }

    fn end(&mut self, events: &mut Vec<Event>) {
        self.inner.end(events);
    }

    fn reject(&mut self, response: &HttpResponse) -> Failure {
        let found = self.inner.reject(response);
        self.judged(found)
    }
}
