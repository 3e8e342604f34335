//! The vendor of the load run: OpenAI Chat, honest on the wire and as quick as can be, with answers
//! rendered before the first request. Every piece of a stream is flushed by itself.

mod inspect;
pub mod script;

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Request, Response, header};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming};
use memchr::memmem;
use tokio::sync::watch;

use self::script::Script;
use crate::error::Error;
use crate::scenario::{Answer, HELD_AFTER, PACE_MS, RELEASE_PATH};
use crate::serve::{self, AnyBody};

/// A marker stands in the last message; only tools may follow it.
const MARKER_WINDOW: usize = 128 * 1024;

/// A streamed answer on its way.
struct Stream {
    frames: Arc<[Bytes]>,
    next: usize,
    wait: Wait,
    /// The last frame was handed over, so the next poll lets the connection flush it.
    flush: bool,
}

/// What comes between two frames.
enum Wait {
    /// Nothing.
    Nothing,
    /// A pause.
    Pace(Pin<Box<tokio::time::Sleep>>),
    /// A pause at one frame only, until released.
    Hold(Option<BoxFuture<'static, ()>>),
}

/// Serves until standard input ends.
pub fn run() -> Result<(), Error> {
    let script = Arc::new(Script::new());
    let released = watch::Sender::new(0_u64);
    serve::run(0, move |request| {
        let script = script.clone();
        let released = released.clone();
        async move {
            if request.uri().path() == RELEASE_PATH {
                released.send_modify(|count| *count += 1);
                return serve::json(200, "{}");
            }
            answer(request, &script, &released).await
        }
    })
}

async fn answer(
    request: Request<Incoming>,
    script: &Script,
    released: &watch::Sender<u64>,
) -> Response<AnyBody> {
    let body = match request.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return failed(&error.to_string()),
    };
    let window = body.get(body.len().saturating_sub(MARKER_WINDOW)..).unwrap_or(&body);
    let asked = Answer::ALL
        .into_iter()
        .find(|answer| memmem::find(window, answer.marker().as_bytes()).is_some());
    let (frames, wait) = match asked {
        None => return failed("the request has no marker"),
        Some(Answer::Plain) => return serve::json(200, script.plain.clone()),
        Some(Answer::Inspect) => {
            return match inspect::summary(&body) {
                Ok(summary) => serve::json(200, Script::answer(&summary)),
                Err(error) => failed(&error.to_string()),
            };
        }
        Some(Answer::Text) => (&script.text, Wait::Nothing),
        Some(Answer::Tool) => (&script.tool, Wait::Nothing),
        Some(Answer::TextPaced) => (&script.text, Wait::pace()),
        Some(Answer::ToolPaced) => (&script.tool, Wait::pace()),
        Some(Answer::Held) => (&script.text, Wait::hold(released)),
    };
    let stream = Stream { frames: frames.clone(), next: 0, wait, flush: false };
    let mut response = Response::new(stream.map_err(|never| match never {}).boxed_unsync());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn failed(message: &str) -> Response<AnyBody> {
    let error = serde_json::json!({"error": {"message": message, "type": "invalid_request_error"}});
    serve::json(400, error.to_string())
}

impl Wait {
    fn pace() -> Self {
        Self::Pace(Box::pin(tokio::time::sleep(Duration::ZERO)))
    }

    fn hold(released: &watch::Sender<u64>) -> Self {
        let mut released = released.subscribe();
        Self::Hold(Some(
            async move {
                // Fails only when the vendor ends.
                let _ = released.changed().await;
            }
            .boxed(),
        ))
    }

    /// Ready when frame `next` may go.
    fn poll(&mut self, next: usize, context: &mut Context<'_>) -> Poll<()> {
        match self {
            Self::Nothing => Poll::Ready(()),
            Self::Pace(sleep) => {
                std::task::ready!(sleep.as_mut().poll(context));
                let next = sleep.deadline() + Duration::from_millis(PACE_MS);
                sleep.as_mut().reset(next);
                Poll::Ready(())
            }
            Self::Hold(released) => {
                if next > HELD_AFTER
                    && let Some(future) = released
                {
                    std::task::ready!(future.as_mut().poll(context));
                    *released = None;
                }
                Poll::Ready(())
            }
        }
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // Pending makes the connection write what it has; the waker brings it straight back.
        if std::mem::take(&mut self.flush) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = self.next;
        std::task::ready!(self.wait.poll(next, context));
        self.next += 1;
        self.flush = true;
        Poll::Ready(self.frames.get(next).map(|frame| Ok(Frame::data(frame.clone()))))
    }
}
