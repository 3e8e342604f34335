//! Contract 0.1: the adapter between its bindings and the host's types.
//!
//! A request's text is lent to the plugin: it is copied once, from the client's body into the
//! plugin's memory.

mod functions;
mod host;
mod lend;
mod read;

use bumpalo::Bump;
use clasp_model::{
    Event, Failure, Frame, Framing, Header, HttpRequest, HttpResponse, Manifest, Model, Request,
    Target,
};
use wasmtime::Store;
use wasmtime::component::{HasSelf, InstancePre, Linker, ResourceAny};

use self::bindings::exports::clasp::provider::{about, models, tokens, translate};
use self::functions::{Functions, Reader, Trusted};
use crate::contract::{Begun, Call, Contract, Reading, Said};
use crate::sandbox::{Budget, Guest, Sandbox};
use crate::state::States;

/// The bindings of the whole contract. What is optional is looked up interface by interface, so a
/// component of the smaller world does as well.
mod bindings {
    wasmtime::component::bindgen!({
        path: "../../wit/v0.1",
        world: "full-provider",
        imports: { default: trappable },
        exports: { default: async },
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

/// The interfaces that a component must export.
pub(crate) const REQUIRED: [&str; 2] = ["clasp:provider/about", "clasp:provider/translate"];

/// Lets components import the host's interface.
pub(crate) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    bindings::FullProvider::add_to_linker::<_, HasSelf<_>>(linker, |guest| guest)
}

/// A component that speaks contract 0.1.
pub(crate) struct Component {
    pre: InstancePre<Guest>,
    about: about::GuestIndices,
    translate: translate::GuestIndices,
    functions: Functions,
    models: Option<models::GuestIndices>,
    tokens: Option<tokens::GuestIndices>,
}

/// An answer being read.
struct Exchange {
    sandbox: Sandbox,
    reader: Reader,
    resource: ResourceAny,
}

impl Component {
    /// Looks up what the component exports.
    pub(crate) fn new(pre: InstancePre<Guest>) -> wasmtime::Result<Self> {
        let about = about::GuestIndices::new(&pre)?;
        let translate = translate::GuestIndices::new(&pre)?;
        let functions = Functions::new(&pre)?;
        let models = models::GuestIndices::new(&pre).ok();
        let tokens = tokens::GuestIndices::new(&pre).ok();
        Ok(Self { pre, about, translate, functions, models, tokens })
    }

    /// Instantiates and checks the types of everything that is exported: what passes here cannot
    /// fail for its types later.
    async fn trial(&self, store: &mut Store<Guest>) -> wasmtime::Result<about::Guest> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        self.translate.load(&mut *store, &instance)?;
        if let Some(models) = &self.models {
            models.load(&mut *store, &instance)?;
        }
        if let Some(tokens) = &self.tokens {
            tokens.load(&mut *store, &instance)?;
        }
        self.about.load(&mut *store, &instance)
    }

    /// The models interface in a fresh instance; none if it is not offered.
    async fn models(&self, store: &mut Store<Guest>) -> wasmtime::Result<Option<models::Guest>> {
        let Some(models) = &self.models else { return Ok(None) };
        let instance = self.pre.instantiate_async(&mut *store).await?;
        models.load(store, &instance).map(Some)
    }

    /// The tokens interface in a fresh instance; none if it is not offered.
    async fn tokens(&self, store: &mut Store<Guest>) -> wasmtime::Result<Option<tokens::Guest>> {
        let Some(tokens) = &self.tokens else { return Ok(None) };
        let instance = self.pre.instantiate_async(&mut *store).await?;
        tokens.load(store, &instance).map(Some)
    }
}

impl Contract for Component {
    fn offers_models(&self) -> bool {
        self.models.is_some()
    }

    fn offers_tokens(&self) -> bool {
        self.tokens.is_some()
    }

    fn describe(&self, mut sandbox: Sandbox, budget: Budget) -> Call<'_, Manifest> {
        Box::pin(async move {
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    let about = self.trial(&mut sandbox.store).await?;
                    about.call_describe(&mut sandbox.store).await
                })
                .await;
            read::manifest(sandbox.leave(pass, result)?)
        })
    }

    fn begin<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        states: States<'a>,
        target: &'a Target,
        request: &'a Request,
    ) -> Call<'a, Said<Begun>> {
        Box::pin(async move {
            let arena = Bump::new();
            let (lent, blobs) = lend::request(&arena, states, request);
            let guest = sandbox.store.data_mut();
            guest.blobs = blobs;
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    let store = &mut sandbox.store;
                    let instance = Trusted::new(&self.pre, store).await?;
                    self.functions.begin(store, instance, lend::target(target), lent).await
                })
                .await;
            let said = sandbox.leave(pass, result)?;
            match said {
                Ok(begun) => read::begun(begun, &sandbox.store.data().blobs).map(Ok),
                Err(failure) => read::failure(failure).map(Err),
            }
        })
    }

    fn exchange<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        target: &'a Target,
        state: &'a [u8],
    ) -> Call<'a, Box<dyn Reading>> {
        Box::pin(async move {
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    let store = &mut sandbox.store;
                    let instance = Trusted::new(&self.pre, store).await?;
                    self.functions.construct(store, instance, lend::target(target), state).await
                })
                .await;
            let (reader, resource) = sandbox.leave(pass, result)?;
            let reading: Box<dyn Reading> = Box::new(Exchange { sandbox, reader, resource });
            Ok(reading)
        })
    }

    fn known_models(&self, mut sandbox: Sandbox, budget: Budget) -> Call<'_, Vec<Model>> {
        Box::pin(async move {
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    match self.models(&mut sandbox.store).await? {
                        Some(models) => models.call_known(&mut sandbox.store).await,
                        None => Ok(Vec::new()),
                    }
                })
                .await;
            Ok(read::models(sandbox.leave(pass, result)?))
        })
    }

    fn list_models<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        target: &'a Target,
    ) -> Call<'a, Option<HttpRequest>> {
        Box::pin(async move {
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    match self.models(&mut sandbox.store).await? {
                        Some(models) => {
                            models.call_list(&mut sandbox.store, lend::target(target)).await
                        }
                        None => Ok(None),
                    }
                })
                .await;
            sandbox.leave(pass, result)?.map(|http| read::http_request(http, &[])).transpose()
        })
    }

    fn parse_models<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        response: &'a HttpResponse,
    ) -> Call<'a, Said<Vec<Model>>> {
        Box::pin(async move {
            let arena = Bump::new();
            let lent = lend::response(&arena, response);
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    match self.models(&mut sandbox.store).await? {
                        Some(models) => models.call_parse(&mut sandbox.store, lent).await,
                        None => Ok(Ok(Vec::new())),
                    }
                })
                .await;
            match sandbox.leave(pass, result)? {
                Ok(models) => Ok(Ok(read::models(models))),
                Err(failure) => read::failure(failure).map(Err),
            }
        })
    }

    fn count_tokens<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        states: States<'a>,
        target: &'a Target,
        request: &'a Request,
    ) -> Call<'a, Said<Option<HttpRequest>>> {
        Box::pin(async move {
            let arena = Bump::new();
            let (lent, blobs) = lend::request(&arena, states, request);
            let guest = sandbox.store.data_mut();
            guest.blobs = blobs;
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    match self.tokens(&mut sandbox.store).await? {
                        Some(tokens) => {
                            let target = lend::target(target);
                            tokens.call_count(&mut sandbox.store, target, lent).await
                        }
                        None => Ok(Ok(None)),
                    }
                })
                .await;
            let said = sandbox.leave(pass, result)?;
            match said {
                Ok(None) => Ok(Ok(None)),
                Ok(Some(http)) => {
                    let blobs = &sandbox.store.data().blobs;
                    read::http_request(http, blobs).map(|http| Ok(Some(http)))
                }
                Err(failure) => read::failure(failure).map(Err),
            }
        })
    }

    fn parse_count<'a>(
        &'a self,
        mut sandbox: Sandbox,
        budget: Budget,
        response: &'a HttpResponse,
    ) -> Call<'a, Said<u64>> {
        Box::pin(async move {
            let arena = Bump::new();
            let lent = lend::response(&arena, response);
            let pass = sandbox.enter(budget)?;
            let result = pass
                .run(async {
                    match self.tokens(&mut sandbox.store).await? {
                        Some(tokens) => tokens.call_parse(&mut sandbox.store, lent).await,
                        None => Ok(Ok(0)),
                    }
                })
                .await;
            match sandbox.leave(pass, result)? {
                Ok(count) => Ok(Ok(count)),
                Err(failure) => read::failure(failure).map(Err),
            }
        })
    }
}

impl Reading for Exchange {
    fn accept<'a>(
        &'a mut self,
        budget: Budget,
        status: u16,
        headers: &'a [Header],
    ) -> Call<'a, Framing> {
        Box::pin(async move {
            let Self { sandbox, reader, resource } = self;
            let arena = Bump::new();
            let headers = lend::headers(&arena, headers);
            let pass = sandbox.enter(budget)?;
            let result =
                pass.run(reader.accept(&mut sandbox.store, *resource, status, headers)).await;
            Ok(read::framing(sandbox.leave(pass, result)?))
        })
    }

    fn feed<'a>(&'a mut self, budget: Budget, frames: &'a [Frame]) -> Call<'a, Vec<Event>> {
        Box::pin(async move {
            let Self { sandbox, reader, resource } = self;
            let frames: Vec<_> = frames.iter().map(lend::frame).collect();
            let pass = sandbox.enter(budget)?;
            let result = pass.run(reader.feed(&mut sandbox.store, *resource, &frames)).await;
            let events = sandbox.leave(pass, result)?;
            read::events(events, sandbox.store.data().limits.events)
        })
    }

    fn end(&mut self, budget: Budget) -> Call<'_, Vec<Event>> {
        Box::pin(async move {
            let Self { sandbox, reader, resource } = self;
            let pass = sandbox.enter(budget)?;
            let result = pass.run(reader.end(&mut sandbox.store, *resource)).await;
            let events = sandbox.leave(pass, result)?;
            read::events(events, sandbox.store.data().limits.events)
        })
    }

    fn reject<'a>(&'a mut self, budget: Budget, response: &'a HttpResponse) -> Call<'a, Failure> {
        Box::pin(async move {
            let Self { sandbox, reader, resource } = self;
            let arena = Bump::new();
            let lent = lend::response(&arena, response);
            let pass = sandbox.enter(budget)?;
            let result = pass.run(reader.reject(&mut sandbox.store, *resource, lent)).await;
            read::failure(sandbox.leave(pass, result)?)
        })
    }
}
