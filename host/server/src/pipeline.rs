//! One request, from a client's bytes to a client's bytes, in nine steps:
//!
//! 1. **match**: the path names the dialect.
//! 2. **parse**: the body becomes a `model::Request`; large payloads stay slices of it.
//! 3. **decide**: the request's model becomes targets, in the order in which they are tried.
//! 4. **look up**: an answer cache would be asked here; this build has none.
//! 5. **begin**: the target's plugin turns the request into one HTTP request.
//! 6. **send**: the host checks the destination, adds credentials, sends, and retries.
//! 7. **feed**: the answer's frames become events, in a second, fresh instance.
//! 8. **fan out**: events become the client's bytes, flushed as they are made.
//! 9. **drop**: whoever leaves first, everything is freed; one log line tells of it.
//!
//! A failure before the first content may be retried or go to the next target; after it never
//! (rules A8, D3). All of it is one future, so a client that leaves cancels all of it (rule A12).

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use clasp_model::{Begun, Dialect, Event, Failure, FailureKind, Header, Request, Source};
use clasp_upstream::retry::{self, Decision};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::app::App;
use crate::catalog::Chosen;
use crate::outlet::Outlet;
use crate::reading::{Reading, failed};
use crate::record::Record;
use crate::reply::Reply;

/// A vendor's answer whose first content is there.
struct Opened {
    reading: Reading,
    events: Vec<Event>,
    chosen: Chosen,
}

/// Answers one model call.
pub(crate) async fn run(
    app: Arc<App>,
    dialect: Dialect,
    http: http::Request<Incoming>,
    outlet: Outlet,
    record: Record,
) {
    let mut reply = Reply::new(dialect, outlet, record, app.config().limits.ping_interval);
    if let Err(failure) = steps(&app, dialect, http, &mut reply).await {
        reply.fail(&failure, None).await;
    }
}

async fn steps(
    app: &App,
    dialect: Dialect,
    http: http::Request<Incoming>,
    reply: &mut Reply,
) -> Result<(), Failure> {
    // What is needed up to the first content is boxed, so that an open stream does not hold it.
    let request = Box::pin(parse(app, dialect, http)).await?;
    reply.record.model = request.model.to_string();
    reply.record.stream = request.stream;
    reply.begin(request.stream, clasp_tokens::estimate(&request));

    let targets = app.decide(&request.model).await?;
    let mut log = Attempts::default();
    let opening = Box::pin(open(app, &request, &targets, &mut log));
    let opened = reply.while_waiting(opening).await;
    reply.record.attempts = log.count;
    reply.record.notes = log.notes;
    if let Some(chosen) = opened.as_ref().map_or(log.last, |opened| Some(opened.chosen.clone())) {
        reply.record.provider = chosen.provider.name.clone();
        reply.record.target_model = chosen.target.model.clone();
    }
    // An open stream holds neither its request nor what was sent for it.
    drop(request);
    drop(targets);
    fan_out(opened?, reply).await
}

/// Step 2: the client's body, whole and within the limit, read in its dialect.
async fn parse(
    app: &App,
    dialect: Dialect,
    http: http::Request<Incoming>,
) -> Result<Request, Failure> {
    let (parts, body) = http.into_parts();
    let body = text(read(app, &parts.headers, body).await?)?;
    clasp_dialect::parse(dialect, &body, &named(&parts.headers))
}

/// A client's headers; one that is no text is nobody's business here.
pub(crate) fn named(headers: &http::HeaderMap) -> Vec<Header> {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_owned);
    headers
        .iter()
        .filter_map(|(name, value)| {
            Some(Header { name: name.as_str().to_owned(), value: text(value)? })
        })
        .collect()
}

/// Reads a client's body.
pub(crate) async fn read(
    app: &App,
    headers: &http::HeaderMap,
    mut body: Incoming,
) -> Result<Bytes, Failure> {
    let limits = &app.config().limits;
    let announced = headers
        .get(http::header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    if announced > limits.body {
        return Err(too_large(limits.body));
    }
    let mut whole = BytesMut::with_capacity(announced.min(FIRST_ALLOCATION));
    loop {
        let frame = tokio::time::timeout(limits.idle_timeout, body.frame())
            .await
            .map_err(|_elapsed| slow_body(limits.idle_timeout))?;
        let Some(frame) = frame else { return Ok(whole.freeze()) };
        let frame = frame
            .map_err(|error| Failure::invalid(format!("the request's body broke off: {error}")))?;
        if let Ok(data) = frame.into_data() {
            if whole.len() + data.len() > limits.body {
                return Err(too_large(limits.body));
            }
            // A body of one piece needs no copy.
            match whole.is_empty() && data.len() == announced {
                true => return Ok(data),
                false => whole.extend_from_slice(&data),
            }
        }
    }
}

/// A body as text; JSON is UTF-8.
pub(crate) fn text(body: Bytes) -> Result<ByteString, Failure> {
    ByteString::try_from(body)
        .map_err(|error| Failure::invalid(format!("the request's body is not UTF-8 text: {error}")))
}

/// Most bytes that are set aside on a client's word alone.
const FIRST_ALLOCATION: usize = 16 * 1024 * 1024;

fn too_large(limit: usize) -> Failure {
    Failure::new(
        FailureKind::RequestTooLarge,
        Source::Client,
        format!("the request's body is larger than {limit} bytes"),
    )
}

fn slow_body(limit: Duration) -> Failure {
    Failure::new(
        FailureKind::Timeout,
        Source::Client,
        format!("the request's body did not go on for {} s", limit.as_secs()),
    )
}

/// What was tried, for the record.
#[derive(Default)]
struct Attempts {
    count: u32,
    notes: Vec<clasp_model::Note>,
    last: Option<Chosen>,
}

/// Steps 5 to 7 up to the first content: tries the targets in order, each as often as may help.
async fn open(
    app: &App,
    request: &Request,
    targets: &[Chosen],
    log: &mut Attempts,
) -> Result<Opened, Failure> {
    let mut failures = Vec::new();
    for chosen in targets {
        log.last = Some(chosen.clone());
        match try_target(app, request, chosen, log).await {
            Ok((reading, events)) => return Ok(Opened { reading, events, chosen: chosen.clone() }),
            Err(failure) => {
                let hopeless = failure.retry == clasp_model::Retry::Never;
                failures.push(chosen.provider.endpoint.mask_failure(failure));
                if hopeless {
                    break;
                }
            }
        }
    }
    Err(retry::most_useful(failures).unwrap_or_else(|| {
        Failure::new(FailureKind::NotFound, Source::Host, "no provider is configured")
    }))
}

async fn try_target(
    app: &App,
    request: &Request,
    chosen: &Chosen,
    log: &mut Attempts,
) -> Result<(Reading, Vec<Event>), Failure> {
    let begun = chosen.provider.plugin.begin(&chosen.target, request).await?;
    log.notes.clone_from(&begun.notes);
    app.budget().deposit();
    let mut tries = 0;
    loop {
        tries += 1;
        log.count += 1;
        let failure = match attempt(app, chosen, &begun, request.stream).await {
            Ok(opened) => return Ok(opened),
            Err(failure) => failure,
        };
        match app.retries().next(tries, &failure, app.budget(), fastrand::f64()) {
            Decision::GiveUp => return Err(failure),
            Decision::Wait(delay) => {
                let ms = delay.as_millis() as u64;
                tracing::info!(tries, ms, kind = ?failure.kind, "trying again: {failure}");
                tokio::time::sleep(delay).await;
            }
        }
    }
}

/// One HTTP exchange: until the first content of a stream, or the end of a plain answer.
async fn attempt(
    app: &App,
    chosen: &Chosen,
    begun: &Begun,
    stream: bool,
) -> Result<(Reading, Vec<Event>), Failure> {
    let provider = &chosen.provider;
    let answer = app.client().send(&provider.endpoint, &begun.http).await?;
    let frame_limit = app.config().limits.frame;
    let mut reading =
        Reading::open(&provider.plugin, &chosen.target, &begun.state, answer, frame_limit).await?;
    let mut events = Vec::new();
    while let Some(more) = reading.next().await? {
        if let Some(failure) = failed(&more) {
            return Err(failure.clone());
        }
        let content = more.iter().any(Event::is_content);
        events.extend(more);
        if stream && content {
            break;
        }
    }
    Ok((reading, events))
}

/// Steps 7 and 8: the rest of the answer to the client.
async fn fan_out(opened: Opened, reply: &mut Reply) -> Result<(), Failure> {
    let Opened { mut reading, events, chosen } = opened;
    let masked = |failure| chosen.provider.endpoint.mask_failure(failure);
    reply.events(events).await.map_err(masked)?;
    while let Some(events) = reply.while_waiting(reading.next()).await.map_err(masked)? {
        reply.events(events).await.map_err(masked)?;
    }
    reply.end().await;
    Ok(())
}
