//! A plugin whose requests and answers say which version of it made them.
//!
//! The version stands in a static that a test overwrites in the component's bytes.

// Exports have names that only WebAssembly can link.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, missing_docs, reason = "generated bindings")]

use std::hint::black_box;

use clasp::provider::types::{FailureKind, Method, Retry, Segment};
use exports::clasp::provider::about::{Auth, Guest as About, Manifest, Secret, Template};
use exports::clasp::provider::translate::{
    Begun, Event, Exchange, Failure, FinishReason, Frame, Framing, Guest as Translate,
    GuestExchange, Header, HttpRequest, HttpResponse, Request, Target,
};

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "provider" });

struct Versioned;
export!(Versioned);

/// Sixteen bytes that stand nowhere else in the component.
static VERSION: [u8; 16] = *b"version-00000000";

/// Read so that the compiler cannot know it.
fn version() -> String {
    String::from_utf8_lossy(black_box(&VERSION)).into_owned()
}

fn failure(message: String) -> Failure {
    Failure {
        kind: FailureKind::Protocol,
        message,
        retry: Retry::Never,
        context: None,
        code: None,
        detail: None,
    }
}

impl About for Versioned {
    fn describe() -> Manifest {
        Manifest {
            id: "versioned".to_owned(),
            name: "Versioned".to_owned(),
            version: "0.1.0".to_owned(),
            description: "Says which version of it answered".to_owned(),
            homepage: None,
            license: None,
            default_base_url: None,
            hosts: Vec::new(),
            secrets: vec![Secret {
                name: "api-key".to_owned(),
                description: "Any key".to_owned(),
                env: vec!["VERSIONED_API_KEY".to_owned()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "authorization".to_owned(),
                value: "Bearer {api-key}".to_owned(),
            })],
            native: Vec::new(),
            config_schema: r#"{"type":"object"}"#.to_owned(),
        }
    }
}

impl Translate for Versioned {
    type Exchange = Reader;

    fn begin(target: Target, request: Request) -> Result<Begun, Failure> {
        let version = version();
        let body = format!(
            r#"{{"model":"{}","stream":{},"messages":[{{"role":"user","content":"{version}"}}]}}"#,
            target.model, request.stream
        );
        let json = Header { name: "content-type".to_owned(), value: "application/json".to_owned() };
        let http = HttpRequest {
            method: Method::Post,
            path: "/chat/completions".to_owned(),
            headers: vec![json],
            body: vec![Segment::Bytes(body.into_bytes())],
        };
        Ok(Begun { http, state: version.into_bytes(), notes: Vec::new() })
    }
}

struct Reader {
    begun_by: Vec<u8>,
}

impl GuestExchange for Reader {
    fn new(_target: Target, state: Vec<u8>) -> Self {
        Self { begun_by: state }
    }

    fn accept(&self, _status: u16, _headers: Vec<Header>) -> Framing {
        Framing::ServerSentEvents
    }

    fn feed(&self, frames: Vec<Frame>) -> Vec<Event> {
        let version = version();
        let read = |frame: Frame| {
            if self.begun_by != version.as_bytes() {
                let begun_by = String::from_utf8_lossy(&self.begun_by);
                Event::Failed(failure(format!("begun by {begun_by}, read by {version}")))
            } else if frame.data == "[DONE]" {
                Event::Finished(FinishReason::EndTurn)
            } else {
                Event::Text(format!("{version} "))
            }
        };
        frames.into_iter().map(read).collect()
    }

    fn end(&self) -> Vec<Event> {
        vec![Event::Failed(failure("the answer ended too early".to_owned()))]
    }

    fn reject(&self, response: HttpResponse) -> Failure {
        failure(format!("status {}", response.status))
    }
}

// The resource's handle type is used by the bindings only.
const _: Option<Exchange> = None;
