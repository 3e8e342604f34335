//! A plugin that does whatever a plugin must not do, chosen by the target's model.
//!
//! What it says of itself is in statics that a test overwrites in the component's bytes, so that
//! one build stands for many files. Each is marked, and keeps its length.

// Exports have names that only WebAssembly can link.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, missing_docs, reason = "generated bindings")]
#![allow(clippy::panic, reason = "the point of it")]

use std::hint::black_box;

use clasp::provider::host::{self, Level};
use clasp::provider::types::{
    BlobRef, Dialect, Encoding, FailureKind, Field, Method, Part, Retry, Segment, Source,
};
use exports::clasp::provider::about::Auth;
use exports::clasp::provider::about::{Guest as About, Manifest, Native, Secret, Template};
use exports::clasp::provider::models::{Guest as Models, Model};
use exports::clasp::provider::tokens::Guest as Tokens;
use exports::clasp::provider::translate::{
    Begun, Change, Event, Exchange, Failure, Frame, Framing, Guest as Translate, GuestExchange,
    Header, HttpRequest, HttpResponse, Note, Request, Target, ToolCallDelta,
};

wit_bindgen::generate!({ path: "../../../wit/v0.1", world: "full-provider" });

struct Hostile;
export!(Hostile);

/// How `describe` behaves: `fine`, `trap`, `loop`, `json`, `key.`, `host`.
static DESCRIBE: [u8; 13] = *b"describe=fine";
static ID: [u8; 12] = *b"id=hostile-1";
static VERSION: [u8; 13] = *b"version=0.0.1";

/// The value behind the mark, read so that the compiler cannot know it.
fn marked(text: &'static [u8]) -> &'static str {
    let text = std::str::from_utf8(black_box(text)).unwrap_or_default();
    text.split_once('=').map_or("", |(_, value)| value)
}

fn spin() -> ! {
    let mut count = 0u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

fn allocate() -> ! {
    let mut all = Vec::new();
    loop {
        all.push(black_box(vec![1u8; 1 << 20]));
    }
}

impl About for Hostile {
    fn describe() -> Manifest {
        let mut manifest = Manifest {
            id: marked(&ID).to_owned(),
            name: "Hostile".to_owned(),
            version: marked(&VERSION).to_owned(),
            description: "Does what it must not".to_owned(),
            homepage: None,
            license: None,
            default_base_url: Some("https://api.hostile.example".to_owned()),
            hosts: vec!["api.hostile.example".to_owned()],
            secrets: vec![Secret {
                name: "api-key".to_owned(),
                description: "The key".to_owned(),
                env: vec!["HOSTILE_API_KEY".to_owned()],
                required: true,
            }],
            auth: vec![Auth::Header(Template {
                name: "x-hostile-key".to_owned(),
                value: "{api-key}".to_owned(),
            })],
            native: vec![Native { dialect: Dialect::OpenaiChat, path: "/v1/chat".to_owned() }],
            config_schema: r#"{"type":"object"}"#.to_owned(),
        };
        match marked(&DESCRIBE) {
            "trap" => panic!("asked to"),
            "loop" => spin(),
            "json" => manifest.config_schema = "{".to_owned(),
            "key." => manifest.secrets.clear(),
            "host" => manifest.hosts = vec!["*".to_owned()],
            _ => {}
        }
        manifest
    }
}

impl Translate for Hostile {
    type Exchange = Reader;

    fn begin(target: Target, request: Request) -> Result<Begun, Failure> {
        let mut begun = Begun {
            http: HttpRequest {
                method: Method::Post,
                path: "/v1/chat".to_owned(),
                headers: vec![header("content-type", "application/json")],
                body: vec![Segment::Bytes(b"{}".to_vec())],
            },
            state: marked(&VERSION).as_bytes().to_vec(),
            notes: Vec::new(),
        };
        let (what, with) = target.model.split_once(':').unwrap_or((&target.model, ""));
        let number = with.parse::<usize>().unwrap_or_default();
        match what {
            "trap" => panic!("asked to"),
            "loop" => spin(),
            "alloc" => allocate(),
            "state" => begun.state = vec![1; number],
            "path" => begun.http.path = with.to_owned(),
            "long-path" => begun.http.path = format!("/{}", "x".repeat(number)),
            "header" => begun.http.headers.push(header(with, "x")),
            "value" => begun.http.headers.push(header("x-value", with)),
            "headers" => {
                begun.http.headers =
                    (0..number).map(|count| header(&format!("x-{count}"), "x")).collect();
            }
            "body" => begun.http.body = vec![Segment::Bytes(vec![b'x'; number])],
            "blob" => begun.http.body = vec![blob(number)],
            "read" => {
                let (offset, len) = with.split_once('+').unwrap_or((with, "0"));
                let (offset, len) = (offset.parse().unwrap_or(0), len.parse().unwrap_or(0));
                begun.http.body = vec![Segment::Bytes(host::read_blob(0, offset, len))];
            }
            "read-blob" => _ = host::read_blob(number as u32, 0, 1),
            "notes" => begun.notes = (0..number).map(note).collect(),
            "log" => (0..number).for_each(|count| host::log(Level::Info, &format!("line {count}"))),
            "log-line" => host::log(Level::Warn, &"long\nline ".repeat(number)),
            "states" => begun.http.body = vec![Segment::Bytes(states(&request).into_bytes())],
            "sources" => begun.http.body = sources(&request),
            "refuse" => {
                return Err(Failure {
                    kind: FailureKind::Unsupported,
                    context: None,
                    message: "no documents".to_owned(),
                    retry: Retry::Elsewhere,
                    code: None,
                    detail: None,
                });
            }
            _ => {}
        }
        Ok(begun)
    }
}

struct Reader {
    model: String,
    state: String,
    fed: std::cell::Cell<u32>,
}

impl GuestExchange for Reader {
    fn new(target: Target, state: Vec<u8>) -> Self {
        let state = String::from_utf8_lossy(&state).into_owned();
        if target.model == "trap-new" {
            panic!("asked to");
        }
        Self { model: target.model, state, fed: std::cell::Cell::default() }
    }

    fn accept(&self, status: u16, _headers: Vec<Header>) -> Framing {
        if status == 204 { Framing::Whole } else { Framing::ServerSentEvents }
    }

    fn feed(&self, frames: Vec<Frame>) -> Vec<Event> {
        self.fed.set(self.fed.get() + 1);
        let (what, with) = self.model.split_once(':').unwrap_or((&self.model, ""));
        let number = with.parse::<usize>().unwrap_or_default();
        match what {
            "feed-trap" => panic!("asked to"),
            "feed-loop" => spin(),
            "feed-alloc" => allocate(),
            "feed-events" => (0..number).map(|_| Event::Text(String::new())).collect(),
            "feed-text" => vec![Event::Text("x".repeat(number))],
            "feed-block" => vec![Event::Block(with.to_owned())],
            "feed-citation" => vec![Event::Citation(with.to_owned())],
            "feed-extra" => {
                vec![Event::Extra(Field { name: "x".to_owned(), value: with.to_owned() })]
            }
            "feed-failed" => vec![Event::Failed(failure(with))],
            "feed-state" => vec![
                Event::State("secret".to_owned()),
                Event::RedactedThinking("hidden".to_owned()),
                Event::ToolCall(ToolCallDelta {
                    slot: 0,
                    id: None,
                    name: None,
                    arguments: String::new(),
                    state: Some("signature".to_owned()),
                }),
            ],
            _ => frames
                .into_iter()
                .map(|frame| {
                    let Self { state, fed, .. } = self;
                    Event::Text(format!(
                        "{} {state} {} {}",
                        marked(&VERSION),
                        fed.get(),
                        frame.data
                    ))
                })
                .collect(),
        }
    }

    fn end(&self) -> Vec<Event> {
        vec![Event::Text(format!("{} end", marked(&VERSION)))]
    }

    fn reject(&self, response: HttpResponse) -> Failure {
        let mut failure = failure("{}");
        failure.message = String::from_utf8_lossy(&response.body).into_owned();
        failure
    }
}

impl Models for Hostile {
    fn known() -> Vec<Model> {
        vec![Model {
            id: "one".to_owned(),
            name: None,
            context_window: Some(1000),
            max_output_tokens: None,
            tokenizer: None,
            abilities: None,
            price: None,
            extra: Vec::new(),
        }]
    }

    fn list(target: Target) -> Option<HttpRequest> {
        let path = if target.model == "evil" { "@evil.example/" } else { "/v1/models" };
        Some(HttpRequest {
            method: Method::Get,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    fn parse(response: HttpResponse) -> Result<Vec<Model>, Failure> {
        if response.status == 200 { Ok(Self::known()) } else { Err(failure("{}")) }
    }
}

impl Tokens for Hostile {
    fn count(_target: Target, _request: Request) -> Result<Option<HttpRequest>, Failure> {
        Ok(None)
    }

    fn parse(response: HttpResponse) -> Result<u64, Failure> {
        Ok(response.body.len() as u64)
    }
}

fn header(name: &str, value: &str) -> Header {
    Header { name: name.to_owned(), value: value.to_owned() }
}

fn blob(id: usize) -> Segment {
    Segment::Blob(BlobRef { id: id as u32, encoding: Encoding::Base64 })
}

fn note(count: usize) -> Note {
    Note { change: Change::Dropped, path: format!("messages[{count}]"), detail: "x".to_owned() }
}

fn failure(detail: &str) -> Failure {
    Failure {
        kind: FailureKind::RateLimited,
        context: None,
        message: "slow down".to_owned(),
        retry: Retry::After(1500),
        code: Some("rate".to_owned()),
        detail: Some(detail.to_owned()),
    }
}

/// The states of all parts, one a line.
fn states(request: &Request) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    let states = parts.map(|part| match part {
        Part::Text(text) => text.state.clone(),
        Part::Thinking(thinking) => thinking.state.clone(),
        Part::ToolCall(call) => call.state.clone(),
        Part::Media(_) | Part::ToolResult(_) | Part::Other(_) => None,
    });
    states.map(|state| state.unwrap_or("none".to_owned())).collect::<Vec<_>>().join("\n")
}

/// The payloads of all parts.
fn sources(request: &Request) -> Vec<Segment> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    parts
        .filter_map(|part| match part {
            Part::Media(media) => match &media.source {
                Source::Blob(payload) => Some(blob(payload.id as usize)),
                Source::Url(_) | Source::File(_) | Source::Text(_) => None,
            },
            _ => None,
        })
        .collect()
}

// The resource's handle type is used by the bindings only.
const _: Option<Exchange> = None;
