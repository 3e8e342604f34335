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
//! Where a target speaks the client's dialect, steps 2 and 5 to 8 are left out: see `lane.rs`.
//!
//! A failure before the first content may be retried or go to the next target; after it never
//! (rules A8, D3). All of it is one future, so a client that leaves cancels all of it (rule A12).

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use bytestring::ByteString;
use clasp_model::{Begun, Dialect, Event, Failure, FailureKind, Header, Source};
use clasp_upstream::retry::{self, Decision};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::app::App;
use crate::asked::Asked;
use crate::catalog::Chosen;
use crate::lane::{self, Refused, Relay};
use crate::outlet::Outlet;
use crate::reading::{Reading, failed};
use crate::record::Record;
use crate::reply::Reply;
use crate::stored::Kept;

/// A vendor's answer whose first content is there.
struct Opened {
    way: Way,
    chosen: Chosen,
}

enum Way {
    Translated { reading: Reading, events: Vec<Event> },
    Untranslated(Relay),
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
    if *app.config().check {
        reply.check();
    }
    if let Err(refused) = steps(&app, dialect, http, &mut reply).await {
        reply.refuse(refused).await;
    }
    reply.close();
}

async fn steps(
    app: &App,
    dialect: Dialect,
    http: http::Request<Incoming>,
    reply: &mut Reply,
) -> Result<(), Refused> {
    // What is needed up to the first content is boxed, so that an open stream does not hold it.
    let mut asked = Box::new(Box::pin(receive(app, dialect, http)).await?);
    let targets = match look(app, &mut asked).await {
        Some(targets) => {
            reply.record.model = asked.model.to_string();
            // The provider counts; this is for a fallback to one that is translated for.
            reply.begin_untranslated(asked.stream, asked.body.len() as u64 / 4);
            targets
        }
        None => {
            let (request, echo) = asked.request()?;
            reply.record.model = request.model.to_string();
            reply.begin(request.stream, clasp_tokens::estimate(request), echo.clone());
            app.decide(&asked.model).await?
        }
    };
    reply.record.stream = asked.stream;
    let mut log = Attempts::default();
    let opening = Box::pin(open(app, &mut asked, &targets, &mut log));
    let opened = reply.while_waiting(opening).await;
    reply.record.attempts = log.count;
    reply.record.notes = log.notes;
    if let Some(chosen) = opened.as_ref().map_or(log.last, |opened| Some(opened.chosen.clone())) {
        reply.record.provider = chosen.provider.name.clone();
        reply.record.target_model = chosen.target.model.clone();
    }
    if let Ok(Opened { way: Way::Translated { .. }, .. }) = &opened {
        reply.begin_translated(&asked);
        reply.keep(asked.keeper(app));
    }
    // An open stream holds neither its request nor what was sent for it.
    drop(asked);
    drop(targets);
    fan_out(opened?, reply).await
}

/// The client's body, whole and within the limit.
async fn receive(
    app: &App,
    dialect: Dialect,
    http: http::Request<Incoming>,
) -> Result<Asked, Failure> {
    let (parts, body) = http.into_parts();
    let body = text(read(app, &parts.headers, body).await?)?;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let (body, kept) = Kept::resolve(app, dialect, body).await?;
    Ok(Asked::new(dialect, body, named(&parts.headers), query, kept))
}

/// Step 3 before step 2: the targets, where one of them may take the request untranslated.
async fn look(app: &App, asked: &mut Asked) -> Option<Vec<Chosen>> {
    let dialect = asked.dialect;
    if !app.catalog().await.speaks(dialect) || !asked.glance() {
        return None;
    }
    let targets = app.decide(&asked.model).await.ok()?;
    targets.iter().any(|chosen| chosen.provider.native(dialect).is_some()).then_some(targets)
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
    asked: &mut Asked,
    targets: &[Chosen],
    log: &mut Attempts,
) -> Result<Opened, Refused> {
    let mut refused = Vec::new();
    for chosen in targets {
        log.last = Some(chosen.clone());
        let tried = match chosen.provider.native(asked.dialect) {
            Some(path) => pass(app, asked, chosen, path, log).await,
            None => translate(app, asked, chosen, log).await,
        };
        match tried {
            Ok(way) => return Ok(Opened { way, chosen: chosen.clone() }),
            Err(Refused { failure, answer }) => {
                let hopeless = failure.retry == clasp_model::Retry::Never;
                let failure = chosen.provider.endpoint.mask_failure(failure);
                refused.push(Refused { failure, answer });
                if hopeless {
                    break;
                }
            }
        }
    }
    let failures = refused.iter().map(|refused| refused.failure.clone()).collect();
    let Some(failure) = retry::most_useful(failures) else {
        let message = "no provider is configured";
        return Err(Failure::new(FailureKind::NotFound, Source::Host, message).into());
    };
    let answer = refused.into_iter().find(|refused| refused.failure == failure);
    Err(Refused { failure, answer: answer.and_then(|refused| refused.answer) })
}

/// A target that speaks the client's dialect.
async fn pass(
    app: &App,
    asked: &Asked,
    chosen: &Chosen,
    path: &str,
    log: &mut Attempts,
) -> Result<Way, Refused> {
    log.notes.clear();
    let http = lane::request(asked, chosen, path);
    again(app, log, || lane::attempt(app, asked, chosen, &http)).await.map(Way::Untranslated)
}

/// A target that a plugin translates for.
async fn translate(
    app: &App,
    asked: &mut Asked,
    chosen: &Chosen,
    log: &mut Attempts,
) -> Result<Way, Refused> {
    let (request, _) = asked.request()?;
    let begun = chosen.provider.plugin.begin(&chosen.target, request).await?;
    log.notes.clone_from(&begun.notes);
    let stream = request.stream;
    again(app, log, || attempt(app, chosen, &begun, stream)).await
}

/// Tries as often as may help.
async fn again<T, F: Future<Output = Result<T, Refused>>>(
    app: &App,
    log: &mut Attempts,
    mut attempt: impl FnMut() -> F,
) -> Result<T, Refused> {
    app.budget().deposit();
    let mut tries = 0;
    loop {
        tries += 1;
        log.count += 1;
        let refused = match attempt().await {
            Ok(opened) => return Ok(opened),
            Err(refused) => refused,
        };
        let failure = &refused.failure;
        match app.retries().next(tries, failure, app.budget(), fastrand::f64()) {
            Decision::GiveUp => return Err(refused),
            Decision::Wait(delay) => {
                let ms = delay.as_millis() as u64;
                tracing::info!(tries, ms, kind = ?failure.kind, "trying again: {failure}");
                tokio::time::sleep(delay).await;
            }
        }
    }
}

/// One HTTP exchange: until the first content of a stream, or the end of a plain answer.
async fn attempt(app: &App, chosen: &Chosen, begun: &Begun, stream: bool) -> Result<Way, Refused> {
    let provider = &chosen.provider;
    let answer = app.client().send(&provider.endpoint, &begun.http).await?;
    let frame_limit = app.config().limits.frame;
    let mut reading =
        Reading::open(&provider.plugin, &chosen.target, &begun.state, answer, frame_limit).await?;
    let mut events = Vec::new();
    while let Some(more) = reading.next().await? {
        if let Some(failure) = failed(&more) {
            return Err(failure.clone().into());
        }
        let content = more.iter().any(Event::is_content);
        events.extend(more);
        if stream && content {
            break;
        }
    }
    Ok(Way::Translated { reading, events })
}

/// Steps 7 and 8: the rest of the answer to the client.
async fn fan_out(opened: Opened, reply: &mut Reply) -> Result<(), Refused> {
    let Opened { way, chosen } = opened;
    let masked = |failure| Refused::from(chosen.provider.endpoint.mask_failure(failure));
    let (mut reading, events) = match way {
        Way::Translated { reading, events } => (reading, events),
        Way::Untranslated(relay) => {
            return lane::pass_on(relay, reply).await.map_err(masked);
        }
    };
    reply.events(events).await.map_err(masked)?;
    while let Some(events) = reply.while_waiting(reading.next()).await.map_err(masked)? {
        reply.events(events).await.map_err(masked)?;
    }
    reply.end().await;
    Ok(())
}
