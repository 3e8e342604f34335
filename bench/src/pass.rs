//! A plain reverse proxy: bodies stream both ways, unread.

use http::{HeaderMap, Request, Response, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use crate::error::Error;
use crate::serve::{self, AnyBody, Upstream};

/// Serves until standard input ends.
pub fn run(upstream: &Upstream) -> Result<(), Error> {
    let client = serve::client::<Incoming>();
    let vendor = upstream.vendor.clone();
    serve::run(upstream.port, move |mut request: Request<Incoming>| {
        let client = client.clone();
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = serve::uri(&vendor, path);
        async move {
            match uri {
                Ok(uri) => *request.uri_mut() = uri,
                Err(error) => return failed(&error.to_string()),
            }
            strip(request.headers_mut());
            request.headers_mut().remove(header::HOST);
            match client.request(request).await {
                Ok(mut response) => {
                    strip(response.headers_mut());
                    response.map(BodyExt::boxed_unsync)
                }
                Err(error) => failed(&error.to_string()),
            }
        }
    })
}

/// Takes out what holds for one connection only.
fn strip(headers: &mut HeaderMap) {
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::TE, header::UPGRADE] {
        headers.remove(name);
    }
}

fn failed(message: &str) -> Response<AnyBody> {
    serve::json(502, message.to_owned())
}
