//! One answer being read; it keeps to the plugin version that it began with.

use std::fmt;
use std::sync::Arc;

use clasp_model::{Event, Failure, Frame, Framing, Header, HttpResponse};
use tokio::sync::OwnedSemaphorePermit;

use crate::contract::Reading;
use crate::fault::Fault;
use crate::sandbox::Budget;
use crate::state;

/// One answer being read, in an instance of its own.
///
/// After an error, or when a call was dropped before it finished, every further call fails.
pub struct Exchange {
    reading: Box<dyn Reading>,
    budget: Budget,
    plugin: Arc<str>,
    /// Its name in the tags of state.
    maker: String,
    failed: bool,
    _room: OwnedSemaphorePermit,
}

impl Exchange {
    pub(crate) fn new(
        reading: Box<dyn Reading>,
        budget: Budget,
        plugin: Arc<str>,
        maker: String,
        room: OwnedSemaphorePermit,
    ) -> Self {
        Self { reading, budget, plugin, maker, failed: false, _room: room }
    }

    /// A success status arrived: how to read its body.
    ///
    /// # Errors
    /// What the plugin did wrong, as for all calls.
    pub async fn accept(&mut self, status: u16, headers: &[Header]) -> Result<Framing, Failure> {
        const CALL: &str = "exchange.accept";
        self.check(CALL)?;
        let framing = self.reading.accept(self.budget, status, headers).await;
        self.ended(framing, CALL)
    }

    /// Reads frames, as many as one read of the socket held.
    pub async fn feed(&mut self, frames: Vec<Frame>) -> Result<Vec<Event>, Failure> {
        const CALL: &str = "exchange.feed";
        self.check(CALL)?;
        let events = self.reading.feed(self.budget, &frames).await;
        self.tagged(events, CALL)
    }

    /// The body ended.
    pub async fn end(&mut self) -> Result<Vec<Event>, Failure> {
        const CALL: &str = "exchange.end";
        self.check(CALL)?;
        let events = self.reading.end(self.budget).await;
        self.tagged(events, CALL)
    }

    /// Any other status arrived, with its whole body. The result is the provider's failure; an
    /// error is the plugin's own.
    pub async fn reject(&mut self, response: &HttpResponse) -> Result<Failure, Failure> {
        const CALL: &str = "exchange.reject";
        self.check(CALL)?;
        let failure = self.reading.reject(self.budget, response).await;
        self.ended(failure, CALL)
    }

    fn check(&self, call: &str) -> Result<(), Failure> {
        if self.failed { Err(Fault::Dead.into_failure(&self.plugin, call)) } else { Ok(()) }
    }

    fn tagged(
        &mut self,
        events: Result<Vec<Event>, Fault>,
        call: &str,
    ) -> Result<Vec<Event>, Failure> {
        let mut events = self.ended(events, call)?;
        state::tag(&self.maker, &mut events);
        Ok(events)
    }

    fn ended<T>(&mut self, result: Result<T, Fault>, call: &str) -> Result<T, Failure> {
        self.failed = result.is_err();
        result.map_err(|fault| fault.into_failure(&self.plugin, call))
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Exchange").field("plugin", &self.plugin).finish_non_exhaustive()
    }
}
