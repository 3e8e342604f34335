//! The stream: its events and what each may follow.

mod items;

use serde_json::Value;

use self::items::{Item, REFUSAL, SUMMARY, TEXT};
use super::response;
use crate::shape::{Faults, list, text};

/// Checks one stream, event by event.
#[derive(Debug, Default)]
pub struct Checker {
    faults: Vec<String>,
    events: u64,
    /// The last `sequence_number`.
    sequence: Option<u64>,
    created: bool,
    in_progress: bool,
    ended: bool,
    id: String,
    items: Vec<Item>,
}

impl Checker {
    /// Takes the next event: its `event` field and its data.
    pub fn push(&mut self, name: Option<&str>, data: &str) {
        let mut list = std::mem::take(&mut self.faults);
        let parsed = serde_json::from_str::<Value>(data);
        let kind = parsed.as_ref().map_or("", |data| text(data, "type")).to_owned();
        let mut faults = Faults::at(format!("event {} {kind}", self.events), &mut list);
        self.events += 1;
        match &parsed {
            Ok(data) => self.follows(name, &kind, data, &mut faults),
            Err(_) => faults.add(format!("no JSON: {data}")),
        }
        self.faults = list;
    }

    /// All faults so far.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// All faults of the stream, which is over.
    pub fn finish(mut self) -> Vec<String> {
        if !self.ended {
            self.faults.push("the stream has no end".into());
        }
        self.faults
    }

    /// Checks an event's place among the others, and then what it says.
    fn follows(&mut self, name: Option<&str>, kind: &str, data: &Value, faults: &mut Faults<'_>) {
        faults.check(!self.ended, "it follows the end");
        if let Some(name) = name {
            faults.check(name == kind, format!("it is called {name}"));
        }
        let number = data.get("sequence_number").and_then(Value::as_u64);
        let expected = self.sequence.map_or(0, |last| last + 1);
        faults.check(number == Some(expected), format!("sequence_number is not {expected}"));
        self.sequence = Some(expected);
        faults.check(self.created || kind == "response.created", "the answer was not created");
        let begun = self.in_progress || kind == "response.in_progress";
        faults.check(begun || !self.created, "response.in_progress did not follow the begin");
        self.event(kind, data, faults);
    }

    fn event(&mut self, kind: &str, data: &Value, faults: &mut Faults<'_>) {
        match kind {
            "response.created" => {
                faults.check(!self.created, "the answer was created before");
                self.created = true;
                let response = data.get("response").unwrap_or(&Value::Null);
                self.id = text(response, "id").to_owned();
                self.response(response, &["in_progress", "queued"], faults);
            }
            "response.in_progress" => {
                self.in_progress = true;
                let response = data.get("response").unwrap_or(&Value::Null);
                self.response(response, &["in_progress"], faults);
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.ended = true;
                let status = kind.strip_prefix("response.").unwrap_or_default();
                let response = data.get("response").unwrap_or(&Value::Null);
                self.response(response, &[status], faults);
                self.output(list(response, "output"), status == "failed", faults);
            }
            "response.output_item.added" => self.added(data, faults),
            "response.output_item.done" => self.done(data, faults),
            "response.content_part.added" => self.part_added(data, TEXT.index, faults),
            "response.content_part.done" => self.part_done(data, TEXT.index, faults),
            "response.reasoning_summary_part.added" => {
                self.part_added(data, SUMMARY.index, faults);
            }
            "response.reasoning_summary_part.done" => self.part_done(data, SUMMARY.index, faults),
            "response.output_text.delta" => self.delta(data, TEXT, faults),
            "response.output_text.done" => self.text_done(data, TEXT, faults),
            "response.refusal.delta" => self.delta(data, REFUSAL, faults),
            "response.refusal.done" => self.text_done(data, REFUSAL, faults),
            "response.reasoning_summary_text.delta" => self.delta(data, SUMMARY, faults),
            "response.reasoning_summary_text.done" => self.text_done(data, SUMMARY, faults),
            "response.output_text.annotation.added" => self.annotation(data, faults),
            "response.function_call_arguments.delta" => {
                self.call_delta(data, "function_call", faults);
            }
            "response.function_call_arguments.done" => {
                self.call_done(data, "function_call", "arguments", faults);
            }
            "response.custom_tool_call_input.delta" => {
                self.call_delta(data, "custom_tool_call", faults);
            }
            "response.custom_tool_call_input.done" => {
                self.call_done(data, "custom_tool_call", "input", faults);
            }
            "response.web_search_call.in_progress"
            | "response.web_search_call.searching"
            | "response.web_search_call.completed" => {
                let _search = self.open(data, &["web_search_call"], faults);
            }
            "response.code_interpreter_call.in_progress"
            | "response.code_interpreter_call.interpreting"
            | "response.code_interpreter_call.completed" => {
                let _call = self.open(data, &["code_interpreter_call"], faults);
            }
            "response.code_interpreter_call_code.delta" => {
                self.call_delta(data, "code_interpreter_call", faults);
            }
            "response.code_interpreter_call_code.done" => {
                self.call_done(data, "code_interpreter_call", "code", faults);
            }
            _ => faults.add("there is no such event"),
        }
    }

    fn response(&self, response: &Value, statuses: &[&str], faults: &mut Faults<'_>) {
        let mut faults = faults.within("response");
        response::check(response, &mut faults);
        faults.check(text(response, "id") == self.id, "id has changed");
        let status = text(response, "status");
        faults.check(statuses.contains(&status), format!("status is {status}"));
    }

    /// The final output is what was streamed; of an answer that failed, as far as it is done.
    fn output(&self, output: &[Value], failed: bool, faults: &mut Faults<'_>) {
        let done: Vec<&Value> = self.items.iter().filter_map(|item| item.done.as_ref()).collect();
        faults.check(failed || done.len() == self.items.len(), "an item was not done");
        let same = output.iter().collect::<Vec<_>>() == done;
        faults.check(same, "the output is not what the items were when they were done");
    }
}
