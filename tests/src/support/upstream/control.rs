//! What client tests, which run in other processes, ask the scripted provider itself.
//!
//! `GET /_vendor/state` (all requests, what was wrong with them, and by provider with how many
//! answers opaque state was given and came back), `GET /_vendor/wait?requests=1&open=0&left=1` (answers once the counts are
//! reached: at least, but `open` exactly), `POST /_vendor/reset`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{Counts, Shared};

impl Shared {
    /// The whole answer to one wish.
    pub(super) async fn control(&self, wish: &str) -> Bytes {
        let (what, query) = wish.split_once('?').unwrap_or((wish, ""));
        let (status, body) = match what {
            "state" => (200, self.state()),
            "reset" => {
                self.reset();
                (200, json!({}))
            }
            "wait" => {
                let wanted = query.split('&').filter_map(|pair| pair.split_once('='));
                let wanted: Vec<(&str, usize)> =
                    wanted.filter_map(|(name, value)| Some((name, value.parse().ok()?))).collect();
                let mut counts = self.counts.subscribe();
                let reached = |counts: &Counts| {
                    wanted.iter().all(|&(name, value)| match name {
                        "open" => counts.open == value,
                        "left" => counts.left >= value,
                        "requests" => counts.requests >= value,
                        _ => false,
                    })
                };
                let waited = tokio::time::timeout(
                    super::super::PATIENCE,
                    counts.wait_for(|counts| reached(counts)),
                );
                let status = if waited.await.is_ok() { 200 } else { 504 };
                (status, self.state())
            }
            _ => (404, json!({})),
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} Scripted\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        Bytes::from(head + &body)
    }

    fn state(&self) -> Value {
        let counts = *self.counts.borrow();
        let inner = self.inner.lock().unwrap();
        let requests = inner.requests.iter().map(|request| {
            let headers = request.headers.iter().map(|(name, value)| (name.clone(), json!(value)));
            json!({
                "method": request.method, "path": request.path, "body": request.body,
                "headers": Value::Object(headers.collect()),
            })
        });
        json!({
            "counts": {
                "connections": counts.connections, "requests": counts.requests,
                "open": counts.open, "left": counts.left,
            },
            "requests": requests.collect::<Vec<_>>(),
            "violations": inner.violations,
            "state": inner.stage.as_ref().map(|stage| stage.state()),
        })
    }
}
