//! Answers checked by their dialect's grammar while they are sent: for finding faults in production,
//! off unless it is asked for. Whatever is found, the answer is the same.

use clasp_grammar::{Fault, LIMIT, Stream};
use clasp_model::Dialect;
use http::StatusCode;

/// How much of a fault the log tells, in characters: it may quote what was sent.
const TOLD: usize = 400;

/// The checker of one answer.
pub(crate) struct Check {
    dialect: Dialect,
    stream: Stream,
}

impl Check {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, stream: clasp_grammar::stream(dialect) }
    }

    /// Looks at bytes of a stream. `untranslated`: they are the provider's own.
    pub(crate) fn push(&mut self, bytes: &[u8], untranslated: bool) {
        if let Some(fault) = self.stream.push(bytes) {
            warn(self.dialect, &fault, untranslated);
        }
    }

    /// The stream is over, and not because the client left.
    pub(crate) fn finish(self, untranslated: bool) {
        let Self { dialect, stream } = self;
        if let Some(fault) = stream.finish() {
            warn(dialect, &fault, untranslated);
        }
    }

    /// Looks at a complete answer.
    pub(crate) fn whole(self, status: StatusCode, body: &[u8], untranslated: bool) {
        if body.len() > LIMIT {
            return;
        }
        let faults = match serde_json::from_slice(body) {
            Ok(document) if status.is_success() => clasp_grammar::plain(self.dialect, &document),
            Ok(document) => clasp_grammar::error(self.dialect, &document),
            Err(error) => vec![format!("no JSON: {error}")],
        };
        if let Some(what) = faults.into_iter().next() {
            warn(self.dialect, &Fault { event: 0, what }, untranslated);
        }
    }
}

fn warn(dialect: Dialect, fault: &Fault, untranslated: bool) {
    let what: String = fault.what.chars().take(TOLD).collect();
    let event = fault.event;
    tracing::warn!(
        ?dialect,
        event,
        untranslated,
        "the answer breaks its dialect's grammar: {what}"
    );
}
