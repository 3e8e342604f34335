//! A plugin that imports WASI and tells what it finds: its manifest's description is a line of
//! facts. With the model `sleep` it sleeps for an hour.

// Exports have names that only WebAssembly can link.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

use clasp::provider::types::{FailureKind, Method, Retry};
use exports::clasp::provider::about::{Guest as About, Manifest};
use exports::clasp::provider::translate::{
    Begun, Event, Failure, Frame, Framing, Guest as Translate, GuestExchange, Header, HttpRequest,
    HttpResponse, Request, Target,
};
use wasi::cli::environment;
use wasi::clocks::{monotonic_clock, wall_clock};
use wasi::filesystem::preopens;
use wasi::random::random;

wit_bindgen::generate!({ path: "wit", world: "clasp:guest/inert", generate_all });

struct Inert;
export!(Inert);

impl About for Inert {
    fn describe() -> Manifest {
        Manifest {
            id: "inert".to_owned(),
            name: "Inert".to_owned(),
            version: "0.0.1".to_owned(),
            description: format!(
                "environment {} arguments {} directories {} wall {} monotonic {} random {:?}",
                environment::get_environment().len(),
                environment::get_arguments().len(),
                preopens::get_directories().len(),
                wall_clock::now().seconds,
                monotonic_clock::now(),
                random::get_random_bytes(4),
            ),
            homepage: None,
            license: None,
            default_base_url: None,
            hosts: Vec::new(),
            secrets: Vec::new(),
            auth: Vec::new(),
            native: Vec::new(),
            config_schema: "{}".to_owned(),
        }
    }
}

impl Translate for Inert {
    type Exchange = Reader;

    fn begin(target: Target, _request: Request) -> Result<Begun, Failure> {
        if target.model == "sleep" {
            monotonic_clock::subscribe_duration(3_600_000_000_000).block();
        }
        let http = HttpRequest {
            method: Method::Get,
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        Ok(Begun { http, state: Vec::new(), notes: Vec::new() })
    }
}

struct Reader;

impl GuestExchange for Reader {
    fn new(_target: Target, _state: Vec<u8>) -> Self {
        Self
    }

    fn accept(&self, _status: u16, _headers: Vec<Header>) -> Framing {
        Framing::Whole
    }

    fn feed(&self, _frames: Vec<Frame>) -> Vec<Event> {
        Vec::new()
    }

    fn end(&self) -> Vec<Event> {
        Vec::new()
    }

    fn reject(&self, _response: HttpResponse) -> Failure {
        Failure {
            kind: FailureKind::ProviderError,
            context: None,
            message: "rejected".to_owned(),
            retry: Retry::Again,
            code: None,
            detail: None,
        }
    }
}
