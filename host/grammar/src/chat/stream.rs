//! A stream of chunks, put together as clients do it.

use serde_json::{Map, Value, json};

use super::{head, message};
use crate::openai;
use crate::shape::{Faults, Is, append, list, text};

/// Members whose pieces clients join.
const TEXTS: &[&str] = &["content", "reasoning_content", "refusal"];

/// Reads a stream, one server-sent event after the other.
#[derive(Debug, Default)]
pub struct Checker {
    faults: Vec<String>,
    events: usize,
    /// Of the first chunk: its id, when it was made, the model.
    identity: Option<[Value; 3]>,
    message: Map<String, Value>,
    finish_reason: Option<String>,
    /// Whether chunks tell usage, once known.
    tells_usage: Option<bool>,
    usage: Option<Value>,
    error: Option<Value>,
    done: bool,
}

impl Checker {
    /// Takes an event: its `event` field and its data.
    pub fn push(&mut self, name: Option<&str>, data: &str) {
        let mut found = Vec::new();
        self.event(name, data, &mut Faults::at(format!("event {}", self.events), &mut found));
        self.events += 1;
        self.faults.append(&mut found);
    }

    /// The message, as a client has put it together.
    pub fn message(&self) -> Value {
        Value::Object(self.message.clone())
    }

    /// Why the answer ended.
    pub fn finish_reason(&self) -> Option<&str> {
        self.finish_reason.as_deref()
    }

    /// The token counts.
    pub fn usage(&self) -> Option<&Value> {
        self.usage.as_ref()
    }

    /// The error that ended the stream.
    pub fn error(&self) -> Option<&Value> {
        self.error.as_ref()
    }

    /// All faults so far.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// All faults of the stream, which is over.
    pub fn finish(mut self) -> Vec<String> {
        let message = self.message();
        let mut faults = Faults::at("stream", &mut self.faults);
        if self.error.is_some() {
            return self.faults;
        }
        faults.check(self.done, "it ends without [DONE]");
        let usage = self.tells_usage == Some(true);
        faults.check(usage == self.usage.is_some(), "chunks promise usage, and none came");
        let reason = self.finish_reason.as_deref();
        faults.check(reason.is_some(), "no finish_reason");
        message::whole(&message, reason.unwrap_or_default(), &mut faults.within("message"));
        self.faults
    }

    fn event(&mut self, name: Option<&str>, data: &str, faults: &mut Faults<'_>) {
        faults.check(name.is_none(), format!("it has a name: {name:?}"));
        faults.check(!self.done, "it comes after [DONE]");
        faults.check(self.error.is_none(), "it comes after an error");
        if data == "[DONE]" {
            faults.check(self.finish_reason.is_some(), "[DONE] without a finish_reason");
            self.done = true;
            return;
        }
        let Ok(chunk) = serde_json::from_str::<Value>(data) else {
            return faults.add(format!("no JSON: {data}"));
        };
        if chunk.get("error").is_some() {
            openai::error(&chunk).iter().for_each(|fault| faults.add(fault));
            self.error = chunk.get("error").cloned();
            return;
        }
        self.chunk(&chunk, faults);
    }

    fn chunk(&mut self, chunk: &Value, faults: &mut Faults<'_>) {
        head(chunk, "chat.completion.chunk", faults);
        let identity =
            ["id", "created", "model"].map(|name| chunk.get(name).cloned().unwrap_or_default());
        let same = self.identity.get_or_insert_with(|| identity.clone());
        faults.check(*same == identity, "its id, time or model is another");
        let usage = chunk.get("usage");
        let told = *self.tells_usage.get_or_insert(usage.is_some());
        faults.check(told == usage.is_some(), "some chunks have usage, and some do not");
        faults.check(self.usage.is_none(), "it comes after the usage");
        faults.optional(chunk, &[("obfuscation", Is::Text)]);
        if let Some(usage) = usage.filter(|usage| !usage.is_null()) {
            faults.check(list(chunk, "choices").is_empty(), "usage beside a choice");
            faults.check(self.finish_reason.is_some(), "usage before the finish_reason");
            message::usage(usage, &mut faults.within("usage"));
            self.usage = Some(usage.clone());
            return;
        }
        let [choice] = list(chunk, "choices") else {
            return faults.add("not one choice, and no usage");
        };
        let mut faults = faults.within("choices[0]");
        faults.required(choice, &[("index", Is::Count), ("delta", Is::Object)]);
        faults.nullable(choice, &[("finish_reason", Is::OneOf(message::FINISH))]);
        message::logprobs(choice, &mut faults);
        faults.check(choice.get("index").and_then(Value::as_u64) == Some(0), "index is not 0");
        faults.check(self.finish_reason.is_none(), "it comes after the finish_reason");
        if let Some(delta) = choice.get("delta").and_then(Value::as_object) {
            let finishes = choice.get("finish_reason").is_some_and(Value::is_string);
            faults.check(!delta.is_empty() || finishes, "the delta is empty");
            self.delta(delta, &mut faults.within("delta"));
        }
        let reason = choice.get("finish_reason").and_then(Value::as_str);
        self.finish_reason = self.finish_reason.take().or(reason.map(str::to_owned));
    }

    fn delta(&mut self, delta: &Map<String, Value>, faults: &mut Faults<'_>) {
        let first = self.message.is_empty();
        for (name, piece) in delta {
            match name.as_str() {
                "role" => {
                    faults.check(first, "the role is told again");
                    self.message.insert("role".into(), piece.clone());
                }
                name if TEXTS.contains(&name) => {
                    let Some(piece) = piece.as_str() else {
                        faults.check(piece.is_null() && first, format!("{name} is no text"));
                        continue;
                    };
                    append(&mut self.message, name, "");
                    // One that is empty says that there is nothing to come.
                    let none = self.message.get(name).is_some_and(|known| known == "");
                    let last = delta.len() == 1 + usize::from(first) && none;
                    faults.check(!piece.is_empty() || last, format!("{name} is empty"));
                    append(&mut self.message, name, piece);
                }
                "tool_calls" => self.calls(piece, &mut faults.within("tool_calls")),
                "function_call" => self.function(piece, &mut faults.within("function_call")),
                "reasoning_details" => self.extend(name, piece, faults),
                "annotations" => {
                    // Without an index in each, clients cannot join two lists.
                    faults.check(!self.message.contains_key(name), "annotations are told again");
                    self.extend(name, piece, faults);
                }
                name => faults.add(format!("{name} is no member of a delta")),
            }
        }
        faults.check(self.message.contains_key("role"), "the role comes late");
    }

    fn extend(&mut self, name: &str, piece: &Value, faults: &mut Faults<'_>) {
        let more = piece.as_array().cloned().unwrap_or_default();
        faults.check(!more.is_empty(), format!("{name} is no list, or has no entries"));
        if let Some(known) = self.message.entry(name).or_insert(json!([])).as_array_mut() {
            known.extend(more);
        }
    }

    fn calls(&mut self, pieces: &Value, faults: &mut Faults<'_>) {
        let known = self.message.entry("tool_calls").or_insert(json!([]));
        let Some(known) = known.as_array_mut() else { return };
        let pieces = pieces.as_array().map(Vec::as_slice).unwrap_or_default();
        faults.check(!pieces.is_empty(), "no call is in it");
        for piece in pieces {
            let index = piece.get("index").and_then(Value::as_u64).unwrap_or(u64::MAX);
            let count = known.len() as u64;
            if index == count {
                faults.required(piece, &[("id", Is::Word), ("type", Is::Word)]);
                let mut call = piece.clone();
                call.as_object_mut().map(|call| call.remove("index"));
                let kind = text(&call, "type").to_owned();
                let said = call.get(&kind).unwrap_or(&Value::Null);
                faults.required(said, &[("name", Is::Word), (member(&kind), Is::Text)]);
                known.push(call);
                continue;
            }
            // Clients take a call for complete when the next one begins.
            faults.check(index + 1 == count, format!("index {index} of {count} calls"));
            let Some(call) = known.last_mut().filter(|_| index < count) else { continue };
            let kind = text(call, "type").to_owned();
            let allowed = |name: &String| name == "index" || *name == kind;
            let more = piece.as_object().is_some_and(|piece| !piece.keys().all(allowed));
            faults.check(!more, "a piece of a call tells more than its arguments");
            let said = piece.get(&kind).unwrap_or(&Value::Null);
            join(call.get_mut(&kind), said, member(&kind), faults);
        }
    }

    fn function(&mut self, piece: &Value, faults: &mut Faults<'_>) {
        match self.message.get_mut("function_call") {
            None => {
                faults.required(piece, &[("name", Is::Word), ("arguments", Is::Text)]);
                self.message.insert("function_call".into(), piece.clone());
            }
            known => join(known, piece, "arguments", faults),
        }
    }
}

fn member(kind: &str) -> &'static str {
    if kind == "custom" { "input" } else { "arguments" }
}

/// Joins a piece of arguments with what is known.
fn join(known: Option<&mut Value>, piece: &Value, name: &str, faults: &mut Faults<'_>) {
    faults.required(piece, &[(name, Is::Word)]);
    faults.check(piece.get("name").is_none(), "the name is told again");
    let Some(known) = known.and_then(Value::as_object_mut) else { return };
    append(known, name, text(piece, name));
}
