//! Tells a request that went out on a fresh connection from one that took a pooled one.
//!
//! A pooled connection may have been closed by the other side while nobody looked; only then is
//! a request without an answer sent again at once. A fresh connection that breaks is a failure.

use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

use tower_layer::Layer;
use tower_service::Service;

tokio::task_local! {
    static FRESH: Cell<bool>;
}

/// Runs a request and tells whether it opened a connection.
pub(crate) async fn observed<F: Future>(request: F) -> (F::Output, bool) {
    let run = async {
        let output = request.await;
        (output, FRESH.with(Cell::get))
    };
    FRESH.scope(Cell::new(false), run).await
}

/// Marks the request in whose name a connection is opened.
#[derive(Clone, Copy)]
pub(crate) struct MarkFresh;

/// A connector that marks.
#[derive(Clone)]
pub(crate) struct Marking<S>(S);

impl<S> Layer<S> for MarkFresh {
    type Service = Marking<S>;

    fn layer(&self, inner: S) -> Marking<S> {
        Marking(inner)
    }
}

impl<S, R> Service<R> for Marking<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connection = connecting.await;
            // Outside of a request, the connection is opened for the pool alone.
            let _ = FRESH.try_with(|fresh| fresh.set(true));
            connection
        })
    }
}
