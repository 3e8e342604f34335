//! `clasp explain`: what happened to a request, asked of the proxy that runs.

use std::fmt::Write;
use std::io;

use clap::Args;
use clasp_config::Flags;
use clasp_model::{Header, HttpRequest, Method};
use clasp_upstream::{Client, Endpoint, Options};
use serde_json::Value;

use super::{say, settings, tokio};
use crate::error::Error;

/// Most bytes of an answer.
const LIMIT: usize = 4 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The request's id, from its `x-clasp-request-id` header; without one the last requests are listed.
    id: Option<String>,
    /// Where the proxy is [default: this machine, the configured port].
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// An admin key, where the proxy has one [CLASP_ADMIN_KEY].
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// As it came, for programs.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments) -> Result<(), Error> {
    let Arguments { id, url, key, json } = arguments;
    let url = match url {
        Some(url) => url,
        None => format!("http://127.0.0.1:{}", *settings(Flags::default())?.port),
    };
    let key = key.or_else(|| std::env::var("CLASP_ADMIN_KEY").ok());
    let path = match &id {
        Some(id) if id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            format!("/admin/explain/{id}")
        }
        Some(id) => {
            return Err(Error::user(format!("{id:?} is no request's id"), "they begin with req_"));
        }
        None => "/admin/explain".to_owned(),
    };
    let document = tokio()?.block_on(get(&url, &path, key))?;
    let text = match (json, &id) {
        (true, _) => format!("{document:#}"),
        (false, Some(_)) => told(&document),
        (false, None) => listed(&document),
    };
    say(io::stdout(), text.trim_end());
    Ok(())
}

async fn get(url: &str, path: &str, key: Option<String>) -> Result<Value, Error> {
    let headers = key.map(|key| Header { name: "x-api-key".to_owned(), value: key });
    let endpoint = Endpoint {
        plugin: "clasp".to_owned(),
        operator_base_url: true,
        base_url: url.trim_end_matches('/').to_owned(),
        headers: headers.into_iter().collect(),
        ..Endpoint::default()
    };
    let request = HttpRequest {
        method: Method::Get,
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    let failed = |what: String| Error::user(what, "is clasp running there? --url names another");
    let client = Client::new(Options::default()).map_err(|error| failed(error.to_string()))?;
    let answer = client.send(&endpoint, &request).await;
    let answer = answer.map_err(|failure| failed(failure.message))?;
    let status = answer.status;
    let body = answer.body.collect(LIMIT).await.map_err(|failure| failed(failure.message))?;
    let document: Value = serde_json::from_slice(&body)
        .map_err(|_| failed(format!("{url} answered something else than clasp does")))?;
    match (status, document.pointer("/error/message").and_then(Value::as_str)) {
        (200, _) => Ok(document),
        (401 | 403, Some(message)) => {
            Err(Error::user(message.to_owned(), "give an admin key with --key"))
        }
        (_, Some(message)) => Err(Error::user(message.to_owned(), "")),
        (status, None) => Err(failed(format!("{url} answered with status {status}"))),
    }
}

/// One request: a line about all of it, then one for each step.
fn told(document: &Value) -> String {
    let text = |name: &str| document[name].as_str().unwrap_or_default();
    let number = |name: &str| document[name].as_u64().unwrap_or_default();
    let mut out = format!(
        "{} · {} {:?}{} · status {} in {} ms",
        text("request_id"),
        text("dialect"),
        text("model"),
        if document["stream"] == true { ", streamed" } else { "" },
        number("status"),
        number("ms"),
    );
    if !text("provider").is_empty() {
        let _ = write!(out, " · {}/{}", text("provider"), text("target_model"));
    }
    let _ = writeln!(out);
    if let Some(error) = document["error"].as_str() {
        let _ = writeln!(out, "  error: {error}");
    }
    for step in document["steps"].as_array().into_iter().flatten() {
        let _ = writeln!(out, "{:>8} ms  {}", step["at_ms"].as_u64().unwrap_or(0), line(step));
    }
    for note in document["notes"].as_array().into_iter().flatten() {
        let part = |name: &str| note[name].as_str().unwrap_or_default();
        let _ = writeln!(out, "  {} {}: {}", part("change"), part("path"), part("detail"));
    }
    out
}

/// A step in words: its name, its target, and what else is said.
fn line(step: &Value) -> String {
    let mut out = step["step"].as_str().unwrap_or_default().replace('_', " ");
    let target =
        |of: &Value| Some(format!("{}/{}", of["provider"].as_str()?, of["model"].as_str()?));
    if let Some(target) = target(step) {
        let _ = write!(out, " {target}");
    }
    for (name, value) in step.as_object().into_iter().flatten() {
        if ["step", "at_ms", "provider", "model"].contains(&name.as_str()) {
            continue;
        }
        let value = match value {
            Value::Array(aims) => {
                let aim = |one: &Value| {
                    let why = one["why"].as_str().unwrap_or_default();
                    Some(format!("{} ({})", target(one)?, why.trim_end_matches('.')))
                };
                aims.iter().filter_map(aim).collect::<Vec<_>>().join(", ")
            }
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let _ = write!(out, " · {}: {value}", name.replace('_', " "));
    }
    out
}

/// A line for each of the last requests.
fn listed(document: &Value) -> String {
    let mut out = String::new();
    for one in document["requests"].as_array().into_iter().flatten() {
        let text = |name: &str| one[name].as_str().unwrap_or_default();
        let number = |name: &str| one[name].as_u64().unwrap_or_default();
        let _ = writeln!(
            out,
            "{}  {}  {:>6} ms  {} → {}/{}",
            text("request_id"),
            number("status"),
            number("ms"),
            text("model"),
            text("provider"),
            text("target_model"),
        );
    }
    if out.is_empty() { "no request yet".to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn f04_a_record_is_told_step_by_step() {
        let document = json!({
            "request_id": "req_1", "dialect": "openai-chat", "model": "fast", "stream": true,
            "status": 200, "ms": 12, "provider": "b", "target_model": "m",
            "steps": [
                {"at_ms": 0, "step": "decided", "because": "the default route",
                 "targets": [{"provider": "a", "model": "m", "why": "in its written place"}]},
                {"at_ms": 3, "step": "failed", "provider": "a", "model": "m", "then": "the next target"},
            ],
            "notes": [{"change": "dropped", "path": "top_k", "detail": "OpenAI has none"}],
        });
        assert_eq!(
            told(&document),
            "req_1 · openai-chat \"fast\", streamed · status 200 in 12 ms · b/m\n       0 ms  decided · \
             because: the default route · targets: a/m (in its written place)\n       3 ms  failed a/m · \
             then: the next target\n  dropped top_k: OpenAI has none\n"
        );
    }
}
