//! What is the same for the JSON body of any provider.

use crate::json;
use crate::notes::Notes;
use crate::types::{Header, HttpRequest, Method, Request, Target};

/// A POST of the document in `writer`; `stream`: the answer may come as server-sent events.
pub fn post(path: impl Into<String>, stream: bool, writer: json::Writer) -> HttpRequest {
    let accept = if stream { "text/event-stream" } else { "application/json" };
    let header = |name: &str, value: &str| Header { name: name.into(), value: value.into() };
    HttpRequest {
        method: Method::Post,
        path: path.into(),
        headers: vec![header("content-type", "application/json"), header("accept", accept)],
        body: writer.into_segments(),
    }
}

/// The output limit that is asked for, in tokens, never above what is known of the model (rule
/// C7); a lower one is noted.
pub fn output_limit(target: &Target, request: &Request, notes: &mut Notes) -> Option<u32> {
    let asked = request.max_output_tokens?;
    let most = target.max_output_tokens.unwrap_or(u32::MAX);
    if asked > most {
        let detail = format!("{} makes at most {most} tokens", target.model);
        notes.clamped("max_output_tokens", detail);
    }
    Some(asked.min(most))
}
