//! Responses that clients ask for again, or go on from
//! (<https://platform.openai.com/docs/api-reference/responses>, read 2026-11-21).
//!
//! Only answers that were translated are kept: what passes untranslated is the provider's to keep.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;
use clasp_dialect::responses;
use clasp_model::{Dialect, Failure, FailureKind, Source};
use clasp_store::{Entry, Store};

use crate::admission::Caller;
use crate::app::App;
use crate::reply::now;

/// How often what is too old is taken out, besides at each new entry.
const SWEEP: Duration = Duration::from_secs(3600);

/// What of stored responses a request has to do with.
#[derive(Default)]
pub(crate) struct Kept {
    /// The response that it goes on from, and how many items of the body are that one's.
    previous: Option<(ByteString, usize)>,
    /// The answer is to be kept.
    store: bool,
}

/// Keeps one answer.
pub(crate) struct Keeper {
    store: Arc<Store>,
    owner: String,
    items: Vec<ByteString>,
}

impl Kept {
    /// Puts the conversation that a request goes on from before its own input.
    pub(crate) async fn resolve(
        app: &App,
        dialect: Dialect,
        caller: &Caller,
        body: ByteString,
    ) -> Result<(ByteString, Self), Failure> {
        let Some(store) = app.store().filter(|_| dialect == Dialect::OpenaiResponses) else {
            return Ok((body, Self::default()));
        };
        let wants = responses::wants(&body);
        let mut kept = Self { previous: None, store: wants.store };
        let Some(id) = wants.previous else { return Ok((body, kept)) };
        let Some(entry) = get(store, owner(caller), &id).await? else {
            // It may be the provider's own.
            return match app.catalog().await.speaks(dialect) {
                true => Ok((body, kept)),
                false => Err(responses::previous_not_found(&id)),
            };
        };
        let earlier = responses::earlier(entry.items, &entry.response)?;
        let body = responses::continued(&body, &earlier)?;
        kept.previous = Some((id, earlier.len()));
        Ok((body, kept))
    }

    /// A fault of the request, at the place where the client knows it.
    pub(crate) fn own(&self, failure: Failure) -> Failure {
        match &self.previous {
            Some((_, earlier)) => responses::in_own_input(failure, *earlier),
            None => failure,
        }
    }

    /// What the answer says of it.
    pub(crate) fn tell(&self, echo: &mut clasp_dialect::Echo) {
        if let Some((id, _)) = &self.previous {
            echo.continues(id);
        }
        if self.store {
            echo.stores();
        }
    }

    /// Whoever keeps the answer to `body`, if it is to be kept.
    pub(crate) fn keeper(&self, app: &App, caller: &Caller, body: &ByteString) -> Option<Keeper> {
        let store = app.store().filter(|_| self.store)?;
        let items = responses::input_items(body).ok()?;
        Some(Keeper { store: Arc::clone(store), owner: owner(caller).to_owned(), items })
    }
}

impl Keeper {
    /// Keeps an answer. The client gets it also where that fails.
    pub(crate) async fn keep(self, id: String, created: u64, document: Bytes) {
        let Self { store, owner, items } = self;
        let put = move || {
            let response = ByteString::try_from(document).unwrap_or_default();
            store.put(&id, &Entry { owner, created, response, items })
        };
        match tokio::task::spawn_blocking(put).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("the response was not kept: {error}"),
            Err(error) => tracing::error!("the response was not kept: {error}"),
        }
    }
}

/// `GET /v1/responses/{id}`
pub(crate) async fn response(app: &App, caller: &Caller, id: &str) -> Result<Bytes, Failure> {
    Ok(entry(app, caller, id).await?.response.into_bytes())
}

/// `GET /v1/responses/{id}/input_items`
pub(crate) async fn items(
    app: &App,
    caller: &Caller,
    id: &str,
    query: &str,
) -> Result<Bytes, Failure> {
    let entry = entry(app, caller, id).await?;
    responses::page(&entry.items, url::form_urlencoded::parse(query.as_bytes()))
}

/// `DELETE /v1/responses/{id}`
pub(crate) async fn forget(app: &App, caller: &Caller, id: &str) -> Result<Bytes, Failure> {
    let store = app.store().ok_or_else(|| responses::store_is_off(id))?;
    let (store, name) = (Arc::clone(store), id.to_owned());
    let owner = owner(caller).to_owned();
    match blocking(move || store.delete(&owner, &name, now())).await? {
        true => Ok(responses::deleted(id)),
        false => Err(responses::not_found(id)),
    }
}

/// Takes out what is too old, from time to time, until the server ends.
pub(crate) async fn sweep(app: Arc<App>) {
    let Some(store) = app.store().cloned() else { return std::future::pending().await };
    let mut ticks = tokio::time::interval(SWEEP);
    loop {
        ticks.tick().await;
        let store = Arc::clone(&store);
        if let Err(failure) = blocking(move || store.sweep(now())).await {
            tracing::warn!("old responses were not taken out: {failure}");
        }
    }
}

/// Whose a response is: a client key's own, or everybody's who has none.
fn owner(caller: &Caller) -> &str {
    caller.name().unwrap_or_default()
}

async fn entry(app: &App, caller: &Caller, id: &str) -> Result<Entry, Failure> {
    let store = app.store().ok_or_else(|| responses::store_is_off(id))?;
    get(store, owner(caller), id).await?.ok_or_else(|| responses::not_found(id))
}

async fn get(store: &Arc<Store>, owner: &str, id: &str) -> Result<Option<Entry>, Failure> {
    let (store, owner, id) = (Arc::clone(store), owner.to_owned(), id.to_owned());
    blocking(move || store.get(&owner, &id, now())).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, clasp_store::Error> + Send + 'static,
) -> Result<T, Failure> {
    let failed = |error: String| {
        let message = format!("the store of responses: {error}");
        Failure::new(FailureKind::ProviderError, Source::Host, message)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| failed(error.to_string())),
        Err(error) => Err(failed(error.to_string())),
    }
}
