//! One checker for all dialects, fed with the bytes of a stream while it is sent.

#[cfg(test)]
mod tests;

use clasp_model::Dialect;

use crate::events::{Event, Events};
use crate::{anthropic, chat, responses};

/// An answer is checked up to here, in bytes, and not beyond: so a checker's state has a bound.
pub const LIMIT: usize = 8 * 1024 * 1024;

/// The first fault of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The number of the event, from 0; of a fault that the end shows, how many there were.
    pub event: u64,
    /// What is wrong, and where.
    pub what: String,
}

/// Checks a stream up to its first fault.
#[derive(Debug)]
pub struct Stream {
    /// None when nothing more is checked.
    checker: Option<Checker>,
    events: Events,
    /// How many events were complete.
    count: u64,
    bytes: usize,
}

#[derive(Debug)]
enum Checker {
    Anthropic(anthropic::Checker),
    Responses(responses::Checker),
    Chat(chat::Checker),
}

/// A checker of one stream in this dialect.
pub fn stream(dialect: Dialect) -> Stream {
    let checker = match dialect {
        Dialect::AnthropicMessages => Checker::Anthropic(Default::default()),
        Dialect::OpenaiResponses => Checker::Responses(Default::default()),
        Dialect::OpenaiChat => Checker::Chat(Default::default()),
    };
    Stream { checker: Some(checker), events: Events::default(), count: 0, bytes: 0 }
}

impl Stream {
    /// Takes the next bytes, however they are cut. The first fault is told once; what follows it is
    /// not checked.
    pub fn push(&mut self, bytes: &[u8]) -> Option<Fault> {
        self.checker.as_ref()?;
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > LIMIT {
            self.stop();
            return None;
        }
        for event in self.events.push(bytes) {
            let checker = self.checker.as_mut()?;
            checker.push(&event);
            if let Some(what) = checker.faults().first() {
                let fault = Fault { event: self.count, what: what.clone() };
                self.stop();
                return Some(fault);
            }
            self.count += 1;
        }
        if self.events.is_text() {
            return None;
        }
        self.stop();
        Some(Fault { event: self.count, what: "it is not UTF-8".to_owned() })
    }

    /// The stream is over. A fault that was told before is not told again.
    pub fn finish(self) -> Option<Fault> {
        let checker = self.checker?;
        let cut = "the stream ends within an event".to_owned();
        let cut = (!self.events.is_between()).then_some(cut);
        let what = cut.or_else(|| checker.finish().into_iter().next())?;
        Some(Fault { event: self.count, what })
    }

    /// Whether more bytes would be looked at.
    pub fn is_checking(&self) -> bool {
        self.checker.is_some()
    }

    fn stop(&mut self) {
        self.checker = None;
        self.events = Events::default();
    }
}

impl Checker {
    fn push(&mut self, event: &Event) {
        let (name, data) = (event.name.as_deref(), event.data.as_str());
        match self {
            Self::Anthropic(checker) => checker.push(name, data),
            Self::Responses(checker) => checker.push(name, data),
            Self::Chat(checker) => checker.push(name, data),
        }
    }

    fn faults(&self) -> &[String] {
        match self {
            Self::Anthropic(checker) => checker.faults(),
            Self::Responses(checker) => checker.faults(),
            Self::Chat(checker) => checker.faults(),
        }
    }

    fn finish(self) -> Vec<String> {
        match self {
            Self::Anthropic(checker) => checker.finish(),
            Self::Responses(checker) => checker.finish(),
            Self::Chat(checker) => checker.finish(),
        }
    }
}
