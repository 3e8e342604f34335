//! A server whose every byte the test writes itself.

use std::time::Duration;

use clasp_model::{Header, HttpRequest, Method, Segment};
use clasp_upstream::{Client, Endpoint, Options};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Far more than loopback needs; only a hanging test waits for it.
const HANGING: Duration = Duration::from_secs(60);

pub struct Vendor {
    listener: TcpListener,
}

pub struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

/// A request as it came.
pub struct Received {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Vendor {
    pub async fn start() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub fn authority(&self) -> String {
        self.listener.local_addr().unwrap().to_string()
    }

    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            plugin: "acme".into(),
            base_url: format!("http://{}/v1", self.authority()),
            operator_base_url: true,
            ..Endpoint::default()
        }
    }

    pub async fn accept(&self) -> Connection {
        let (stream, _) = within(self.listener.accept()).await.unwrap();
        Connection::new(stream)
    }
}

impl Connection {
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, read: Vec::new() }
    }

    /// The next request, whole.
    pub async fn request(&mut self) -> Received {
        let head = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            self.more().await;
        };
        let text = String::from_utf8(self.read.drain(..head + 4).collect()).unwrap();
        let mut lines = text.trim_end().split("\r\n");
        let line = lines.next().unwrap().to_owned();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, value)| value.parse().unwrap());
        while self.read.len() < length {
            self.more().await;
        }
        Received { line, headers, body: self.read.drain(..length).collect() }
    }

    pub async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    pub async fn answer(&mut self, body: &str) {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        self.write(&(head + body)).await;
    }

    /// Waits until the client closes.
    pub async fn closed(mut self) {
        let mut rest = [0; 1024];
        while within(self.stream.read(&mut rest)).await.unwrap_or(0) > 0 {}
    }

    /// Breaks the connection instead of closing it.
    pub fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    async fn more(&mut self) {
        let read = within(self.stream.read_buf(&mut self.read)).await.unwrap();
        assert!(read > 0, "the client closed in the middle of its request");
    }
}

impl Received {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

pub fn client() -> Client {
    Client::new(Options::default()).unwrap()
}

pub fn post(path: &str, body: &'static str) -> HttpRequest {
    HttpRequest {
        method: Method::Post,
        path: path.into(),
        headers: vec![Header { name: "content-type".into(), value: "application/json".into() }],
        body: vec![Segment::Bytes(body.into())],
    }
}

pub async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(HANGING, future).await.expect("this should not hang")
}
