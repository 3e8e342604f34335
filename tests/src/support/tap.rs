//! A listener between a real client and clasp that judges every answer by the grammar.
//!
//! It passes on what it gets as it gets it. `GET /_tap/state` tells how many streams it saw and what
//! was wrong with them; `POST /_tap/reset` forgets it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use clasp_grammar::anthropic::Checker;
use clasp_grammar::events::Events;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::wire::{Head, Length, Reader};

/// The running listener.
#[derive(Debug)]
pub struct Tap {
    address: SocketAddr,
}

#[derive(Debug, Default)]
struct Seen {
    streams: usize,
    errors: usize,
    faults: Vec<String>,
}

/// Both sides of one client's connection.
struct Relay {
    client: Reader<OwnedReadHalf>,
    to_client: OwnedWriteHalf,
    server: Reader<OwnedReadHalf>,
    to_server: OwnedWriteHalf,
    seen: Arc<Mutex<Seen>>,
}

impl Tap {
    /// Listens on a free loopback port and passes on to `target`.
    pub async fn start(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free loopback port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let seen = Arc::new(Mutex::new(Seen::default()));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let Ok(server) = TcpStream::connect(target).await else { return };
                    for socket in [&client, &server] {
                        // Without it the tap would only be slower.
                        let _ = socket.set_nodelay(true);
                    }
                    let (client, to_client) = client.into_split();
                    let (server, to_server) = server.into_split();
                    let (client, server) = (Reader::new(client), Reader::new(server));
                    let mut relay = Relay { client, to_client, server, to_server, seen };
                    // A broken connection is passed on by breaking the other one.
                    let _ = relay.run().await;
                });
            }
        });
        Self { address }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Relay {
    async fn run(&mut self) -> std::io::Result<()> {
        while let Some(head) = self.client.head().await? {
            let body = self.client.body(head.request_length()).await?;
            let (method, path) = head.target();
            if let Some(wish) = path.strip_prefix("/_tap/") {
                let answer = self.control(wish);
                self.to_client.write_all(answer.as_bytes()).await?;
                continue;
            }
            let without_body = method == "HEAD";
            self.to_server
                .write_all(&written(&head, &["transfer-encoding", "content-length"], &{
                    format!("content-length: {}\r\n", body.len())
                }))
                .await?;
            self.to_server.write_all(&body).await?;
            let Self { client, server, to_client, seen, .. } = self;
            let gone = async { while matches!(client.fill().await, Ok(count) if count > 0) {} };
            tokio::select! {
                biased;
                passed = pass(server, to_client, seen, without_body) => passed?,
                () = gone => return Ok(()),
            }
        }
        Ok(())
    }

    fn control(&self, wish: &str) -> String {
        let mut seen = self.seen.lock().unwrap();
        if wish == "reset" {
            *seen = Seen::default();
        }
        let body = json!({"streams": seen.streams, "errors": seen.errors, "faults": seen.faults});
        let body = body.to_string();
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
    }
}

/// Passes one answer on, and judges it.
async fn pass(
    server: &mut Reader<OwnedReadHalf>,
    to_client: &mut OwnedWriteHalf,
    seen: &Mutex<Seen>,
    without_body: bool,
) -> std::io::Result<()> {
    let Some(head) = server.head().await? else {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    };
    let stream = head.header("content-type").is_some_and(|kind| kind.contains("event-stream"));
    to_client.write_all(&written(&head, &[], "")).await?;
    let mut length = if without_body { Length::Bytes(0) } else { head.length() };
    let chunked = length == Length::Chunked;
    let (mut events, mut checker) = (Events::default(), Checker::default());
    let ended = loop {
        match server.chunk(&mut length).await {
            Ok(Some(bytes)) => {
                if stream {
                    for event in events.push(&bytes) {
                        checker.push(event.name.as_deref(), &event.data);
                    }
                }
                if chunked {
                    let size = format!("{:x}\r\n", bytes.len());
                    to_client.write_all(&[size.as_bytes(), &bytes, b"\r\n"].concat()).await?;
                } else {
                    to_client.write_all(&bytes).await?;
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    if stream {
        let message = checker.message().clone();
        let mut faults = checker.finish();
        if ended.is_err() && message.error.is_none() {
            faults.push("the stream was cut off".to_owned());
        }
        let mut seen = seen.lock().unwrap();
        seen.streams += 1;
        seen.errors += usize::from(message.error.is_some());
        seen.faults.extend(faults);
    }
    if chunked && ended.is_ok() {
        to_client.write_all(b"0\r\n\r\n").await?;
    }
    ended
}

/// A head as bytes, without some headers and with others.
fn written(head: &Head, without: &[&str], with: &str) -> Vec<u8> {
    let mut text = format!("{}\r\n", head.start);
    for (name, value) in &head.headers {
        if !without.contains(&name.as_str()) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    text.push_str(with);
    text.push_str("\r\n");
    text.into_bytes()
}
