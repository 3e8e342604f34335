//! The exported side of a component, made from a [`Provider`]. Authors use [`export!`] only.
//!
//! [`export!`]: crate::export

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Once;

use crate::bindings::exports::clasp::provider::{about, models, tokens, translate};
use crate::provider::{Exchange, Provider};
use crate::state;
use crate::types::{
    Event, Failure, Frame, Framing, Header, HttpRequest, HttpResponse, Level, Manifest, Model,
    Request, Target,
};

/// Uses the heap that an instance is born with before it asks for more.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// Gives a [`Provider`] the contract's exports.
#[doc(hidden)]
pub struct Guest<P>(PhantomData<P>);

/// The exported resource around an author's [`Exchange`].
#[doc(hidden)]
pub struct Answer<P: Provider>(RefCell<Result<P::Exchange, Failure>>);

/// Makes a crate a plugin: exports the contract for the given [`Provider`].
///
/// Does nothing when built natively, so that a plugin is an ordinary library in tests.
#[macro_export]
macro_rules! export {
    ($provider:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type Exported = $crate::guest::Guest<$provider>;
            $crate::bindings::export!(
                Exported with_types_in $crate::bindings
            );
        };
    };
}

/// A panic kills the instance; its message goes to the host's log before.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            crate::host::log(Level::Error, &panic.to_string());
        }));
    });
}

impl<P: Provider + 'static> about::Guest for Guest<P> {
    fn describe() -> Manifest {
        log_panics();
        P::manifest()
    }
}

impl<P: Provider + 'static> translate::Guest for Guest<P> {
    type Exchange = Answer<P>;

    fn begin(target: Target, request: Request) -> Result<translate::Begun, Failure> {
        log_panics();
        let begun = P::begin(&target, &request)?;
        Ok(translate::Begun {
            http: begun.http,
            state: state::write(&begun.state)?,
            notes: begun.notes,
        })
    }
}

impl<P: Provider + 'static> models::Guest for Guest<P> {
    fn known() -> Vec<Model> {
        log_panics();
        P::known_models()
    }

    fn list(target: Target) -> Option<HttpRequest> {
        log_panics();
        P::list_models(&target)
    }

    fn parse(response: HttpResponse) -> Result<Vec<Model>, Failure> {
        log_panics();
        P::parse_models(&response)
    }
}

impl<P: Provider + 'static> tokens::Guest for Guest<P> {
    fn count(target: Target, request: Request) -> Result<Option<HttpRequest>, Failure> {
        log_panics();
        P::count_tokens(&target, &request)
    }

    fn parse(response: HttpResponse) -> Result<u64, Failure> {
        log_panics();
        P::parse_token_count(&response)
    }
}

impl<P: Provider + 'static> translate::GuestExchange for Answer<P> {
    fn new(target: Target, state: Vec<u8>) -> Self {
        log_panics();
        Self(RefCell::new(state::read(&state).map(|state| P::exchange(target, state))))
    }

    fn accept(&self, status: u16, headers: Vec<Header>) -> Framing {
        match &mut *self.0.borrow_mut() {
            Ok(exchange) => exchange.accept(status, &headers),
            Err(_) => Framing::Whole,
        }
    }

    fn feed(&self, frames: Vec<Frame>) -> Vec<Event> {
        let mut events = Vec::with_capacity(frames.len() + 2);
        match &mut *self.0.borrow_mut() {
            Ok(exchange) => {
                for frame in &frames {
                    exchange.feed(frame, &mut events);
                }
            }
            Err(failure) => events.push(Event::Failed(failure.clone())),
        }
        events
    }

    fn end(&self) -> Vec<Event> {
        let mut events = Vec::new();
        match &mut *self.0.borrow_mut() {
            Ok(exchange) => exchange.end(&mut events),
            Err(failure) => events.push(Event::Failed(failure.clone())),
        }
        events
    }

    fn reject(&self, response: HttpResponse) -> Failure {
        match &mut *self.0.borrow_mut() {
            Ok(exchange) => exchange.reject(&response),
            Err(failure) => failure.clone(),
        }
    }
}
