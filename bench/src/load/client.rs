//! One connection of the load generator and one exchange on it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use memchr::memmem;
use tokio::net::TcpStream;

use super::case::{Case, Contender};
use super::check;
use crate::scenario::FIRST;

/// No answer takes longer, on any machine that is worth measuring on.
const LIMIT: Duration = Duration::from_secs(60);

/// A connection to one contender, opened when first needed and again after it was closed.
pub struct Connection {
    contender: Contender,
    address: SocketAddr,
    sender: Option<SendRequest<Full<Bytes>>>,
    /// Bytes of the answer; kept to be used again.
    answer: Vec<u8>,
}

/// The times of one exchange.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// From sending to the first piece of content.
    pub first: Duration,
    /// From sending to the end of the answer.
    pub whole: Duration,
}

/// An answer whose first pieces are there.
pub struct Begun {
    response: Response<Incoming>,
}

impl Connection {
    /// Not connected yet.
    pub fn new(contender: Contender, address: SocketAddr) -> Self {
        Self { contender, address, sender: None, answer: Vec::new() }
    }

    /// Sends the case's request, reads the whole answer and checks it.
    pub async fn exchange(&mut self, case: &Case) -> Result<Sample, String> {
        let done = tokio::time::timeout(LIMIT, self.exchange_unbounded(case)).await;
        done.unwrap_or_else(|_| {
            self.sender = None;
            Err(format!("no whole answer within {} s", LIMIT.as_secs()))
        })
    }

    /// The last answer's bytes.
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    async fn exchange_unbounded(&mut self, case: &Case) -> Result<Sample, String> {
        self.connect().await?;
        let start = Instant::now();
        let mut begun = self.send(case).await?;
        let mut first = None;
        self.answer.clear();
        while self.read(&mut begun).await? {
            if first.is_none() && memmem::find(&self.answer, FIRST.as_bytes()).is_some() {
                first = Some(start.elapsed());
            }
        }
        let whole = start.elapsed();
        check::complete(self.contender, case.answer, &self.answer)?;
        Ok(Sample { first: first.unwrap_or(whole), whole })
    }

    /// Sends the case's request and reads until `pieces` of it have come.
    pub async fn begin(&mut self, case: &Case, pieces: &str) -> Result<Begun, String> {
        self.connect().await?;
        let mut begun = self.send(case).await?;
        self.answer.clear();
        while memmem::find(&self.answer, pieces.as_bytes()).is_none() {
            if !self.read(&mut begun).await? {
                return Err("a held stream ended early".to_owned());
            }
        }
        Ok(begun)
    }

    /// Reads the rest of an answer and checks it whole.
    pub async fn complete(&mut self, case: &Case, mut begun: Begun) -> Result<(), String> {
        while self.read(&mut begun).await? {}
        check::complete(self.contender, case.answer, &self.answer)
    }

    async fn connect(&mut self) -> Result<(), String> {
        if let Some(sender) = &mut self.sender
            && sender.ready().await.is_ok()
        {
            return Ok(());
        }
        let stream = TcpStream::connect(self.address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(async move {
            // What goes wrong shows in the exchange.
            let _ = connection.await;
        });
        sender.ready().await.map_err(|error| error.to_string())?;
        self.sender = Some(sender);
        Ok(())
    }

    async fn send(&mut self, case: &Case) -> Result<Begun, String> {
        let path =
            if self.contender.translates() { "/v1/messages" } else { "/v1/chat/completions" };
        let request = Request::post(path)
            .header(header::HOST, "127.0.0.1")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-api-key", "sk-bench")
            .header("anthropic-version", "2023-06-01")
            .body(Full::new(case.request(self.contender).clone()))
            .map_err(|error| error.to_string())?;
        let sender = self.sender.as_mut().ok_or("not connected")?;
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        if response.status().is_success() {
            let passed_on = response.headers().contains_key("x-clasp-lane");
            if self.contender == Contender::Lane && !passed_on {
                return Err("the lane translated the answer".to_owned());
            }
            return Ok(Begun { response });
        }
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        let body = body.to_bytes();
        let start = body.get(..300).unwrap_or(&body);
        Err(format!("status {status}: {}", String::from_utf8_lossy(start)))
    }

    /// Reads a piece; false at the end.
    async fn read(&mut self, begun: &mut Begun) -> Result<bool, String> {
        match begun.response.body_mut().frame().await {
            None => Ok(false),
            Some(Err(error)) => Err(format!("the answer broke off: {error}")),
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    self.answer.extend_from_slice(data);
                }
                Ok(true)
            }
        }
    }
}
