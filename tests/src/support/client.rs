//! A client that sends what a test wants, byte for byte, and reads strictly.

use std::net::SocketAddr;

use bytes::Bytes;
use clasp_grammar::anthropic::{self, Checker, Message};
use clasp_grammar::events::Events;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::wire::{Head, Length, Reader};
use super::within;

/// One connection.
#[derive(Debug)]
pub struct Connection {
    reader: Reader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status line and headers.
    pub head: Head,
    /// The body.
    pub body: Bytes,
}

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its `event` field.
    pub name: String,
    /// Its data.
    pub data: Value,
}

/// An answer that is still coming.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    /// Status line and headers.
    pub head: Head,
    length: Length,
    events: Events,
    waiting: std::collections::VecDeque<Event>,
    checker: Checker,
    ended: bool,
}

/// How a streamed answer ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// What the client has.
    pub message: Message,
    /// What was wrong with the grammar.
    pub faults: Vec<String>,
    /// The body ended as HTTP wants it.
    pub clean: bool,
}

/// Sends requests to one address, each on a connection of its own.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
}

/// A Messages request of one user text.
pub fn ask(text: &str) -> Value {
    json!({
        "model": "claude-sonnet-4-5", "max_tokens": 1000,
        "messages": [{"role": "user", "content": text}],
    })
}

/// The same, streamed.
pub fn ask_stream(text: &str) -> Value {
    with(ask(text), "stream", true)
}

/// With another value of a top-level member.
pub fn with(mut body: Value, member: &str, value: impl Into<Value>) -> Value {
    body[member] = value.into();
    body
}

/// The tool `get_weather`.
pub fn weather_tool() -> Value {
    json!({
        "name": "get_weather", "description": "The weather of a city.",
        "input_schema": {
            "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
        },
    })
}

impl Client {
    /// A client of that address.
    pub fn new(address: SocketAddr) -> Self {
        Self { address }
    }

    /// A fresh connection.
    pub async fn connect(&self) -> Connection {
        let stream = within("connect", TcpStream::connect(self.address)).await.expect("it listens");
        stream.set_nodelay(true).expect("a TCP socket");
        let (reader, writer) = stream.into_split();
        Connection { reader: Reader::new(reader), writer }
    }

    /// Sends a request without a body.
    pub async fn send(&self, method: &str, path: &str) -> Answer {
        let mut connection = self.connect().await;
        let request = format!("{method} {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        connection.write(request.as_bytes()).await;
        connection.answer(method == "HEAD").await
    }

    /// Posts bytes as JSON.
    pub async fn post(&self, path: &str, body: &[u8]) -> Answer {
        let mut connection = self.connect().await;
        connection.write(&post(path, &[], body)).await;
        connection.answer(false).await
    }

    /// Posts to `/v1/messages`.
    pub async fn messages(&self, body: &Value) -> Answer {
        self.post("/v1/messages", body.to_string().as_bytes()).await
    }

    /// Posts to `/v1/messages` and waits for the head of the answer.
    pub async fn stream(&self, body: &Value) -> Stream {
        let mut connection = self.connect().await;
        connection.write(&post("/v1/messages", &[], body.to_string().as_bytes())).await;
        connection.stream().await
    }

    /// A streamed request, from start to end.
    pub async fn streamed(&self, body: &Value) -> Ended {
        let stream = self.stream(body).await;
        assert_eq!(stream.head.status(), 200, "{}", stream.rest_text().await);
        stream.end().await
    }
}

/// A POST with a length, and these further headers.
pub fn post(path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!(
        "POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
         x-api-key: client-key\r\nanthropic-version: 2023-06-01\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), body].concat()
}

impl Connection {
    /// Sends bytes. That the other side stops reading is no fault of the test's.
    pub async fn write(&mut self, bytes: &[u8]) {
        let _ = within("write", self.writer.write_all(bytes)).await;
    }

    /// The next answer, whole.
    pub async fn answer(&mut self, of_head: bool) -> Answer {
        within("an answer", async {
            let head = self.reader.head().await.expect("a head").expect("an answer");
            let length = if of_head { Length::Bytes(0) } else { head.length() };
            let body = self.reader.body(length).await.expect("a whole body");
            Answer { head, body }
        })
        .await
    }

    /// The next answer's head; its body comes as a stream.
    pub async fn stream(mut self) -> Stream {
        let head = within("an answer's head", self.reader.head()).await;
        let head = head.expect("a head").expect("an answer");
        let length = head.length();
        Stream {
            connection: self,
            head,
            length,
            events: Events::default(),
            waiting: std::collections::VecDeque::new(),
            checker: Checker::default(),
            ended: false,
        }
    }

    /// Waits until the other side closes; what it still sent comes back.
    pub async fn closed(&mut self) -> Bytes {
        within("the connection's end", self.reader.body(Length::UntilClose))
            .await
            .unwrap_or_default()
    }
}

impl Stream {
    /// The next event, pings included; none when the body is over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.checker.push(Some(&event.name), &event.data.to_string());
                return Some(event);
            }
            let reading = self.connection.reader.chunk(&mut self.length);
            match within("the next event", reading).await {
                Ok(Some(bytes)) => {
                    self.waiting.extend(self.events.push(&bytes).into_iter().map(Event::strict));
                }
                Ok(None) => {
                    self.ended = true;
                    return None;
                }
                Err(_) => return None,
            }
        }
    }

    /// Reads on to the next event of that name.
    pub async fn until(&mut self, name: &str) -> Event {
        while let Some(event) = self.next().await {
            if event.name == name {
                return event;
            }
        }
        panic!("the stream ended before {name}");
    }

    /// Reads on until so much text has come.
    pub async fn until_text(&mut self, wanted: &str) {
        let mut text = String::new();
        while !text.contains(wanted) {
            let event = self.until("content_block_delta").await;
            text.push_str(event.data["delta"]["text"].as_str().unwrap_or_default());
        }
    }

    /// Reads everything.
    pub async fn end(mut self) -> Ended {
        while self.next().await.is_some() {}
        let clean = self.ended && self.events.is_between() && self.events.is_text();
        let message = self.checker.message().clone();
        Ended { message, faults: self.checker.finish(), clean }
    }

    /// The rest of the body as text, for messages of failed tests.
    pub async fn rest_text(&self) -> String {
        format!("{:?}", self.head)
    }

    /// The whole answer, of one that is no stream.
    pub async fn whole(mut self) -> Answer {
        let body = within("a body", self.connection.reader.body(self.length)).await;
        Answer { head: self.head, body: body.expect("a whole body") }
    }
}

impl Ended {
    /// The message of an answer that must be well in every way.
    pub fn good(self) -> Message {
        assert!(self.faults.is_empty(), "{:#?} in {:#?}", self.faults, self.message);
        assert!(self.clean, "the body was cut off: {:#?}", self.message);
        assert_eq!(self.message.error, None);
        self.message
    }

    /// The error of an answer that must end with one, and be well-formed up to there.
    pub fn failed(self) -> Value {
        assert!(self.faults.is_empty(), "{:#?} in {:#?}", self.faults, self.message);
        self.message.error.expect("an error event")
    }
}

impl Answer {
    /// The status.
    pub fn status(&self) -> u16 {
        self.head.status()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?} {:?}", self.head, self.body))
    }

    /// The message of a plain answer that must be well.
    pub fn message(&self) -> Message {
        assert_eq!(self.status(), 200, "{:?}", self.body);
        let document = self.json();
        assert_eq!(anthropic::plain(&document), [""; 0], "{document:#}");
        Message::of(&document)
    }

    /// The `error` member of an answer that must say that the provider or clasp failed.
    pub fn server_error(&self) -> Value {
        assert!(self.status() >= 500, "{} {:?}", self.status(), self.body);
        self.judged()
    }

    /// The `error` member of an answer that must be an error of this status.
    pub fn error(&self, status: u16) -> Value {
        assert_eq!(self.status(), status, "{:?}", self.body);
        self.judged()
    }

    /// The `error` member; envelope, status and ids must be right (rules B4, D1).
    fn judged(&self) -> Value {
        let (status, body) = (self.status(), self.json());
        assert_eq!(anthropic::error(&body), [""; 0], "{status} {body}");
        let kind = body["error"]["type"].as_str().unwrap_or_default();
        let fits = |(name, each): &(&str, &[u16])| *name == kind && each.contains(&status);
        assert!(anthropic::STATUSES.iter().any(fits), "{kind} with status {status}: {body}");
        let content_type = self.head.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/json"), "content-type {content_type:?}");
        let id = self.head.header("request-id").unwrap_or_default();
        assert!(!id.is_empty(), "no request-id header: {:?}", self.head);
        assert_eq!(body["request_id"], id, "request_id of header and body");
        if status == 429 {
            let seconds = self.head.header("retry-after").map(str::parse::<u64>);
            assert!(matches!(seconds, Some(Ok(_))), "a 429 without whole seconds of retry-after");
        }
        body["error"].clone()
    }
}

impl Event {
    /// An event of two lines, as they are written here.
    fn strict(event: clasp_grammar::events::Event) -> Self {
        assert_eq!(event.lines, 2, "an event of two lines: {event:?}");
        let data = serde_json::from_str(&event.data);
        Self {
            data: data.unwrap_or_else(|error| panic!("{error} in {event:?}")),
            name: event.name.unwrap_or_else(|| panic!("no name: {}", event.data)),
        }
    }
}
