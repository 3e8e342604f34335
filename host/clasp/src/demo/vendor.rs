//! The listener and its three paths
//! (<https://platform.openai.com/docs/api-reference/chat>, read 2026-11-21).

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::{answer, chunks};

/// What it calls its one model.
const MODEL: &str = "demo";

/// The largest request that it reads, in bytes.
const LIMIT: usize = 64 << 20;

/// An embedded vendor, running until it is dropped.
#[derive(Debug)]
pub(crate) struct Vendor {
    base_url: String,
    task: JoinHandle<()>,
}

type Body = BoxBody<Bytes, Infallible>;

impl Vendor {
    /// Listens on a free loopback port.
    pub(crate) async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}/v1", listener.local_addr()?);
        Ok(Self { base_url, task: tokio::spawn(accept(listener)) })
    }

    /// Where it is.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, _peer)) => drop(tokio::spawn(serve(stream))),
            // Too many open files, most likely: others close theirs meanwhile.
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

async fn serve(stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| async { Ok::<_, Infallible>(respond(request).await) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    // A client that left is none of its worries.
    let _ = connection.await;
}

async fn respond(request: Request<Incoming>) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/v1/chat/completions") => chat(request).await,
        (&Method::GET, "/v1/models") => {
            let model =
                json!({ "id": MODEL, "object": "model", "created": 0, "owned_by": "clasp" });
            document(StatusCode::OK, &json!({ "object": "list", "data": [model] }))
        }
        (method, path) => {
            error(StatusCode::NOT_FOUND, &format!("there is no {method} {path} here"))
        }
    }
}

async fn chat(request: Request<Incoming>) -> Response<Body> {
    let Ok(body) = Limited::new(request.into_body(), LIMIT).collect().await else {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is too large or was cut short");
    };
    let body = body.to_bytes();
    let request: Value = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(fault) => return error(StatusCode::BAD_REQUEST, &format!("not JSON: {fault}")),
    };
    let answer = match answer::answer(&request, body.len()) {
        Ok(answer) => answer,
        Err(what) => return error(StatusCode::BAD_REQUEST, what),
    };
    let model = request.get("model").and_then(Value::as_str).unwrap_or(MODEL);
    if request.get("stream").and_then(Value::as_bool) != Some(true) {
        return document(StatusCode::OK, &chunks::whole(&answer, model));
    }
    let with_usage = request.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
    let frames = chunks::stream(&answer, model, with_usage)
        .into_iter()
        .map(|chunk| Ok(Frame::data(Bytes::from(chunk))));
    let body = StreamBody::new(futures_util::stream::iter(frames));
    response(StatusCode::OK, "text/event-stream", BodyExt::boxed(body))
}

fn error(status: StatusCode, message: &str) -> Response<Body> {
    let error = json!({
        "message": message, "type": "invalid_request_error", "param": null, "code": null,
    });
    document(status, &json!({ "error": error }))
}

fn document(status: StatusCode, value: &Value) -> Response<Body> {
    let body = Full::new(Bytes::from(value.to_string()));
    response(status, "application/json", BodyExt::boxed(body))
}

fn response(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}
