//! `reasoning_details`: what a gateway tells of a model's thinking goes back as it came and in its
//! order, since the model's vendor checks it (rule C9).
//!
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>, as of 2026-11-21: `reasoning.text` with a
//! signature, `reasoning.summary`, `reasoning.encrypted`. In a stream an item comes in pieces.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::history::Said;
use crate::json::Writer;
use crate::notes::Notes;

/// Members of an item whose pieces are put together.
const PIECES: &[&str] = &["text", "summary"];

/// Members that end an item.
const ENDS: &[&str] = &["signature", "data"];

type Item = Map<String, Value>;

/// The items of an answer that have not been handed on.
#[derive(Debug, Default)]
pub(crate) struct Details(Vec<Item>);

impl Details {
    /// Adds the items of a whole answer, or the pieces of them in one chunk.
    pub(crate) fn add(&mut self, json: &str, whole: bool) {
        let Ok(Value::Array(items)) = serde_json::from_str(json) else { return };
        for item in items {
            let Value::Object(item) = item else { continue };
            let open = self.0.iter_mut().rev().find(|open| continues(open, &item));
            match open.filter(|_| !whole) {
                Some(open) => join(open, item),
                None => self.0.push(item),
            }
        }
    }

    /// All items so far, as a JSON list; none when there are none.
    pub(crate) fn take(&mut self) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        serde_json::to_string(&std::mem::take(&mut self.0)).ok()
    }
}

/// The texts of the items of a chunk, for showing.
pub(crate) fn texts(json: &str) -> Vec<String> {
    let Ok(Value::Array(items)) = serde_json::from_str(json) else { return Vec::new() };
    let text = |item: &Value| {
        let text = PIECES.iter().find_map(|name| item.get(*name)?.as_str());
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    items.iter().filter_map(text).collect()
}

/// Writes the items that an assistant's message carries.
pub(crate) fn write(said: &[Said<'_>], notes: &mut Notes, writer: &mut Writer) {
    let mut items: Vec<&RawValue> = Vec::new();
    for part in said {
        let state = match part {
            Said::Thinking(thinking) => thinking.state.as_deref(),
            Said::Text(text) => text.state.as_deref(),
            Said::Call(call) => call.call.state.as_deref(),
        };
        match state.map(serde_json::from_str::<Vec<&RawValue>>) {
            Some(Ok(mut more)) => items.append(&mut more),
            Some(Err(_)) => notes.dropped("messages", "a state that is no list of details"),
            None if matches!(part, Said::Thinking(_)) => {
                notes.dropped("messages", "thinking that the provider did not sign");
            }
            None => {}
        }
    }
    if items.is_empty() {
        return;
    }
    writer.key("reasoning_details");
    writer.open_array();
    items.iter().for_each(|item| writer.raw(item.get()));
    writer.close_array();
}

/// Whether `piece` belongs to an item that has begun.
fn continues(open: &Item, piece: &Item) -> bool {
    let same = |name: &str| match (open.get(name), piece.get(name)) {
        (Some(known), Some(new)) => known == new || known.is_null() || new.is_null(),
        _ => true,
    };
    let has = |item: &Item, name: &str| item.get(name).is_some_and(|value| !is_empty(value));
    let ended = ENDS.iter().any(|name| has(open, name));
    open.get("type") == piece.get("type") && same("index") && same("id") && !ended
}

fn join(open: &mut Item, piece: Item) {
    for (name, new) in piece {
        match (open.get_mut(&name), new) {
            (Some(Value::String(known)), Value::String(more))
                if PIECES.contains(&name.as_str()) =>
            {
                known.push_str(&more);
            }
            (Some(known), new) if is_empty(known) => *known = new,
            (Some(_), _) => {}
            (None, new) => drop(open.insert(name, new)),
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}
