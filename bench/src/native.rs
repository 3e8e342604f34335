//! A minimal translator from Anthropic Messages to OpenAI Chat without a sandbox: the request is
//! parsed into typed, borrowing structs and written anew, the answer is read chunk by chunk and
//! written event by event. It does what a translator must and nothing beside it: no logs, limits,
//! retries or routing.

mod answer;
mod request;
mod stream;

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;

pub use self::request::translate;
use crate::error::Error;
use crate::serve::{self, AnyBody, Upstream};

/// The model that every request goes to.
pub const MODEL: &str = "gpt-4o";

/// Serves until standard input ends.
pub fn run(upstream: &Upstream) -> Result<(), Error> {
    let client = serve::client::<Full<Bytes>>();
    let vendor: Arc<str> = upstream.vendor.as_str().into();
    serve::run(upstream.port, move |request| {
        let client = client.clone();
        let vendor = vendor.clone();
        async move {
            match exchange(request, &client, &vendor).await {
                Ok(response) => response,
                Err((status, message)) => failed(status, &message),
            }
        }
    })
}

async fn exchange(
    request: Request<Incoming>,
    client: &Client<HttpConnector, Full<Bytes>>,
    vendor: &str,
) -> Result<Response<AnyBody>, (u16, String)> {
    if request.uri().path() != "/v1/messages" {
        return Err((404, "no such path".to_owned()));
    }
    let body = request.into_body().collect().await.map_err(|error| (400, error.to_string()))?;
    let body = body.to_bytes();
    let translated = translate(&body).map_err(|message| (400, message))?;
    let outgoing = Request::post(
        serve::uri(vendor, "/v1/chat/completions").map_err(|error| (500, error.to_string()))?,
    )
    .header(header::CONTENT_TYPE, "application/json")
    .header(header::AUTHORIZATION, "Bearer sk-bench")
    .body(Full::new(Bytes::from(translated.body)))
    .map_err(|error| (500, error.to_string()))?;
    drop(body);
    let response = client.request(outgoing).await.map_err(|error| (502, error.to_string()))?;
    let status = response.status();
    if !status.is_success() {
        let body = response.into_body().collect().await.map_err(|e| (502, e.to_string()))?;
        return Err((status.as_u16(), String::from_utf8_lossy(&body.to_bytes()).into_owned()));
    }
    if translated.stream {
        let body = stream::Translated::new(response.into_body(), translated.model);
        let mut answer = Response::new(body.boxed_unsync());
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        return Ok(answer);
    }
    let body = response.into_body().collect().await.map_err(|error| (502, error.to_string()))?;
    let message = answer::message(&body.to_bytes(), &translated.model)
        .map_err(|error| (502, error.to_string()))?;
    Ok(serve::json(200, message))
}

fn failed(status: u16, message: &str) -> Response<AnyBody> {
    let kind = if status < 500 { "invalid_request_error" } else { "api_error" };
    let error = serde_json::json!({"type": "error", "error": {"type": kind, "message": message}});
    serve::json(status, error.to_string())
}
