//! What the provider did by itself: searches of the web and programs, told to us in Anthropic's
//! shape and to the client as `web_search_call` and `code_interpreter_call`.

use bytes::BytesMut;
use clasp_model::Json;
use serde_json::{Value, json};

use super::wire::{Place, Wire, item, raw, text};

/// A block of such work.
#[derive(Debug)]
pub(super) enum Work {
    Search { id: String, query: String },
    Found { id: String, urls: Vec<String>, failed: bool },
    Program { id: String, code: String },
    Ran { id: String, logs: String, failed: bool },
}

/// The item of such work.
#[derive(Debug)]
pub(super) struct Hosted {
    place: Place,
    /// As the result names it.
    id: String,
    kind: Kind,
    failed: bool,
}

#[derive(Debug)]
enum Kind {
    Search { query: String, urls: Vec<String> },
    Program { code: String, logs: Option<String> },
}

impl Work {
    /// Reads a block; none for work that clients do not know here.
    pub(super) fn read(block: &Json) -> Option<Self> {
        let block: Value = serde_json::from_str(block.as_str()).ok()?;
        let kind = word(&block, "type");
        let content = block.get("content").unwrap_or(&Value::Null);
        if kind == "server_tool_use" {
            let id = word(&block, "id").to_owned();
            let name = word(&block, "name");
            let input = block.get("input").unwrap_or(&Value::Null);
            return if name.starts_with("web_search") {
                Some(Self::Search { id, query: word(input, "query").to_owned() })
            } else if name.ends_with("code_execution") {
                let code = [word(input, "code"), word(input, "command")].concat();
                Some(Self::Program { id, code })
            } else {
                None
            };
        }
        let id = word(&block, "tool_use_id").to_owned();
        if kind == "web_search_tool_result" {
            let found = content.as_array().map_or(&[][..], Vec::as_slice);
            let urls = found.iter().map(|found| word(found, "url")).filter(|url| !url.is_empty());
            let failed = !content.is_array();
            Some(Self::Found { id, urls: urls.map(str::to_owned).collect(), failed })
        } else if kind.ends_with("code_execution_tool_result") {
            let logs = [word(content, "stdout"), word(content, "stderr")].concat();
            let failed = word(content, "type").ends_with("error");
            Some(Self::Ran { id, logs, failed })
        } else {
            None
        }
    }
}

impl Hosted {
    /// Begins the item; none for a result that belongs to nothing.
    pub(super) fn open(
        work: Work,
        answer: &str,
        index: usize,
        wire: &mut Wire,
        out: &mut BytesMut,
    ) -> Option<Self> {
        let (prefix, id, kind) = match work {
            Work::Search { id, query } => ("ws_", id, Kind::Search { query, urls: Vec::new() }),
            Work::Program { id, code } => ("ci_", id, Kind::Program { code, logs: None }),
            Work::Found { .. } | Work::Ran { .. } => return None,
        };
        let place = Place::new(prefix, answer, index);
        let hosted = Self { place, id, kind, failed: false };
        let Self { place, kind, .. } = &hosted;
        wire.added(place, &hosted.item("in_progress"), out);
        match kind {
            Kind::Search { .. } => {
                wire.event("response.web_search_call.in_progress", place, None, |_| {}, out);
                wire.event("response.web_search_call.searching", place, None, |_| {}, out);
            }
            Kind::Program { code, .. } => {
                wire.event("response.code_interpreter_call.in_progress", place, None, |_| {}, out);
                let delta = |out: &mut BytesMut| text(out, "delta", code);
                if !code.is_empty() {
                    wire.event(
                        "response.code_interpreter_call_code.delta",
                        place,
                        None,
                        delta,
                        out,
                    );
                }
                let whole = |out: &mut BytesMut| text(out, "code", code);
                wire.event("response.code_interpreter_call_code.done", place, None, whole, out);
                let kind = "response.code_interpreter_call.interpreting";
                wire.event(kind, place, None, |_| {}, out);
            }
        }
        Some(hosted)
    }

    /// Takes the result of this work; false for any other.
    pub(super) fn take(&mut self, work: &Work) -> bool {
        match (work, &mut self.kind) {
            (Work::Found { id, urls: found, failed }, Kind::Search { urls, .. })
                if *id == self.id =>
            {
                urls.clone_from(found);
                self.failed = *failed;
                true
            }
            (Work::Ran { id, logs: told, failed }, Kind::Program { logs, .. })
                if *id == self.id =>
            {
                *logs = Some(told.clone());
                self.failed = *failed;
                true
            }
            _ => false,
        }
    }

    /// Ends it, and gives the item.
    pub(super) fn close(self, wire: &mut Wire, out: &mut BytesMut) -> String {
        let kind = match self.kind {
            Kind::Search { .. } => "response.web_search_call.completed",
            Kind::Program { .. } => "response.code_interpreter_call.completed",
        };
        wire.event(kind, &self.place, None, |_| {}, out);
        let done = self.item(if self.failed { "failed" } else { "completed" });
        wire.done(&self.place, &done, out);
        done
    }

    fn item(&self, status: &str) -> String {
        let begun = status == "in_progress";
        match &self.kind {
            Kind::Search { query, urls } => {
                let sources = urls.iter().map(|url| json!({"type": "url", "url": url}));
                let sources: Vec<Value> = sources.collect();
                let mut action = json!({"type": "search", "query": query, "queries": [query]});
                if !begun {
                    action["sources"] = sources.into();
                }
                item("web_search_call", &self.place, Some(status), |out| {
                    raw(out, "action", &action.to_string());
                })
            }
            Kind::Program { code, logs } => {
                let logs = logs.as_ref().map(|logs| json!([{"type": "logs", "logs": logs}]));
                item("code_interpreter_call", &self.place, Some(status), |out| {
                    text(out, "code", if begun { "" } else { code });
                    // It ran at the provider, in a place without a name.
                    text(out, "container_id", "");
                    raw(out, "outputs", &logs.unwrap_or_default().to_string());
                })
            }
        }
    }
}

fn word<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}
