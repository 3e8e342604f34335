//! What the host needs of a plugin, in the host's own types.
//!
//! Each minor version of the contract has one adapter that implements these traits; nothing else
//! in the crate knows which version a plugin speaks.

use std::future::Future;
use std::pin::Pin;

use clasp_model::{
    Event, Failure, Frame, Framing, Header, HttpRequest, HttpResponse, Manifest, Model, Note,
    Request, Target,
};

use crate::fault::Fault;
use crate::sandbox::{Budget, Sandbox};
use crate::state::States;

/// A call into a plugin.
pub(crate) type Call<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// What a plugin says of a request it was given: its own refusal is no fault.
pub(crate) type Said<T> = Result<T, Failure>;

/// A plugin's answer to `begin`, with blobs already looked up.
pub(crate) struct Begun {
    pub(crate) http: HttpRequest,
    pub(crate) state: Vec<u8>,
    pub(crate) notes: Vec<Note>,
}

/// A compiled component behind one version of the contract. Each call uses up its sandbox.
pub(crate) trait Contract: Send + Sync {
    /// Whether the component lists models.
    fn offers_models(&self) -> bool;

    /// Whether the component counts tokens.
    fn offers_tokens(&self) -> bool;

    fn describe(&self, sandbox: Sandbox, budget: Budget) -> Call<'_, Manifest>;

    fn begin<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        states: States<'a>,
        target: &'a Target,
        request: &'a Request,
    ) -> Call<'a, Said<Begun>>;

    fn exchange<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        target: &'a Target,
        state: &'a [u8],
    ) -> Call<'a, Box<dyn Reading>>;

    fn known_models(&self, sandbox: Sandbox, budget: Budget) -> Call<'_, Vec<Model>>;

    fn list_models<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        target: &'a Target,
    ) -> Call<'a, Option<HttpRequest>>;

    fn parse_models<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        response: &'a HttpResponse,
    ) -> Call<'a, Said<Vec<Model>>>;

    fn count_tokens<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        states: States<'a>,
        target: &'a Target,
        request: &'a Request,
    ) -> Call<'a, Said<Option<HttpRequest>>>;

    fn parse_count<'a>(
        &'a self,
        sandbox: Sandbox,
        budget: Budget,
        response: &'a HttpResponse,
    ) -> Call<'a, Said<u64>>;
}

/// An answer being read, in an instance of its own.
pub(crate) trait Reading: Send {
    fn accept<'a>(
        &'a mut self,
        budget: Budget,
        status: u16,
        headers: &'a [Header],
    ) -> Call<'a, Framing>;

    fn feed<'a>(&'a mut self, budget: Budget, frames: &'a [Frame]) -> Call<'a, Vec<Event>>;

    fn end(&mut self, budget: Budget) -> Call<'_, Vec<Event>>;

    fn reject<'a>(&'a mut self, budget: Budget, response: &'a HttpResponse) -> Call<'a, Failure>;
}
