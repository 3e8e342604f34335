//! The listener that the vendor and both proxies of the bench share: HTTP/1.1 on a loopback
//! port, which is written to standard output. The process ends when its standard input does, so
//! that nothing outlives the run that started it.

use std::convert::Infallible;
use std::io::Read as _;

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Incoming};
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;

use crate::error::Error;

/// Where a proxy sends its requests.
#[derive(Clone, Debug, clap::Args)]
pub struct Upstream {
    /// `127.0.0.1:PORT` of the vendor.
    #[arg(long)]
    pub vendor: String,
    /// Where to listen; 0: a free port.
    #[arg(long, default_value_t = 0)]
    pub port: u16,
}

/// A body of any kind.
pub type AnyBody = UnsyncBoxBody<Bytes, hyper::Error>;

/// A pooled client for bodies of one kind.
pub fn client<B>() -> Client<HttpConnector, B>
where
    B: Body + Send,
    B::Data: Send,
{
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// The vendor's address with a request's path.
pub fn uri(vendor: &str, path: &str) -> Result<Uri, http::Error> {
    Uri::builder().scheme("http").authority(vendor).path_and_query(path).build()
}

/// A whole body.
pub fn whole(bytes: impl Into<Bytes>) -> AnyBody {
    Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

/// A JSON answer.
pub fn json(status: u16, body: impl Into<Bytes>) -> Response<AnyBody> {
    let mut response = Response::new(whole(body));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

/// Answers requests to `port` with `handler` until standard input ends.
pub fn run<H, F, B>(port: u16, handler: H) -> Result<(), Error>
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    std::thread::spawn(|| {
        let mut rest = [0; 64];
        while matches!(std::io::stdin().read(&mut rest), Ok(1..)) {}
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Error::io("start tokio"))?;
    runtime.block_on(accept(port, handler))
}

async fn accept<H, F, B>(port: u16, handler: H) -> Result<(), Error>
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let listener =
        TcpListener::bind(("127.0.0.1", port)).await.map_err(Error::io("bind loopback"))?;
    let address = listener.local_addr().map_err(Error::io("read the bound address"))?;
    println!("{address}");
    loop {
        let (stream, _) = listener.accept().await.map_err(Error::io("accept"))?;
        stream.set_nodelay(true).map_err(Error::io("set TCP_NODELAY"))?;
        let handler = handler.clone();
        let service = service_fn(move |request| {
            let answer = handler(request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        tokio::spawn(async move {
            // A client that leaves is no error of the server's.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
