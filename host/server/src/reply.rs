//! Step 8: events to the client, in its dialect's grammar.
//!
//! A stream's head goes out with the first content, or with the first `ping` when the vendor is
//! silent for too long (rules A8, A10); until then a failure is a real HTTP status. A plain answer
//! goes out whole.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use clasp_dialect::{Encoder, Head};
use clasp_model::{Dialect, Event, Failure};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use tokio::time::{Instant, Sleep};

use crate::outlet::Outlet;
use crate::record::Record;

/// One answer to one client.
pub(crate) struct Reply {
    dialect: Dialect,
    outlet: Outlet,
    pub(crate) record: Record,
    encoder: Option<Box<dyn Encoder>>,
    stream: bool,
    head_sent: bool,
    buffer: BytesMut,
    ping_interval: Duration,
    last_write: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Reply {
    /// An answer of which nothing is known yet but the dialect.
    pub(crate) fn new(
        dialect: Dialect,
        outlet: Outlet,
        record: Record,
        ping_interval: Duration,
    ) -> Self {
        let now = Instant::now();
        Self {
            dialect,
            outlet,
            record,
            encoder: None,
            stream: false,
            head_sent: false,
            buffer: BytesMut::new(),
            ping_interval,
            last_write: now,
            timer: Box::pin(tokio::time::sleep_until(now + ping_interval)),
        }
    }

    /// What the request asked for is known: a stream or a whole answer, to which model.
    pub(crate) fn begin(&mut self, stream: bool, input_estimate: u64) {
        let head = Head {
            id: format!("msg_{}", token()),
            model: self.record.model.clone(),
            input_estimate,
        };
        self.stream = stream;
        self.encoder = Some(clasp_dialect::encoder(self.dialect, stream, head));
    }

    /// Waits for `work`, and keeps a waiting client's stream alive meanwhile (rule A10).
    pub(crate) async fn while_waiting<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                value = &mut work => return value,
                () = self.timer.as_mut() => self.tick().await,
            }
        }
    }

    /// Writes events. A failure among them is returned; what came before it has gone out.
    pub(crate) async fn events(&mut self, events: Vec<Event>) -> Result<(), Failure> {
        let mut failure = None;
        for event in events {
            match event {
                Event::Failed(reason) => {
                    failure = Some(reason);
                    break;
                }
                Event::Usage(usage) => {
                    self.record.usage.update(usage);
                    self.encode(Event::Usage(usage));
                }
                event => {
                    if event.is_content() {
                        self.record.content();
                        self.start();
                    }
                    self.encode(event);
                }
            }
        }
        self.flush().await;
        failure.map_or(Ok(()), Err)
    }

    /// Writes the end of a whole answer.
    pub(crate) async fn end(&mut self) {
        self.start();
        let mut failure = None;
        if let Some(encoder) = self.encoder.as_mut() {
            encoder.end(&mut self.buffer);
            failure = encoder.failure().cloned();
        }
        match failure {
            // A stream has its error event; a plain answer gets the status that belongs to it.
            Some(failure) if self.stream => self.record.failed(200, &failure),
            Some(failure) => return self.fail(&failure, None).await,
            None => self.record.finished(),
        }
        match self.stream {
            true => self.flush().await,
            false => {
                let body = self.buffer.split().freeze();
                let mut response = Response::new(body);
                self.headers(response.headers_mut(), "application/json");
                self.outlet.whole(response);
            }
        }
    }

    /// Tells the client of a failure: by its status as long as nothing was sent, then in the
    /// stream, which is never ended cleanly after it.
    pub(crate) async fn fail(&mut self, failure: &Failure, status: Option<StatusCode>) {
        if self.head_sent {
            if let Some(encoder) = self.encoder.as_mut() {
                encoder.fail(failure, &mut self.buffer);
            }
            self.record.failed(200, failure);
            return self.flush().await;
        }
        let mut response = error(self.dialect, failure, status, &self.record.request_id);
        self.record.failed(response.status().as_u16(), failure);
        self.targets(response.headers_mut());
        self.outlet.whole(response);
    }

    fn encode(&mut self, event: Event) {
        if let Some(encoder) = self.encoder.as_mut() {
            encoder.event(event, &mut self.buffer);
        }
    }

    /// Sends the head of a stream, once.
    fn start(&mut self) {
        if self.head_sent || !self.stream {
            return;
        }
        self.head_sent = true;
        let mut head = Response::new(());
        self.headers(head.headers_mut(), "text/event-stream; charset=utf-8");
        head.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        head.headers_mut()
            .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        self.outlet.head(head);
        // What was encoded before the head (usage, an id) has no bytes of its own in a stream.
        if let Some(encoder) = self.encoder.as_mut() {
            encoder.start(&mut self.buffer);
        }
    }

    async fn tick(&mut self) {
        let due = self.last_write + self.ping_interval;
        if self.stream && Instant::now() >= due {
            self.start();
            if let Some(encoder) = self.encoder.as_mut() {
                encoder.ping(&mut self.buffer);
            }
            self.flush().await;
        }
        let next = (self.last_write + self.ping_interval).max(Instant::now() + TICK);
        self.timer.as_mut().reset(next);
    }

    async fn flush(&mut self) {
        if !self.stream || self.buffer.is_empty() {
            return;
        }
        let chunk = self.buffer.split().freeze();
        self.outlet.write(chunk).await;
        self.last_write = Instant::now();
    }

    fn headers(&self, headers: &mut http::HeaderMap, content_type: &'static str) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        insert(headers, "request-id", &self.record.request_id);
        self.targets(headers);
    }

    fn targets(&self, headers: &mut http::HeaderMap) {
        if !self.record.provider.is_empty() {
            insert(headers, "x-clasp-provider", &self.record.provider);
            insert(headers, "x-clasp-model", &self.record.target_model);
        }
    }
}

/// The timer's finest step, so that a zero interval cannot spin.
const TICK: Duration = Duration::from_millis(1);

/// A complete error answer in a dialect's shape.
pub(crate) fn error(
    dialect: Dialect,
    failure: &Failure,
    status: Option<StatusCode>,
    request_id: &str,
) -> Response<Bytes> {
    let answer = clasp_dialect::error(dialect, failure, request_id);
    let mut response = Response::new(answer.body);
    *response.status_mut() = status
        .or_else(|| StatusCode::from_u16(answer.status).ok())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    insert(headers, "request-id", request_id);
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// 24 random letters and digits.
pub(crate) fn token() -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(24).collect()
}

/// Inserts a header whose value may come from outside; one that no header can hold is left out.
pub(crate) fn insert(headers: &mut http::HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}
