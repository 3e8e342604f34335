//! Items and their parts: begun, filled and done, and nothing told of one that is not open.

use serde_json::{Value, json};

use super::Checker;
use crate::openai;
use crate::responses::item;
use crate::shape::{Faults, Is, list, text};

/// An item of the output.
#[derive(Debug, Default)]
pub(super) struct Item {
    kind: String,
    id: String,
    /// As it was added.
    added: Value,
    /// As it was done.
    pub(super) done: Option<Value>,
    /// Parts of a message or of a summary.
    parts: Vec<Part>,
    /// Arguments or input so far.
    call: String,
    /// All of them, once told.
    call_done: Option<String>,
}

#[derive(Debug, Default)]
struct Part {
    kind: String,
    text: String,
    text_done: bool,
    annotations: Vec<Value>,
    done: Option<Value>,
}

/// How a text comes in pieces.
#[derive(Clone, Copy)]
pub(super) struct Pieces {
    pub(super) index: &'static str,
    part: &'static str,
    /// The member of the event that holds all of it.
    whole: &'static str,
}

pub(super) const TEXT: Pieces =
    Pieces { index: "content_index", part: "output_text", whole: "text" };
pub(super) const REFUSAL: Pieces =
    Pieces { index: "content_index", part: "refusal", whole: "refusal" };
pub(super) const SUMMARY: Pieces =
    Pieces { index: "summary_index", part: "summary_text", whole: "text" };

impl Checker {
    pub(super) fn added(&mut self, data: &Value, faults: &mut Faults<'_>) {
        let item = data.get("item").cloned().unwrap_or_default();
        item::check(&item, &mut faults.within("item"));
        let index = data.get("output_index").and_then(Value::as_u64);
        faults.check(index == Some(self.items.len() as u64), "output_index is not the next one");
        let status = text(&item, "status");
        faults.check(matches!(status, "" | "in_progress"), format!("status is {status}"));
        for empty in ["content", "summary"] {
            let is_empty = list(&item, empty).is_empty();
            faults.check(is_empty, format!("{empty} is there before it was told"));
        }
        let (kind, id) = (text(&item, "type").to_owned(), text(&item, "id").to_owned());
        faults.check(self.items.iter().all(|item| item.id != id), "id is another item's too");
        self.items.push(Item { kind, id, added: item, ..Item::default() });
    }

    pub(super) fn done(&mut self, data: &Value, faults: &mut Faults<'_>) {
        let last = data.get("item").cloned().unwrap_or_default();
        item::check(&last, &mut faults.within("item"));
        let id = text(&last, "id").to_owned();
        let with_id = json!({"output_index": data.get("output_index"), "item_id": id});
        let Some(item) = self.open(&with_id, &[], faults) else { return };
        faults.check(text(&last, "type") == item.kind, "type has changed");
        faults.check(text(&last, "status") != "in_progress", "status is in_progress");
        for member in ["name", "namespace", "call_id"] {
            let same = last.get(member) == item.added.get(member);
            faults.check(same, format!("{member} has changed"));
        }
        let parts: Vec<Value> = item.parts.iter().filter_map(|part| part.done.clone()).collect();
        faults.check(parts.len() == item.parts.len(), "a part was not done");
        let held = match item.kind.as_str() {
            "message" => list(&last, "content"),
            "reasoning" => list(&last, "summary"),
            _ => &[],
        };
        faults.check(held == parts.as_slice(), "its parts are not what they were when done");
        let member = match item.kind.as_str() {
            "function_call" => Some("arguments"),
            "custom_tool_call" => Some("input"),
            "code_interpreter_call" => Some("code"),
            _ => None,
        };
        if let Some(member) = member {
            let told = item.call_done.as_deref();
            faults.check(told.is_some(), format!("{member} were not done"));
            faults.check(told == Some(text(&last, member)), format!("{member} are others"));
        }
        item.done = Some(last);
    }

    pub(super) fn part_added(&mut self, data: &Value, index: &str, faults: &mut Faults<'_>) {
        let part = data.get("part").cloned().unwrap_or_default();
        let summary = index == SUMMARY.index;
        check_part(&part, summary, faults);
        for member in ["text", "refusal"] {
            faults.check(text(&part, member).is_empty(), "the part is not empty");
        }
        faults.check(list(&part, "annotations").is_empty(), "the part has annotations");
        let kind = if summary { "reasoning" } else { "message" };
        let Some(item) = self.open(data, &[kind], faults) else { return };
        let at = data.get(index).and_then(Value::as_u64);
        faults.check(at == Some(item.parts.len() as u64), format!("{index} is not the next one"));
        let all_done = item.parts.iter().all(|part| part.done.is_some());
        faults.check(all_done, "the part before it is not done");
        item.parts.push(Part { kind: text(&part, "type").to_owned(), ..Part::default() });
    }

    pub(super) fn part_done(&mut self, data: &Value, index: &'static str, faults: &mut Faults<'_>) {
        let last = data.get("part").cloned().unwrap_or_default();
        check_part(&last, index == SUMMARY.index, faults);
        let Some(part) = self.part(data, index, faults) else { return };
        faults.check(part.text_done, "its text was not done");
        faults.check(text(&last, "type") == part.kind, "type has changed");
        let whole = if part.kind == "refusal" { "refusal" } else { "text" };
        faults.check(text(&last, whole) == part.text, "its text is another");
        faults.check(
            list(&last, "annotations") == part.annotations.as_slice(),
            "its annotations are others",
        );
        part.done = Some(last);
    }

    pub(super) fn delta(&mut self, data: &Value, pieces: Pieces, faults: &mut Faults<'_>) {
        faults.required(data, &[("delta", Is::Word)]);
        if pieces.part == "output_text" {
            faults.required(data, &[("logprobs", Is::Array)]);
            openai::logprobs(list(data, "logprobs"), faults);
        }
        let Some(part) = self.part(data, pieces.index, faults) else { return };
        faults.check(part.kind == pieces.part, "the part is of another type");
        faults.check(!part.text_done, "the text was done");
        part.text.push_str(text(data, "delta"));
    }

    pub(super) fn text_done(&mut self, data: &Value, pieces: Pieces, faults: &mut Faults<'_>) {
        if pieces.part == "output_text" {
            faults.required(data, &[("logprobs", Is::Array)]);
            openai::logprobs(list(data, "logprobs"), faults);
        }
        faults.required(data, &[(pieces.whole, Is::Text)]);
        let Some(part) = self.part(data, pieces.index, faults) else { return };
        faults.check(part.kind == pieces.part, "the part is of another type");
        faults.check(!part.text_done, "the text was done");
        faults.check(text(data, pieces.whole) == part.text, "the text is another");
        part.text_done = true;
    }

    pub(super) fn annotation(&mut self, data: &Value, faults: &mut Faults<'_>) {
        let annotation = data.get("annotation").cloned().unwrap_or_default();
        let index = data.get("annotation_index").and_then(Value::as_u64);
        let Some(part) = self.part(data, TEXT.index, faults) else { return };
        faults.check(part.kind == TEXT.part, "the part is of another type");
        faults.check(!part.text_done, "the text was done");
        item::annotation(&annotation, &part.text, faults);
        let next = Some(part.annotations.len() as u64);
        faults.check(index == next, "annotation_index is not the next one");
        part.annotations.push(annotation);
    }

    pub(super) fn call_delta(&mut self, data: &Value, kind: &str, faults: &mut Faults<'_>) {
        faults.required(data, &[("delta", Is::Word)]);
        let Some(item) = self.open(data, &[kind], faults) else { return };
        faults.check(item.call_done.is_none(), "it was done");
        item.call.push_str(text(data, "delta"));
    }

    pub(super) fn call_done(
        &mut self,
        data: &Value,
        kind: &str,
        member: &str,
        faults: &mut Faults<'_>,
    ) {
        faults.required(data, &[(member, Is::Text)]);
        let Some(item) = self.open(data, &[kind], faults) else { return };
        faults.check(item.call_done.is_none(), "it was done before");
        faults.check(text(data, member) == item.call, format!("{member} are not the deltas"));
        item.call_done = Some(text(data, member).to_owned());
    }

    fn part(
        &mut self,
        data: &Value,
        index: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<&mut Part> {
        let kind = if index == SUMMARY.index { "reasoning" } else { "message" };
        let item = self.open(data, &[kind], faults)?;
        let at = data.get(index).and_then(Value::as_u64);
        let at = at.and_then(|at| usize::try_from(at).ok());
        let part = at.and_then(|at| item.parts.get_mut(at)).filter(|part| part.done.is_none());
        faults.check(part.is_some(), format!("{index} names no open part"));
        part
    }

    /// The open item that an event belongs to; `kinds` are those that may have such an event.
    pub(super) fn open(
        &mut self,
        data: &Value,
        kinds: &[&str],
        faults: &mut Faults<'_>,
    ) -> Option<&mut Item> {
        let index = data.get("output_index").and_then(Value::as_u64);
        let index = index.and_then(|index| usize::try_from(index).ok());
        let item = index.and_then(|index| self.items.get_mut(index));
        let Some(item) = item.filter(|item| item.done.is_none()) else {
            faults.add("output_index names no open item");
            return None;
        };
        faults.check(text(data, "item_id") == item.id, "item_id is not the item's");
        let fits = kinds.is_empty() || kinds.contains(&item.kind.as_str());
        faults.check(fits, format!("the item is a {}", item.kind));
        Some(item)
    }
}

fn check_part(part: &Value, summary: bool, faults: &mut Faults<'_>) {
    let mut faults = faults.within("part");
    if summary {
        let kind = Is::OneOf(&["summary_text"]);
        faults.required(part, &[("type", kind), ("text", Is::Text)]);
    } else {
        item::part(part, &mut faults);
    }
}
