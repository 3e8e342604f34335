//! The case kit: runs a plugin natively over files that say what goes in and what must come out.
//!
//! A case is a folder `cases/<name>/`:
//!
//! | file | holds |
//! |---|---|
//! | `request.json` | `{"target": …, "request": …}`, the canonical request and where it goes |
//! | `http.json` | the HTTP request that must be written, its body as JSON, payloads as base64 |
//! | `notes.json` | what must be noted as left out or changed; no file: nothing |
//! | `response.http` | the provider's answer: status line, headers, empty line, body byte for byte |
//! | `events.json` | the events that must be read from it |
//! | `failure.json` | the failure, where the request is refused or the answer has an error status |
//!
//! Only `request.json` and `response.http` are written by hand; with `CLASP_CASES=update` in the
//! environment a run writes the others, to be read before they are kept. Without `response.http`
//! only the request is tried. Each answer is read whole and again cut every few bytes; both must
//! give the same events. These are then written in every client's dialect, streamed and plain, as
//! clasp does it, and judged by that dialect's grammar.
//!
//! A plugin's whole test is:
//!
//! ```ignore
//! #[test]
//! fn cases() {
//!     clasp_plugin::cases::run::<Example>(env!("CARGO_MANIFEST_DIR"));
//! }
//! ```
#![expect(clippy::panic, reason = "a test kit fails by panicking")]

mod clients;
mod compare;
mod convert;
mod files;
mod native;

use std::path::Path;

use clasp_codec::Decoder;
use clasp_model::{Begun, Event, Failure, Frame, Framing, Header, HttpResponse, Request, Target};

pub use self::files::Case;
pub use self::native::Native;
use crate::provider::Provider;

/// Largest frame of a case, in bytes.
const MAX_FRAME: usize = 16 << 20;

/// The pieces that an answer is cut into, in bytes; 0 is the whole body at once.
const CUTS: [usize; 4] = [0, 1, 3, 17];

/// Something that cases can be run against: a plugin built natively, or as a component.
pub trait Subject {
    /// As in the contract.
    ///
    /// # Errors
    /// As in the contract.
    fn begin(&self, target: &Target, request: &Request) -> Result<Begun, Failure>;

    /// Makes the reader of one answer.
    ///
    /// # Errors
    /// When there is none to be had.
    fn exchange(&self, target: &Target, state: &[u8]) -> Result<Box<dyn Reading>, Failure>;
}

/// The reader of one answer.
#[expect(clippy::missing_errors_doc, reason = "all as in the contract")]
pub trait Reading {
    /// As in the contract.
    fn accept(&mut self, status: u16, headers: &[Header]) -> Result<Framing, Failure>;

    /// As in the contract.
    fn feed(&mut self, frames: Vec<Frame>) -> Result<Vec<Event>, Failure>;

    /// As in the contract.
    fn end(&mut self) -> Result<Vec<Event>, Failure>;

    /// As in the contract.
    fn reject(&mut self, response: &HttpResponse) -> Result<Failure, Failure>;
}

/// Runs all cases of a plugin natively. `root` is its crate's folder.
///
/// # Panics
/// When a case fails, or when there is none.
pub fn run<P: Provider + 'static>(root: impl AsRef<Path>) {
    run_with(&Native::<P>::default(), root);
}

/// Runs all cases in `root/cases` against `subject`.
///
/// # Panics
/// When a case fails, or when there is none.
pub fn run_with(subject: &dyn Subject, root: impl AsRef<Path>) {
    let folder = root.as_ref().join("cases");
    let cases = Case::read_all(&folder).unwrap_or_else(|error| panic!("{error}"));
    if cases.is_empty() {
        panic!(
            "{} holds no case: make a folder in it with a request.json and a response.http, run \
             with CLASP_CASES=update, and read what was written",
            folder.display()
        );
    }
    let update = std::env::var("CLASP_CASES").is_ok_and(|value| value == "update");
    let mut faults = Vec::new();
    for case in &cases {
        match outcome(subject, case) {
            Ok(outcome) => {
                let mut found = compare::check(case, &outcome, update);
                if let (true, Some(events)) = (found.is_empty(), &outcome.events) {
                    let told = clients::check(events);
                    found.extend(told.iter().map(|fault| format!("{}: {fault}", case.name)));
                }
                faults.extend(found);
            }
            Err(fault) => faults.push(format!("{}: {fault}", case.name)),
        }
    }
    if !faults.is_empty() {
        panic!(
            "{} faults in {} cases (where they differ, CLASP_CASES=update writes what came out)\n\n{}",
            faults.len(),
            cases.len(),
            faults.join("\n\n")
        );
    }
}

/// What came out of a case.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What the plugin made of the request.
    pub begun: Option<Begun>,
    /// What it read from the answer.
    pub events: Option<Vec<Event>>,
    /// Why the request was refused, or what an error status means.
    pub failure: Option<Failure>,
}

/// Runs one case.
///
/// # Errors
/// What went wrong apart from the plugin's own failures.
pub fn outcome(subject: &dyn Subject, case: &Case) -> Result<Outcome, String> {
    let begun = match subject.begin(&case.target, &case.request) {
        Ok(begun) => begun,
        Err(failure) => return Ok(Outcome { failure: Some(failure), ..Outcome::default() }),
    };
    let mut outcome = Outcome::default();
    if let Some(response) = &case.response {
        let state = &begun.state;
        if (200..300).contains(&response.status) {
            outcome.events = Some(answer(subject, case, state, response)?);
        } else {
            let rejected = subject
                .exchange(&case.target, state)
                .and_then(|mut exchange| exchange.reject(response));
            outcome.failure = Some(rejected.map_err(|failure| format!("reject: {failure}"))?);
        }
    }
    outcome.begun = Some(begun);
    Ok(outcome)
}

/// The events of an answer, which must not depend on how its body is cut.
fn answer(
    subject: &dyn Subject,
    case: &Case,
    state: &[u8],
    response: &HttpResponse,
) -> Result<Vec<Event>, String> {
    let mut whole = Vec::new();
    for cut in CUTS {
        let events = read(subject, &case.target, state, response, cut)
            .map_err(|fault| format!("cut every {cut} bytes: {fault}"))?;
        if cut == 0 {
            whole = events;
        } else if events != whole {
            return Err(format!("cut every {cut} bytes, the answer reads otherwise"));
        }
    }
    Ok(whole)
}

fn read(
    subject: &dyn Subject,
    target: &Target,
    state: &[u8],
    response: &HttpResponse,
    cut: usize,
) -> Result<Vec<Event>, String> {
    let failed = |failure: Failure| failure.to_string();
    let mut exchange = subject.exchange(target, state).map_err(failed)?;
    let framing = exchange.accept(response.status, &response.headers).map_err(failed)?;
    let mut decoder = Decoder::new(framing, MAX_FRAME);
    let mut events = Vec::new();
    let size = if cut == 0 { response.body.len().max(1) } else { cut };
    for bytes in response.body.chunks(size) {
        let mut frames = Vec::new();
        decoder.push(bytes, &mut frames).map_err(|error| error.to_string())?;
        if !frames.is_empty() {
            events.extend(exchange.feed(frames).map_err(failed)?);
        }
    }
    let mut frames = Vec::new();
    decoder.finish(&mut frames).map_err(|error| error.to_string())?;
    if !frames.is_empty() {
        events.extend(exchange.feed(frames).map_err(failed)?);
    }
    events.extend(exchange.end().map_err(failed)?);
    Ok(events)
}
