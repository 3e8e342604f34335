//! What a client asked for: its bytes, and what has been read of them so far.

use bytestring::ByteString;
use clasp_dialect::lane::{self, Glance};
use clasp_dialect::{Echo, Parsed};
use clasp_model::{Dialect, Failure, Header, Request};

use crate::app::App;
use crate::stored::{Keeper, Kept};

/// A request as it came. Where a target speaks its dialect it need not be read as a whole.
pub(crate) struct Asked {
    pub(crate) dialect: Dialect,
    pub(crate) body: ByteString,
    pub(crate) headers: Vec<Header>,
    /// Of the URL, without the `?`.
    pub(crate) query: String,
    /// As the client named it.
    pub(crate) model: ByteString,
    pub(crate) stream: bool,
    parsed: Option<Parsed>,
    kept: Kept,
}

impl Asked {
    /// Of a request that nothing has been read of.
    pub(crate) fn new(
        dialect: Dialect,
        body: ByteString,
        headers: Vec<Header>,
        query: String,
        kept: Kept,
    ) -> Self {
        let model = ByteString::new();
        Self { dialect, body, headers, query, model, stream: false, parsed: None, kept }
    }

    /// Reads what the untranslated lane needs; false when the request must be read as a whole.
    pub(crate) fn glance(&mut self) -> bool {
        let Some(Glance { model, stream }) = lane::glance(self.dialect, &self.body) else {
            return false;
        };
        self.model = model;
        self.stream = stream;
        true
    }

    /// The whole request, read once, and what its answer repeats of it.
    pub(crate) fn request(&mut self) -> Result<(&Request, &Echo), Failure> {
        let parsed = match self.parsed.take() {
            Some(parsed) => parsed,
            None => {
                let parsed = clasp_dialect::parse(self.dialect, &self.body, &self.headers);
                let mut parsed = parsed.map_err(|failure| self.kept.own(failure))?;
                self.kept.tell(&mut parsed.echo);
                parsed
            }
        };
        self.model = parsed.request.model.clone();
        self.stream = parsed.request.stream;
        let parsed = self.parsed.insert(parsed);
        Ok((&parsed.request, &parsed.echo))
    }

    /// Whoever keeps the answer, if it is to be kept.
    pub(crate) fn keeper(&self, app: &App) -> Option<Keeper> {
        self.kept.keeper(app, &self.body)
    }

    /// The request and what its answer repeats of it, if it was read as a whole.
    pub(crate) fn read(&self) -> Option<(&Request, &Echo)> {
        self.parsed.as_ref().map(|parsed| (&parsed.request, &parsed.echo))
    }
}
