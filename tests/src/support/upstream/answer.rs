//! What the scripted provider answers, down to single bytes.
//!
//! An [`Answer`] is data; [`Answer::steps`] turns it into what is done on the connection.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::chat::Chat;

/// Holds an answer back until the test lets it go on.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Semaphore>);

/// A place in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// After so many frames.
    Frames(usize),
    /// After so many bytes.
    Bytes(usize),
}

/// How a body ends before its time.
#[derive(Clone, Debug, PartialEq)]
pub enum Break {
    /// As if that were all: the empty chunk.
    Clean,
    /// The connection is closed without the empty chunk.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing comes any more, and the connection stays.
    Stall,
    /// These bytes, then a clean end.
    With(Vec<u8>),
}

const SSE: &str = "text/event-stream; charset=utf-8";

/// One scripted answer.
#[derive(Clone, Debug)]
pub struct Answer {
    kind: Kind,
    headers: Vec<(String, String)>,
    first: Option<Gate>,
    holds: Vec<(usize, Gate)>,
    paced: Option<Gate>,
    broken: Option<(Point, Break)>,
    write_bytes: usize,
}

#[derive(Clone, Debug)]
enum Kind {
    Chat(Chat),
    Frames { content_type: &'static str, frames: Vec<Bytes> },
    Body { status: u16, content_type: String, body: Bytes },
    Wire(Bytes),
    Endless { start: Bytes, repeat: Bytes },
    Never,
    Reset,
    Close,
}

/// What is done on the connection.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Written as it is.
    Raw(Bytes),
    /// Written as one chunk of a chunked body.
    Chunk(Bytes),
    /// Waits for one permit.
    Wait(Gate),
    /// Written as one chunk, over and over.
    Repeat(Bytes),
    Never,
    Reset,
    Close,
}

impl Gate {
    /// A closed gate.
    #[expect(clippy::new_without_default, reason = "a gate is always made on purpose")]
    pub fn new() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }

    /// Lets `count` holds pass.
    pub fn pass(&self, count: usize) {
        self.0.add_permits(count);
    }

    /// Lets everything pass from now on.
    pub fn open(&self) {
        self.0.close();
    }

    pub(super) async fn wait(&self) {
        if let Ok(permit) = self.0.acquire().await {
            permit.forget();
        }
    }
}

impl From<Chat> for Answer {
    fn from(chat: Chat) -> Self {
        Self::of(Kind::Chat(chat))
    }
}

impl Answer {
    /// A successful answer of one text.
    pub fn text(text: &str) -> Self {
        Chat::new().text(text).into()
    }

    /// An error with the provider's envelope.
    pub fn error(status: u16, message: &str, kind: &str, code: Option<&str>) -> Self {
        Self::json(
            status,
            &json!({"error": {"message": message, "type": kind, "param": null, "code": code}}),
        )
    }

    /// A JSON document, streamed request or not.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::body(status, "application/json", body.to_string())
    }

    /// Any body with its length.
    pub fn body(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let content_type = content_type.to_owned();
        Self::of(Kind::Body { status, content_type, body: body.into() })
    }

    /// A 200 event stream of exactly these pieces.
    pub fn frames<T: Into<Bytes>>(frames: impl IntoIterator<Item = T>) -> Self {
        Self::frames_as(SSE, frames)
    }

    /// A 200 stream of exactly these pieces, framed otherwise than as server-sent events.
    pub fn frames_as<T: Into<Bytes>>(
        content_type: &'static str,
        frames: impl IntoIterator<Item = T>,
    ) -> Self {
        Self::of(Kind::Frames {
            content_type,
            frames: frames.into_iter().map(Into::into).collect(),
        })
    }

    /// Exactly these bytes on the connection, instead of HTTP; then it is closed.
    pub fn wire(bytes: impl Into<Bytes>) -> Self {
        Self::of(Kind::Wire(bytes.into()))
    }

    /// An event stream that never ends: `start`, then `repeat` over and over.
    pub fn endless(start: impl Into<Bytes>, repeat: impl Into<Bytes>) -> Self {
        Self::of(Kind::Endless { start: start.into(), repeat: repeat.into() })
    }

    /// Not a byte, and the connection stays open.
    pub fn never() -> Self {
        Self::of(Kind::Never)
    }

    /// The connection is reset before the head.
    pub fn reset() -> Self {
        Self::of(Kind::Reset)
    }

    /// The connection is closed before the head.
    pub fn close() -> Self {
        Self::of(Kind::Close)
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Not a byte before the gate lets it.
    pub fn after(mut self, gate: &Gate) -> Self {
        self.first = Some(gate.clone());
        self
    }

    /// Waits at the gate before frame `index` (0 is the first).
    pub fn hold(mut self, index: usize, gate: &Gate) -> Self {
        self.holds.push((index, gate.clone()));
        self
    }

    /// Waits at the gate before each frame.
    pub fn paced(mut self, gate: &Gate) -> Self {
        self.paced = Some(gate.clone());
        self
    }

    /// Breaks off there.
    pub fn broken(mut self, point: Point, how: Break) -> Self {
        self.broken = Some((point, how));
        self
    }

    /// Writes the body in pieces of so many bytes, each a chunk of its own.
    pub fn in_writes_of(mut self, bytes: usize) -> Self {
        self.write_bytes = bytes;
        self
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            headers: Vec::new(),
            first: None,
            holds: Vec::new(),
            paced: None,
            broken: None,
            write_bytes: usize::MAX,
        }
    }

    /// What to do for this request.
    pub(super) fn steps(&self, request: &Value) -> Vec<Step> {
        let mut steps: Vec<Step> = self.first.iter().cloned().map(Step::Wait).collect();
        match &self.kind {
            Kind::Chat(chat) if request["stream"] == true => {
                let frames = chat.frames(request).into_iter().map(Bytes::from).collect();
                self.stream(frames, SSE, &mut steps);
            }
            Kind::Chat(chat) => {
                let body = Bytes::from(chat.whole(request).to_string());
                if self.broken.is_some() || self.write_bytes != usize::MAX {
                    self.stream(vec![body], "application/json", &mut steps);
                } else {
                    steps.push(Step::Raw(self.head(200, "application/json", Some(body.len()))));
                    steps.push(Step::Raw(body));
                }
            }
            Kind::Frames { content_type, frames } => {
                self.stream(frames.clone(), content_type, &mut steps);
            }
            Kind::Body { status: 200, content_type, body } if self.broken.is_some() => {
                self.stream(vec![body.clone()], content_type, &mut steps);
            }
            Kind::Body { status, content_type, body } => {
                steps.push(Step::Raw(self.head(*status, content_type, Some(body.len()))));
                steps.push(Step::Raw(body.clone()));
            }
            Kind::Wire(bytes) => {
                steps.push(Step::Raw(bytes.clone()));
                steps.push(Step::Close);
            }
            Kind::Endless { start, repeat } => {
                steps.push(Step::Raw(self.head(200, SSE, None)));
                steps.push(Step::Chunk(start.clone()));
                steps.push(Step::Repeat(repeat.clone()));
            }
            Kind::Never => steps.push(Step::Never),
            Kind::Reset => steps.push(Step::Reset),
            Kind::Close => steps.push(Step::Close),
        }
        steps
    }

    fn head(&self, status: u16, content_type: &str, length: Option<usize>) -> Bytes {
        let framing = match length {
            Some(bytes) => format!("content-length: {bytes}"),
            None => "transfer-encoding: chunked".to_owned(),
        };
        let mut head =
            format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\n{framing}\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        head.into()
    }

    fn stream(&self, frames: Vec<Bytes>, content_type: &str, steps: &mut Vec<Step>) {
        let (frames, broken) = match &self.broken {
            None => (frames, None),
            Some((Point::Frames(count), how)) => {
                (frames.into_iter().take(*count).collect(), Some(how))
            }
            Some((Point::Bytes(count), how)) => (cut(frames, *count), Some(how)),
        };
        steps.push(Step::Raw(self.head(200, content_type, None)));
        let held = |index: usize| {
            let holds = self.holds.iter().filter(move |(at, _)| *at == index);
            holds.map(|(_, gate)| Step::Wait(gate.clone()))
        };
        let count = frames.len();
        for (index, frame) in frames.into_iter().enumerate() {
            steps.extend(held(index));
            steps.extend(self.paced.iter().cloned().map(Step::Wait));
            let mut rest = frame;
            while !rest.is_empty() {
                let size = rest.len().min(self.write_bytes);
                steps.push(Step::Chunk(rest.split_to(size)));
            }
        }
        steps.extend(held(count));
        match broken {
            None | Some(Break::Clean) => steps.push(end()),
            Some(Break::Close) => steps.push(Step::Close),
            Some(Break::Reset) => steps.push(Step::Reset),
            Some(Break::Stall) => steps.push(Step::Never),
            Some(Break::With(bytes)) => {
                steps.push(Step::Chunk(bytes.clone().into()));
                steps.push(end());
            }
        }
    }
}

/// What of an answer is its body: chunks, or what follows the head.
pub(super) fn body(steps: &[Step]) -> Vec<Bytes> {
    let chunks = steps.iter().filter_map(|step| match step {
        Step::Chunk(bytes) => Some(bytes.clone()),
        _ => None,
    });
    let chunks: Vec<Bytes> = chunks.collect();
    match steps {
        [Step::Raw(_), Step::Raw(body)] => vec![body.clone()],
        _ => chunks,
    }
}

/// The first `count` bytes.
fn cut(frames: Vec<Bytes>, count: usize) -> Vec<Bytes> {
    let mut left = count;
    let mut kept = Vec::new();
    for mut frame in frames {
        frame.truncate(left);
        left -= frame.len();
        kept.push(frame);
    }
    kept.retain(|frame| !frame.is_empty());
    kept
}

/// The empty chunk.
fn end() -> Step {
    Step::Raw(Bytes::from_static(b"0\r\n\r\n"))
}
