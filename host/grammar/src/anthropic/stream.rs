//! The stream: its events and what each may follow (rule A1).

use serde_json::{Value, json};

use super::{Message, block, ending, error, head, stop, usage};
use crate::shape::{Faults, Is, append, text};

/// Checks one stream, event by event.
#[derive(Debug, Default)]
pub struct Checker {
    message: Message,
    faults: Vec<String>,
    events: u64,
    open: Option<Open>,
    started: bool,
    delta: bool,
    stopped: bool,
}

/// The open block.
#[derive(Debug)]
struct Open {
    block: Value,
    /// The JSON text of its input.
    input: String,
    signed: bool,
}

impl Checker {
    /// Takes the next event: its `event` field and its data.
    pub fn push(&mut self, name: Option<&str>, data: &str) {
        let mut found = std::mem::take(&mut self.faults);
        let place = format!("event {} {}", self.events, name.unwrap_or_default());
        self.events += 1;
        self.event(name, data, &mut Faults::at(place, &mut found));
        self.faults = found;
    }

    /// What a client has by now.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// All faults so far.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// All faults of the stream, which is over.
    pub fn finish(mut self) -> Vec<String> {
        if self.message.error.is_none() {
            let mut faults = Faults::at("stream", &mut self.faults);
            faults.check(self.stopped, "it ends without message_stop and without an error");
            let reason = self.message.stop_reason.as_str().unwrap_or_default();
            ending(&self.message.content, reason, &mut faults);
        }
        self.faults
    }

    fn event(&mut self, name: Option<&str>, data: &str, faults: &mut Faults<'_>) {
        let Ok(data) = serde_json::from_str::<Value>(data) else {
            return faults.add(format!("no JSON: {data}"));
        };
        let kind = text(&data, "type");
        faults.check(name == Some(kind), format!("its type is {kind:?}"));
        if self.stopped || self.message.error.is_some() {
            return faults.add("it comes after the last event");
        }
        let early = !self.started && !matches!(kind, "message_start" | "ping" | "error");
        faults.check(!early, "it comes before message_start");
        match kind {
            "ping" => self.message.pings += 1,
            "error" => {
                error(&data).iter().for_each(|fault| faults.add(fault));
                self.message.error = Some(data.get("error").cloned().unwrap_or_default());
            }
            "message_start" => self.start(data.get("message").unwrap_or(&Value::Null), faults),
            "content_block_start" => self.block_start(&data, faults),
            "content_block_delta" => self.block_delta(&data, faults),
            "content_block_stop" => self.block_stop(&data, faults),
            "message_delta" => self.message_delta(&data, faults),
            "message_stop" => {
                faults.check(self.delta && self.open.is_none(), "it comes too early");
                self.stopped = true;
                self.message.complete = true;
            }
            _ => faults.add("there is no such event"),
        }
    }

    fn start(&mut self, message: &Value, faults: &mut Faults<'_>) {
        faults.check(!std::mem::replace(&mut self.started, true), "it comes again");
        let mut faults = faults.within("message");
        head(message, &mut faults);
        let begun = [("content", json!([])), ("stop_reason", json!(null))];
        for (name, wanted) in begun.into_iter().chain([("stop_sequence", json!(null))]) {
            let told = message.get(name);
            faults.check(told == Some(&wanted), format!("{name} is {told:?}"));
        }
        let counts = message.get("usage").cloned().unwrap_or_default();
        let mut faults = faults.within("usage");
        usage(&counts, &mut faults);
        let of_input = ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];
        let some = |name: &&str| counts.get(name).and_then(Value::as_u64) > Some(0);
        faults.check(of_input.iter().any(some), "no input tokens");
        self.message.id = text(message, "id").to_owned();
        self.message.model = text(message, "model").to_owned();
        self.message.first_usage = counts;
    }

    fn block_start(&mut self, data: &Value, faults: &mut Faults<'_>) {
        faults.check(self.open.is_none(), "another block is open");
        faults.check(!self.delta, "it comes after message_delta");
        self.index(data, faults);
        let block = data.get("content_block").cloned().unwrap_or_default();
        block::start(&block, &mut faults.within("content_block"));
        self.open = Some(Open { block, input: String::new(), signed: false });
    }

    fn block_delta(&mut self, data: &Value, faults: &mut Faults<'_>) {
        self.index(data, faults);
        let Some(open) = self.open.as_mut() else { return faults.add("no block is open") };
        let delta = data.get("delta").unwrap_or(&Value::Null);
        let kind = text(delta, "type");
        let mut faults = faults.within("delta");
        let Some((_, of, member)) = block::DELTAS.iter().find(|(name, ..)| *name == kind) else {
            return faults.add(format!("no delta is of type {kind:?}"));
        };
        let filled = text(&open.block, "type").to_owned();
        faults.check(of.contains(&filled.as_str()), format!("{kind} in a block of {filled:?}"));
        faults.check(!open.signed, "it comes after the signature");
        open.signed = *member == "signature";
        match *member {
            // The first piece is empty.
            "partial_json" => {
                faults.required(delta, &[(member, Is::Text)]);
                open.input.push_str(text(delta, member));
            }
            "citation" => {
                faults.required(delta, &[(member, Is::Object)]);
                let citation = delta.get(member).cloned().unwrap_or_default();
                match open.block.get_mut("citations").and_then(Value::as_array_mut) {
                    Some(known) => known.push(citation),
                    None => {
                        let block = open.block.as_object_mut();
                        block.map(|block| block.insert("citations".into(), json!([citation])));
                    }
                }
            }
            _ => {
                faults.required(delta, &[(member, Is::Word)]);
                if let Some(block) = open.block.as_object_mut() {
                    append(block, member, text(delta, member));
                }
            }
        }
    }

    fn block_stop(&mut self, data: &Value, faults: &mut Faults<'_>) {
        self.index(data, faults);
        let Some(Open { mut block, input, .. }) = self.open.take() else {
            return faults.add("no block is open");
        };
        let mut whole = true;
        if !input.is_empty() {
            let parsed = serde_json::from_str(&input).ok().filter(Value::is_object);
            whole = parsed.is_some();
            let value = parsed.unwrap_or(Value::String(input));
            block.as_object_mut().map(|block| block.insert("input".into(), value));
        }
        // Whether an input may be cut, the end says.
        if whole {
            block::whole(&block, &mut faults.within("content_block"));
        }
        self.message.content.push(block);
    }

    fn message_delta(&mut self, data: &Value, faults: &mut Faults<'_>) {
        faults.check(!std::mem::replace(&mut self.delta, true), "it comes again");
        faults.check(self.open.is_none(), "a block is open");
        let delta = data.get("delta").cloned().unwrap_or_default();
        stop(&delta, &mut faults.within("delta"));
        let counts = data.get("usage").cloned().unwrap_or_default();
        usage(&counts, &mut faults.within("usage"));
        self.message.stop_reason = delta.get("stop_reason").cloned().unwrap_or_default();
        self.message.stop_sequence = delta.get("stop_sequence").cloned().unwrap_or_default();
        self.message.usage = counts;
    }

    /// All events of a block tell its number.
    fn index(&self, data: &Value, faults: &mut Faults<'_>) {
        let index = data.get("index").and_then(Value::as_u64);
        let wanted = self.message.content.len() as u64;
        faults.check(index == Some(wanted), format!("index is {index:?}, not {wanted}"));
    }
}
