//! What answers each route: the pipeline for model calls, small documents for the rest.

use std::sync::Arc;

use bytes::Bytes;
use clasp_model::{Dialect, Failure};
use http::{HeaderValue, Method, Response, StatusCode, header};
use hyper::body::Incoming;
use serde_json::{Value, json};
use tracing::Instrument;

use crate::app::App;
use crate::outlet::{self, Outlet, OutletBody};
use crate::record::Record;
use crate::routes::{self, Route};
use crate::{counting, models, pipeline, reply, stored};

/// Answers one request.
pub(crate) async fn respond(app: Arc<App>, http: http::Request<Incoming>) -> Response<OutletBody> {
    let request_id = format!("req_{}", reply::token());
    let route = routes::matched(http.method(), http.uri().path());
    let span = tracing::info_span!("request", request_id);
    match route {
        Route::Call(dialect) => {
            let record = Record::new(request_id);
            outlet::answer(|outlet| {
                pipeline::run(app, dialect, http, outlet, record).instrument(span)
            })
            .await
        }
        route => {
            let dialect = routes::dialect(http.uri().path());
            let dialect = dialect.unwrap_or_else(|| models::dialect(http.headers()));
            let page = async move {
                page(&app, route, dialect, http, &request_id).await.unwrap_or_else(|refused| {
                    let Refused { status, failure } = refused;
                    tracing::info!(
                        status = status.map(|status| status.as_u16()),
                        "refused: {failure}"
                    );
                    reply::error(dialect, &failure, status, &request_id)
                })
            };
            outlet::answer(|outlet: Outlet| {
                async move { outlet.whole(page.await) }.instrument(span)
            })
            .await
        }
    }
}

struct Refused {
    status: Option<StatusCode>,
    failure: Failure,
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self { status: None, failure }
    }
}

impl From<(StatusCode, Failure)> for Refused {
    fn from((status, failure): (StatusCode, Failure)) -> Self {
        Self { status: Some(status), failure }
    }
}

async fn page(
    app: &App,
    route: Route,
    dialect: Dialect,
    http: http::Request<Incoming>,
    request_id: &str,
) -> Result<Response<Bytes>, Refused> {
    let document = match route {
        Route::Info => info(app).await,
        Route::Probe => return Ok(Response::new(Bytes::new())),
        Route::Health => health(app).await,
        Route::Models => {
            models::list(app, http.headers(), http.uri().query().unwrap_or_default()).await?
        }
        Route::Model(id) => models::one(app, http.headers(), &id).await?,
        Route::CountTokens(dialect) => {
            let tokens = counting::count(app, dialect, http).await?;
            match dialect {
                Dialect::AnthropicMessages => json!({ "input_tokens": tokens }),
                Dialect::OpenaiResponses | Dialect::OpenaiChat => {
                    json!({ "object": "response.input_tokens", "input_tokens": tokens })
                }
            }
        }
        Route::Stored(id) => {
            return Ok(said(dialect, stored::response(app, &id).await?, request_id));
        }
        Route::StoredItems(id) => {
            let query = http.uri().query().unwrap_or_default();
            return Ok(said(dialect, stored::items(app, &id, query).await?, request_id));
        }
        Route::Forget(id) => return Ok(said(dialect, stored::forget(app, &id).await?, request_id)),
        Route::Unknown => return Err(routes::unknown(http.method(), http.uri().path()).into()),
        Route::WrongMethod(allowed) => {
            let (status, failure) = routes::wrong_method(http.method(), http.uri().path(), allowed);
            let mut response = reply::error(dialect, &failure, Some(status), request_id);
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
            return Ok(response);
        }
        // The caller answers model calls itself.
        Route::Call(_) => return Err(routes::unknown(&Method::POST, http.uri().path()).into()),
    };
    Ok(said(dialect, document.to_string().into(), request_id))
}

/// An answer of one document.
fn said(dialect: Dialect, document: Bytes, request_id: &str) -> Response<Bytes> {
    let mut response = Response::new(document);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply::identify(headers, dialect, request_id);
    response
}

async fn info(app: &App) -> Value {
    let catalog = app.catalog().await;
    json!({
        "name": "clasp",
        "version": env!("CARGO_PKG_VERSION"),
        "provider": app.default_provider(),
        "providers": catalog.names(),
        "endpoints": routes::ENDPOINTS,
    })
}

async fn health(app: &App) -> Value {
    let catalog = app.catalog().await;
    let usable = catalog.usable(app.default_provider());
    json!({
        "status": if usable { "healthy" } else { "degraded" },
        "version": env!("CARGO_PKG_VERSION"),
        "provider": app.default_provider(),
        "providers": catalog.names(),
        "uptime": app.uptime().as_secs(),
    })
}
