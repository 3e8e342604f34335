//! What is known of one request when it is over: one log line each, whatever its end (step 9).

use std::time::Instant;

use clasp_model::{Failure, Note, Usage};

/// Collects as the request goes on; dropping it writes the log line. A request that is dropped
/// before an end was noted was cancelled by its client (rule A12).
pub(crate) struct Record {
    pub(crate) request_id: String,
    began: Instant,
    first_content: Option<Instant>,
    pub(crate) model: String,
    pub(crate) stream: bool,
    /// Passed on untranslated (rule C15).
    pub(crate) lane: bool,
    pub(crate) provider: String,
    pub(crate) target_model: String,
    pub(crate) attempts: u32,
    pub(crate) notes: Vec<Note>,
    pub(crate) usage: Usage,
    end: Option<End>,
}

enum End {
    Finished,
    Failed { status: u16, failure: Box<Failure> },
}

impl Record {
    /// Begins with the request.
    pub(crate) fn new(request_id: String) -> Self {
        Self {
            request_id,
            began: Instant::now(),
            first_content: None,
            model: String::new(),
            stream: false,
            lane: false,
            provider: String::new(),
            target_model: String::new(),
            attempts: 0,
            notes: Vec::new(),
            usage: Usage::default(),
            end: None,
        }
    }

    /// The first content went to the client.
    pub(crate) fn content(&mut self) {
        self.first_content.get_or_insert_with(Instant::now);
    }

    /// The client has its whole answer.
    pub(crate) fn finished(&mut self) {
        self.end.get_or_insert(End::Finished);
    }

    /// The client was told of a failure.
    pub(crate) fn failed(&mut self, status: u16, failure: &Failure) {
        self.end.get_or_insert(End::Failed { status, failure: Box::new(failure.clone()) });
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let milliseconds = self.began.elapsed().as_millis() as u64;
        let first = self.first_content.map(|at| (at - self.began).as_millis() as u64);
        for note in &self.notes {
            tracing::debug!(change = ?note.change, path = note.path, "{}", note.detail);
        }
        macro_rules! line {
            ($level:ident, $status:expr, $($rest:tt)*) => {
                tracing::$level!(
                    model = self.model,
                    provider = self.provider,
                    target = self.target_model,
                    stream = self.stream,
                    untranslated = self.lane,
                    status = $status,
                    ms = milliseconds,
                    first_content_ms = first,
                    input_tokens = self.usage.input,
                    cached_tokens = self.usage.cache_read,
                    output_tokens = self.usage.output,
                    attempts = self.attempts,
                    $($rest)*
                )
            };
        }
        match &self.end {
            Some(End::Finished) => line!(info, 200, "request finished"),
            Some(End::Failed { status, failure }) => {
                line!(warn, *status, kind = ?failure.kind, source = ?failure.source, "request failed: {}", failure.message)
            }
            None => line!(info, 499, "request cancelled: the client left"),
        }
    }
}
